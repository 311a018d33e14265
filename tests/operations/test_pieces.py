"""Pieces are received, replaced by a version, withdrawn; a refusal leaves nothing behind."""

import hashlib
import socket
import struct
import threading
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from comptes.journal import journal_de
from operations.enums import Statut, TypePiece
from operations.fichiers.antivirus import PANNE
from operations.models import Operation, Piece, VersionPiece
from operations.services import deposer_piece, deposer_version, retablir_piece, retirer_piece
from operations.services.pieces import trouver_doublons
from tests.factories import OperationFactory
from tests.operations.fichiers import envoi, pdf

pytestmark = pytest.mark.django_db
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(autouse=True)
def dossier(settings, tmp_path):
    """The folder of the files."""
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    return settings.MEDIA_ROOT


@pytest.fixture
def operation(gestionnaire):
    return OperationFactory()


def refus(acte, *args, **kwargs) -> ValidationError:
    with pytest.raises(ValidationError) as refuse:
        acte(*args, **kwargs)
    return refuse.value


def fichiers(dossier) -> list:
    return [chemin for chemin in dossier.rglob("*") if chemin.is_file()]


def deposer(operation, auteur, nom="Statuts.pdf", contenu=None, type=TypePiece.STATUTS, **options):
    fichier = envoi(nom, pdf("statuts") if contenu is None else contenu)
    return deposer_piece(operation, auteur=auteur, fichier=fichier, type=type, **options)


def test_a_piece_is_kept_as_it_came(operation, gestionnaire, dossier):
    contenu = pdf("statuts")

    version = deposer(operation, gestionnaire, contenu=contenu)

    assert (version.piece.libelle, version.numero, version.nom) == ("Statuts", 1, "Statuts.pdf")
    assert (version.format, version.taille, version.verdict) == ("PDF", len(contenu), "non_analysee")
    assert version.empreinte == hashlib.sha256(contenu).hexdigest()
    [chemin] = fichiers(dossier)
    assert chemin.read_bytes() == contenu
    assert "tatuts" not in str(chemin.relative_to(dossier))
    ligne = journal_de(operation).first()
    assert (ligne.acte, ligne.auteur) == ("piece_deposee", gestionnaire)
    assert ligne.valeurs == {
        "piece": "Statuts",
        "version_piece": 1,
        "fichier": "Statuts.pdf",
        "empreinte": version.empreinte,
    }


def test_the_same_piece_gets_a_version_and_another_name_another_piece(operation, gestionnaire, dossier):
    deposer(operation, gestionnaire)
    deuxieme = deposer(operation, gestionnaire, "signés.pdf", pdf("signés"), libelle="STATUTS")
    autre = deposer(operation, gestionnaire, "annexe.pdf", pdf("annexe"), libelle="Annexe des statuts")
    troisieme = deposer_version(deuxieme.piece, auteur=gestionnaire, fichier=envoi("v3.pdf", pdf("v3")))

    assert [v.numero for v in deuxieme.piece.versions.all()] == [3, 2, 1]
    assert (deuxieme.numero, autre.numero, troisieme.numero) == (2, 1, 3)
    assert operation.pieces.count() == 2
    assert len(fichiers(dossier)) == 4


def test_the_same_file_twice_is_refused_on_its_piece_and_said_elsewhere(operation, gestionnaire, dossier):
    deposer(operation, gestionnaire)

    erreur = refus(deposer, operation, gestionnaire, "copie.pdf")
    assert erreur.code == "doublon"
    assert erreur.messages[0].startswith("«\u202fcopie.pdf\u202f» est déjà déposé\u00a0: c’est la version 1 du ")
    assert len(fichiers(dossier)) == 1

    ailleurs = deposer(operation, gestionnaire, type=TypePiece.AUTRE)
    assert [v.piece.libelle for v in trouver_doublons(ailleurs)] == ["Statuts"]
    assert trouver_doublons(deposer(OperationFactory(), gestionnaire)) == []


@pytest.mark.parametrize(
    ("nom", "contenu", "code"),
    [
        ("statuts.pdf", b"MZ\x90", "contenu"),
        ("statuts.pdf", b"", "vide"),
        ("statuts.docx", pdf(), "extension"),
    ],
)
def test_a_refused_file_leaves_nothing(operation, gestionnaire, dossier, nom, contenu, code):
    assert refus(deposer, operation, gestionnaire, nom, contenu).code == code

    assert (fichiers(dossier), Piece.objects.count(), VersionPiece.objects.count()) == ([], 0, 0)
    assert not journal_de(operation).exists()


def test_a_refusal_after_the_file_was_written_takes_it_back(operation, gestionnaire, dossier, monkeypatch):
    def panne(*args, **valeurs):
        raise DatabaseError("disk full")

    monkeypatch.setattr("operations.services.pieces.journaliser", panne)
    with pytest.raises(DatabaseError), transaction.atomic():
        deposer(operation, gestionnaire)

    assert (fichiers(dossier), Piece.objects.count()) == ([], 0)


def test_withdrawn_with_a_reason_and_put_back(operation, gestionnaire):
    piece = deposer(operation, gestionnaire).piece
    assert refus(retirer_piece, piece, auteur=gestionnaire, motif=" ").code == "motif"

    piece = retirer_piece(piece, auteur=gestionnaire, motif="Mauvaise opération")
    assert (piece.est_retiree, piece.motif_retrait) == (True, "Mauvaise opération")
    assert refus(retirer_piece, piece, auteur=gestionnaire, motif="x").code == "retiree"
    deposer(operation, gestionnaire, contenu=pdf("la bonne"))
    erreur = refus(retablir_piece, piece, auteur=gestionnaire, motif="Erreur")
    assert erreur.messages == ["Une pièce porte déjà ce nom\u00a0: déposez-en une nouvelle version."]

    retirer_piece(operation.pieces.get(retiree_le=None), auteur=gestionnaire, motif="Doublon")
    piece = retablir_piece(piece, auteur=gestionnaire, motif="Erreur de ma part")
    assert (piece.est_retiree, piece.motif_retrait) == (False, "")
    assert [ligne.acte for ligne in journal_de(operation)] == [
        "piece_retablie",
        "piece_retiree",
        "piece_deposee",
        "piece_retiree",
        "piece_deposee",
    ]


def test_a_version_of_a_piece_withdrawn_meanwhile_makes_no_other_piece(operation, gestionnaire, dossier):
    piece = deposer(operation, gestionnaire).piece
    retirer_piece(Piece.objects.get(pk=piece.pk), auteur=gestionnaire, motif="Illisible")

    erreur = refus(deposer_version, piece, auteur=gestionnaire, fichier=envoi("v2.pdf", pdf("v2")))
    assert (erreur.code, Piece.objects.count(), len(fichiers(dossier))) == ("retiree", 1, 1)


def test_an_archived_operation_takes_no_more(operation, gestionnaire, dossier):
    piece = deposer(operation, gestionnaire).piece
    Operation.objects.filter(pk=operation.pk).update(
        statut=Statut.ARCHIVEE,
        recevable_le="2026-01-01",
        instruite_le="2026-01-01",
        instruite_par=gestionnaire,
        programmee_le="2026-01-01",
    )

    assert refus(deposer, operation, gestionnaire, contenu=pdf("autre")).code == "archivee"
    assert refus(retirer_piece, piece, auteur=gestionnaire, motif="x").code == "archivee"
    assert len(fichiers(dossier)) == 1


@pytest.mark.parametrize("acte", ["update", "delete"])
def test_the_base_refuses_to_change_a_version(operation, gestionnaire, acte):
    versions = VersionPiece.objects.filter(pk=deposer(operation, gestionnaire).pk)

    with pytest.raises(DatabaseError, match="operations_versionpiece"), transaction.atomic():
        versions.update(nom="autre.pdf") if acte == "update" else versions._raw_delete("default")


# -- the virus scanner


@contextmanager
def clamd(repondre=None):
    """A server on a real socket that reads INSTREAM to its end; yields its address and what it received."""
    recus: list[bytes] = []

    def lire(prise, nombre):
        octets = b""
        while len(octets) < nombre:
            octets += prise.recv(nombre - len(octets)) or pytest.fail("the stream stops before its end")
        return octets

    def servir():
        while True:
            try:
                prise, _ = ecoute.accept()
            except OSError:
                return
            with prise:
                assert lire(prise, 10) == b"zINSTREAM\0"
                contenu = b""
                while longueur := struct.unpack("!I", lire(prise, 4))[0]:
                    contenu += lire(prise, longueur)
                recus.append(contenu)
                virus = b"Eicar-Test-Signature FOUND" if EICAR in contenu else b"OK"
                prise.sendall(repondre if repondre is not None else b"stream: " + virus + b"\0")

    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        fil = threading.Thread(target=servir, daemon=True)
        fil.start()
        yield f"tcp://127.0.0.1:{ecoute.getsockname()[1]}", recus
        ecoute.shutdown(socket.SHUT_RDWR)
    fil.join(5)


def test_the_scanner_reads_the_whole_file(operation, gestionnaire, settings):
    contenu = b"a" * 200_000
    with clamd() as (settings.ANTIVIRUS_URL, recus):
        version = deposer(operation, gestionnaire, "note.txt", contenu)

    assert (version.verdict, recus) == ("saine", [contenu])


def test_a_virus_is_refused_by_its_name(operation, gestionnaire, settings, dossier):
    with clamd() as (settings.ANTIVIRUS_URL, _):
        erreur = refus(deposer, operation, gestionnaire, "note.txt", EICAR)

    assert erreur.code == "virus"
    assert erreur.messages == [
        "L’antivirus refuse «\u202fnote.txt\u202f» (Eicar-Test-Signature). Prévenez la personne qui vous l’a envoyé."
    ]
    assert (fichiers(dossier), Piece.objects.count()) == ([], 0)


@pytest.mark.parametrize("reponse", [b"INSTREAM size limit exceeded. ERROR\0", b""])
def test_a_scanner_that_does_not_say_ok_refuses(operation, gestionnaire, settings, dossier, reponse):
    with clamd(reponse) as (settings.ANTIVIRUS_URL, _):
        erreur = refus(deposer, operation, gestionnaire)

    assert (erreur.code, erreur.messages, fichiers(dossier)) == ("antivirus", [PANNE], [])


@pytest.mark.parametrize("adresse", ["tcp://127.0.0.1:9", "unix:///nulle/part"])
def test_nobody_answers_nothing_is_kept(operation, gestionnaire, settings, dossier, adresse):
    settings.ANTIVIRUS_URL = adresse

    assert refus(deposer, operation, gestionnaire).messages == [PANNE]
    assert (fichiers(dossier), Piece.objects.count()) == ([], 0)
