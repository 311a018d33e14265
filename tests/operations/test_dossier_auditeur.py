"""The auditor’s folder of a finished operation: it opens, every hash is right, and what is missing is said."""

import csv
import datetime as dt
import hashlib
import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from operations.dossier_auditeur import build_dossier, preparer_dossier
from operations.enums import NatureBilan, NaturePaiement, Statut, TypePiece
from operations.models import Observation, Operation
from operations.pieces import pieces_attendues
from operations.services import (
    achever_operation,
    archiver_operation,
    deposer_piece,
    payer,
    rendre_csf,
    retirer_piece,
    solder_operation,
)
from operations.services.conventions import convention_de
from operations.verification import verifier_pieces
from tests.factories import OrganismeFactory, habilite
from tests.operations.fichiers import envoi, pdf
from tests.operations.test_vie_complete import (  # noqa: F401 (fixtures)
    D,
    controleur,
    conventionnee,
    depose,
    en_execution,
    enveloppe,
    jour,
    programmee,
)
from tests.vie import cles_manquantes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    return settings.MEDIA_ROOT


def deposer(operation, auteur, nom, type, **options):
    return deposer_piece(operation, auteur=auteur, fichier=envoi(f"{nom}.pdf", pdf(nom)), type=type, **options)


@pytest.fixture
def finie(en_execution, gestionnaire, responsable, controleur):  # noqa: F811
    """Paid, closed and archived; every piece is there but the proof of the balance and the conclusions."""
    operation = en_execution
    bilan = depose(
        operation, gestionnaire, nature=NatureBilan.FINAL, fin_le=jour("2026-09-30"), depose_le=jour("2026-10-01")
    )
    achever_operation(operation, auteur=gestionnaire, le=jour("2026-10-02"))
    rendre_csf(bilan, auteur=controleur, conclu_le=jour("2026-10-10"), ecarts=[])
    paiement = payer(
        operation,
        auteur=responsable,
        nature=NaturePaiement.SOLDE,
        montant=D("24000.00"),
        paye_le=jour("2026-10-20"),
    )
    convention = convention_de(operation)
    deposer(operation, gestionnaire, "convention", TypePiece.CONVENTION, convention=convention)
    deposer(operation, gestionnaire, "convention v2", TypePiece.CONVENTION, convention=convention)
    deposer(operation, gestionnaire, "demarrage", TypePiece.DEMARRAGE, convention=convention)
    deposer(operation, gestionnaire, "bilan", TypePiece.BILAN, libelle="Bilan final n° 1", bilan=bilan)
    deposer(operation, gestionnaire, "=cmd", TypePiece.AUTRE, libelle="=../../Été (exemple)")
    retiree = deposer(operation, gestionnaire, "erreur", TypePiece.AUTRE, libelle="Par erreur").piece
    retirer_piece(retiree, auteur=gestionnaire, motif="D’une autre opération")
    solder_operation(operation, auteur=responsable, le=jour("2026-10-25"))
    archiver_operation(operation, auteur=responsable, le=jour("2026-10-26"), sans_pieces=cles_manquantes(operation))
    operation.refresh_from_db()
    assert (operation.statut, paiement.montant) == (Statut.ARCHIVEE, D("24000.00"))
    return operation


def ouvrir(octets: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(octets))
    assert archive.testzip() is None
    return archive


def lire_csv(archive, nom) -> list[dict]:
    [chemin] = [c for c in archive.namelist() if c.endswith(f"/{nom}")]
    return list(csv.DictReader(io.StringIO(archive.read(chemin).decode("utf-8-sig")), delimiter=";"))


def test_what_is_expected_follows_the_life_of_the_operation(finie):
    attendues = [(a.libelle, a.manque) for a in pieces_attendues(finie)]

    assert attendues == [
        ("Convention signée", False),
        ("Attestation de démarrage", False),
        ("Bilan final n° 1", False),
        ("Conclusions du contrôle, bilan final n° 1", True),
        ("Solde du 20\u00a0octobre\u00a02026, preuve de paiement", True),
    ]


def test_the_folder_of_a_finished_operation(client, finie, lecteur_etat):
    client.force_login(lecteur_etat)

    reponse = client.post(reverse("operations:pieces_dossier", args=[finie.accord.slug, finie.numero]))

    assert reponse["Content-Type"] == "application/zip"
    archive = ouvrir(b"".join(reponse.streaming_content))
    racine = f"operation-{finie.numero}"
    index = lire_csv(archive, "index.csv")
    assert [(ligne["numero"], ligne["fichier"], ligne["situation"]) for ligne in index] == [
        ("1", "pieces/001-convention-signee-v1.pdf", "version antérieure"),
        ("2", "pieces/002-convention-signee-v2.pdf", "version en vigueur"),
        ("3", "pieces/003-attestation-de-demarrage-v1.pdf", "version en vigueur"),
        ("4", "pieces/004-bilan-final-n-1-v1.pdf", "version en vigueur"),
        ("5", "pieces/005-ete-exemple-v1.pdf", "version en vigueur"),
        ("6", "pieces/006-par-erreur-v1-retiree.pdf", "pièce retirée"),
        ("7", "documents/fiche-convention.pdf", "arrêté à la date du dossier"),
        ("8", "documents/csf-bilan-1.pdf", "arrêté à la date du dossier"),
    ]
    for ligne in index:  # hash by hash
        contenu = archive.read(f"{racine}/{ligne['fichier']}")
        assert hashlib.sha256(contenu).hexdigest() == ligne["sha256"]
        assert (len(contenu), ligne["controle"]) == (int(ligne["taille_octets"]), "conforme")
    rangees = [nom for nom in archive.namelist() if "/pieces/" in nom or "/documents/" in nom]
    assert len(rangees) == len(index)
    assert all(nom.startswith(f"{racine}/") and ".." not in nom for nom in archive.namelist())
    assert (index[4]["piece"], index[4]["nom_d_origine"]) == ("'=../../Été (exemple)", "'=cmd.pdf")
    assert index[5]["motif_du_retrait"] == "D’une autre opération"
    assert [(m["piece"], m["obligatoire"], m["etat"]) for m in lire_csv(archive, "pieces-manquantes.csv")] == [
        ("Conclusions du contrôle, bilan final n° 1", "oui", "manquante"),
        ("Solde du 20\u00a0octobre\u00a02026, preuve de paiement", "oui", "manquante"),
    ]
    ecritures = lire_csv(archive, "ecritures.csv")
    assert [(e["nature"], e["montant"]) for e in ecritures if e["nature"] == "Payé"] == [("Payé", "24000.00")]
    assert [e["empreinte"] for e in ecritures] == [e.empreinte for e in finie.ecritures.all()]
    assert lire_csv(archive, "journal.csv")[-1]["acte"] == "Archivée"
    page = archive.read(f"{racine}/index.html").decode()
    assert all(ligne["sha256"] in page for ligne in index)
    assert "Conclusions du contrôle, bilan final n° 1" in page
    ligne = journal_de(finie).first()
    assert (ligne.acte, ligne.auteur, ligne.valeurs) == (
        "pieces_exportees",
        lecteur_etat,
        {"pieces": 6, "manquantes": 2},
    )


def test_the_threads_of_observations_are_in_the_folder_as_text(finie, lecteur_etat, gestionnaire):
    etat = OrganismeFactory(code="DDETS_62")
    fil = Observation.objects.create(
        operation=finie,
        numero=1,
        objet="Base des salaires",
        organisme=etat,
        auteur=lecteur_etat,
        posee_le=jour("2026-10-11"),
        echeance_le=jour("2026-10-20"),
        statut_depuis_le=jour("2026-10-11"),
    )
    for sens, auteur, texte in [("question", lecteur_etat, "Quels salaires ?"), ("reponse", gestionnaire, "Deux.")]:
        ecrit_le = dt.datetime(2026, 10, 11, 9, 5, tzinfo=dt.UTC)
        fil.messages.create(sens=sens, auteur=auteur, organisme=etat, texte=texte, ecrit_le=ecrit_le)

    archive = ouvrir(b"".join(build_dossier(preparer_dossier(finie, lecteur_etat))))

    contenu = archive.read(f"operation-{finie.numero}/documents/observation-1.txt")
    ligne = lire_csv(archive, "index.csv")[-1]
    assert (ligne["fichier"], ligne["sha256"]) == ("documents/observation-1.txt", hashlib.sha256(contenu).hexdigest())
    texte = contenu.decode("utf-8-sig")
    assert "Base des salaires" in texte
    assert texte.index("Quels salaires ?") < texte.index("Deux.")
    page = archive.read(f"operation-{finie.numero}/index.html").decode()
    assert ligne["sha256"] in page


def test_the_beneficiary_takes_no_thread_of_the_folder(client, finie, lecteur_etat):
    """A PLIE reads the whole file of its own operation, and none of what the State asks its OI."""
    etat = OrganismeFactory(code="DDETS_62")
    suite = {"posee_le": jour("2026-10-11"), "echeance_le": jour("2026-10-20"), "statut_depuis_le": jour("2026-10-11")}
    Observation.objects.create(
        operation=finie, numero=1, objet="Base des salaires", organisme=etat, auteur=lecteur_etat, **suite
    )
    plie = habilite(Role.PLIE)
    finie.structure.organisme = plie.habilitations.get(role=Role.PLIE).organisme
    finie.structure.save()
    client.force_login(plie)

    reponse = client.post(reverse("operations:pieces_dossier", args=[finie.accord.slug, finie.numero]))

    archive = ouvrir(b"".join(reponse.streaming_content))
    assert not [nom for nom in archive.namelist() if "observation" in nom]
    assert "Base des salaires" not in archive.read(f"operation-{finie.numero}/index.html").decode()
    assert [d.lien for d in preparer_dossier(finie, lecteur_etat).documents][-1] == "documents/observation-1.txt"


def test_a_file_lost_or_altered_is_named(finie, media, lecteur_etat):
    chemins = {v.nom: media / v.fichier.name for p in finie.pieces.all() for v in p.versions.all()}
    chemins["bilan.pdf"].unlink()
    chemins["demarrage.pdf"].write_bytes(b"autre chose")

    dossier = preparer_dossier(finie, lecteur_etat)
    archive = ouvrir(b"".join(build_dossier(dossier)))

    etats = {ligne["piece"]: (ligne["fichier"], ligne["controle"]) for ligne in lire_csv(archive, "index.csv")}
    assert etats["Bilan final n° 1"] == ("", "absent du serveur")
    assert etats["Attestation de démarrage"] == ("pieces/003-attestation-de-demarrage-v1.pdf", "altéré")
    assert "2\u00a0fichiers ne correspondent plus" in archive.read(f"{dossier.racine}/index.html").decode()
    ecarts = [e.replace("\u00a0", " ") for e in verifier_pieces()]
    assert ecarts == [
        f"Pièce Attestation de démarrage, {finie.numero}, version 1 : son fichier ne correspond plus à son empreinte.",
        f"Pièce Bilan final n° 1, {finie.numero}, version 1 : son fichier a disparu.",
    ]
    with pytest.raises(CommandError, match="Bilan final"):
        call_command("verifier")


def test_the_folder_leaves_block_by_block(finie, media, lecteur_etat):
    [premiere, *_] = preparer_dossier(finie, lecteur_etat).lignes
    chemin = media / premiere.version.fichier.name
    chemin.write_bytes(bytes(range(256)) * 8192)  # 2 MiB, eight blocks

    blocs = list(build_dossier(preparer_dossier(finie, lecteur_etat)))

    assert max(map(len, blocs)) < 1024 * 1024
    assert ouvrir(b"".join(blocs))


def test_without_any_piece(programmee, lecteur_etat):  # noqa: F811
    programmee_lue = Operation.objects.get(pk=programmee.pk)
    archive = ouvrir(b"".join(build_dossier(preparer_dossier(programmee_lue, lecteur_etat))))

    assert lire_csv(archive, "index.csv") == []
    assert "Aucune pièce n’est déposée" in archive.read(f"operation-{programmee.numero}/index.html").decode()
