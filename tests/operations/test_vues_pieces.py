"""The tab of the pieces in the hands of people: what is sent, refused, read, missing."""

import io

import pytest
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from operations.enums import Statut, TypePiece
from operations.models import Operation, Piece, VersionPiece
from operations.pieces import pieces_attendues
from operations.services import deposer_piece, retirer_piece
from tests.factories import AppelFactory, OperationFactory, PieceAttendueFactory, habilite
from tests.operations.fichiers import docx, envoi, pdf

pytestmark = pytest.mark.django_db
PROGRAMME = b"MZ\x90\x00" + b"\0" * 200


@pytest.fixture(autouse=True)
def dossier(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return settings.MEDIA_ROOT


@pytest.fixture
def operation(gestionnaire):
    """A call that asks for two pieces, one of them optional."""
    appel = AppelFactory()
    PieceAttendueFactory(appel=appel, ordre=1, type=TypePiece.STATUTS, libelle="Statuts signés")
    PieceAttendueFactory(appel=appel, ordre=2, type=TypePiece.BUDGET, libelle="Budget", obligatoire=False)
    return OperationFactory(enveloppe=appel.enveloppe, appel=appel)


def url(nom, operation, *args) -> str:
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero, *args])


def champ(operation, libelle) -> str:
    return f"appel-{operation.appel.pieces_attendues.get(libelle=libelle).pk}"


def fichiers(dossier) -> list:
    return [chemin for chemin in dossier.rglob("*") if chemin.is_file()]


def test_each_file_goes_to_its_piece_and_several_at_once(client, gestionnaire, operation):
    client.force_login(gestionnaire)

    reponse = client.post(
        url("piece_deposer", operation),
        {
            champ(operation, "Statuts signés"): envoi("scan.pdf", pdf("statuts")),
            "type": TypePiece.AUTRE,
            "fichiers": [envoi("Lettre d’appui.pdf", pdf("lettre")), envoi("Organigramme.docx", docx())],
        },
        follow=True,
    )

    assert reponse.redirect_chain == [(url("pieces", operation), 302)]
    assert [str(m) for m in reponse.context["messages"]] == ["3 pièces déposées."]
    assert [(p.type, p.libelle) for p in Piece.objects.order_by("pk")] == [
        ("statuts", "Statuts signés"),
        ("autre", "Lettre d’appui"),
        ("autre", "Organigramme"),
    ]
    assert [a.libelle for a in reponse.context["attendues"] if a.manque] == ["Budget"]
    assert reponse.context["manquantes"] == []
    assert "Aucun antivirus n’est configuré" in reponse.content.decode()


def test_a_piece_of_the_call_keeps_the_whole_of_its_name(client, operation, gestionnaire):
    """Two names of 200 signs that differ by the last one, of the same type: neither is taken for the other."""
    for rang, signe in enumerate("ab", 3):
        nom = "n" * 199 + signe
        PieceAttendueFactory(appel=operation.appel, ordre=rang, type=TypePiece.AUTRE, libelle=nom)
    client.force_login(gestionnaire)

    client.post(
        url("piece_deposer", operation), {champ(operation, "n" * 199 + "b"): envoi("lettre.pdf", pdf("lettre"))}
    )

    assert operation.pieces.get().libelle == "n" * 199 + "b"
    autres = [a for a in pieces_attendues(operation) if a.type == TypePiece.AUTRE]
    assert [(a.libelle[-1], a.piece is not None) for a in autres] == [("a", False), ("b", True)]


def test_what_is_refused_is_said_and_the_rest_is_kept(client, gestionnaire, operation, dossier):
    client.force_login(gestionnaire)

    reponse = client.post(
        url("piece_deposer", operation),
        {
            champ(operation, "Statuts signés"): envoi("statuts.pdf", PROGRAMME),
            champ(operation, "Budget"): envoi("budget.pdf", pdf("budget")),
        },
    )

    form = reponse.context["form"]
    assert list(form.errors) == [champ(operation, "Statuts signés")]
    assert "« statuts.pdf » est un programme" in str(form.errors).replace("\u202f", " ")
    assert champ(operation, "Budget") not in form.fields
    assert [p.libelle for p in Piece.objects.all()] == ["Budget"]
    assert len(fichiers(dossier)) == 1
    page = reponse.content.decode()
    assert "Un envoi déposé en partie" in page
    assert "Pièce déposée\u00a0: Budget." in page
    assert "empêche" not in page
    assert not list(reponse.context["messages"])


@pytest.mark.parametrize(
    ("donnees", "fautif"),
    [
        ({}, "fichiers"),
        ({"fichiers": [envoi("a.pdf", pdf())]}, "type"),
        (
            {
                "type": "autre",
                "libelle": "Un nom",
                "fichiers": [envoi("a.pdf", pdf("a")), envoi("b.pdf", pdf("b"))],
            },
            "libelle",
        ),
        ({"type": "autre", "fichiers": [envoi("a.pdf", b"")]}, "fichiers"),
    ],
)
def test_a_form_that_says_too_little(client, gestionnaire, operation, donnees, fautif):
    client.force_login(gestionnaire)

    reponse = client.post(url("piece_deposer", operation), donnees)

    assert list(reponse.context["form"].errors) == [fautif]
    assert not Piece.objects.exists()


class Compteur(io.RawIOBase):
    """A body that says how much of it was read."""

    lu = 0

    def read(self, taille=-1):
        self.lu += max(taille, 0)
        return b"\0" * max(taille, 0)


def test_200_mb_are_refused_before_one_byte_is_read(client, gestionnaire, operation, dossier):
    client.force_login(gestionnaire)
    corps = Compteur()

    reponse = client.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": url("piece_deposer", operation),
            "CONTENT_TYPE": "multipart/form-data; boundary=limite",
            "CONTENT_LENGTH": str(200 * 1024 * 1024),
            "wsgi.input": corps,
        }
    )

    assert (reponse.status_code, corps.lu) == (413, 0)
    texte = reponse.content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert "Cet envoi pèse 200 Mo : rien n’a été lu ni enregistré. Un fichier va jusqu’à 20 Mo" in texte
    assert "<form" in texte
    assert (fichiers(dossier), Piece.objects.exists()) == ([], False)


def test_a_file_too_big_is_dropped_on_its_way(client, gestionnaire, operation, settings, tmp_path):
    client.force_login(gestionnaire)
    settings.PIECE_TAILLE_MAX, settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100_000, 0

    reponse = client.post(
        url("piece_deposer", operation),
        {"type": "autre", "fichiers": [envoi("gros.txt", b"a" * 300_000), envoi("petit.txt", b"petit")]},
    )

    [message] = reponse.context["form"].errors["fichiers"]
    assert message.replace("\u202f", " ").startswith("« gros.txt » dépasse 97,7")
    assert [v.nom for v in VersionPiece.objects.all()] == ["petit.txt"]
    assert [chemin.name for chemin in tmp_path.glob("*.upload*")] == []


def test_a_sending_from_elsewhere_is_refused(operation, gestionnaire):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(gestionnaire)
    reponse = client.post(url("piece_deposer", operation), {"type": "autre", "fichiers": [envoi("a.pdf", pdf())]})

    assert (reponse.status_code, Piece.objects.exists()) == (403, False)


def test_a_path_in_the_name_never_reaches_the_disk(client, gestionnaire, operation, dossier):
    client.force_login(gestionnaire)

    client.post(url("piece_deposer", operation), {"type": "autre", "fichiers": [envoi("../../fuite.pdf", pdf())]})

    assert VersionPiece.objects.get().nom == "fuite.pdf"
    assert "fuite" not in str(fichiers(dossier))


def test_a_new_version_and_a_duplicate(client, gestionnaire, operation):
    client.force_login(gestionnaire)
    premiere = deposer_piece(operation, auteur=gestionnaire, fichier=envoi("a.pdf", pdf("a")), type=TypePiece.STATUTS)
    adresse = url("piece_version", operation, premiere.piece_id)

    assert list(client.post(adresse, {}).context["form"].errors) == ["fichier"]
    client.post(adresse, {"fichier": envoi("b.pdf", pdf("b"))})
    assert premiere.piece.versions.first().numero == 2
    reponse = client.post(adresse, {"fichier": envoi("encore.pdf", pdf("b"))})
    assert "est déjà déposé" in str(reponse.context["form"].errors)
    reponse = client.post(
        url("piece_deposer", operation), {"type": "autre", "fichiers": [envoi("c.pdf", pdf("b"))]}, follow=True
    )
    assert [str(m).replace("\u202f", " ") for m in reponse.context["messages"]] == [
        "Le fichier « c.pdf » est aussi déposé sous « Statuts ».",
        "Pièce déposée\u00a0: Autre pièce.",
    ]


def test_a_file_is_handed_out_and_never_shown(client, gestionnaire, operation, lecteur_etat, gestionnaire_tm):
    version = deposer_piece(
        operation, auteur=gestionnaire, fichier=envoi("Été 2026.pdf", pdf()), type=TypePiece.STATUTS
    )
    client.force_login(lecteur_etat)

    reponse = client.get(version.get_absolute_url())

    assert b"".join(reponse.streaming_content) == pdf()
    assert reponse["Content-Disposition"] == "attachment; filename*=utf-8''%C3%89t%C3%A9%202026.pdf"
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert reponse["Content-Type"] == "application/pdf"
    client.force_login(gestionnaire_tm)
    assert client.get(version.get_absolute_url()).status_code == 403
    client.force_login(habilite(Role.PLIE))
    assert client.get(version.get_absolute_url()).status_code == 404


def test_a_file_of_another_operation_is_not_found(client, gestionnaire, operation):
    version = deposer_piece(
        OperationFactory(), auteur=gestionnaire, fichier=envoi("a.pdf", pdf()), type=TypePiece.STATUTS
    )
    client.force_login(gestionnaire)

    assert client.get(url("piece_fichier", operation, version.piece_id, 1)).status_code == 404
    assert client.get(url("piece_retirer", operation, version.piece_id)).status_code == 404


def test_a_file_lost_by_the_disk_is_said(client, gestionnaire, operation, dossier):
    version = deposer_piece(operation, auteur=gestionnaire, fichier=envoi("a.pdf", pdf()), type=TypePiece.STATUTS)
    fichiers(dossier)[0].unlink()
    client.force_login(gestionnaire)

    reponse = client.get(version.get_absolute_url(), follow=True)

    assert [str(m) for m in reponse.context["messages"]] == [
        "Le fichier de cette version a disparu du serveur\u00a0: prévenez votre administrateur."
    ]


def test_withdrawn_then_put_back(client, gestionnaire, operation):
    piece = deposer_piece(operation, auteur=gestionnaire, fichier=envoi("a.pdf", pdf()), type=TypePiece.STATUTS).piece
    client.force_login(gestionnaire)

    assert client.post(url("piece_retirer", operation, piece.pk), {"motif": ""}).context["form"].errors
    reponse = client.post(url("piece_retirer", operation, piece.pk), {"motif": "Mauvais dossier"}, follow=True)
    assert [p.libelle for p in reponse.context["retirees"]] == ["Statuts"]
    assert "Mauvais dossier" in reponse.content.decode()
    reponse = client.post(url("piece_retablir", operation, piece.pk), {"motif": "Erreur"}, follow=True)
    assert (reponse.context["retirees"], reponse.context["nombre"]) == ([], 1)
    assert journal_de(operation).first().acte == "piece_retablie"


def test_an_archived_operation_shows_its_pieces_without_acts(client, gestionnaire, operation):
    deposer_piece(operation, auteur=gestionnaire, fichier=envoi("a.pdf", pdf()), type=TypePiece.STATUTS)
    Operation.objects.filter(pk=operation.pk).update(
        statut=Statut.ARCHIVEE,
        recevable_le="2026-01-01",
        instruite_le="2026-01-01",
        instruite_par=gestionnaire,
        programmee_le="2026-01-01",
    )
    client.force_login(gestionnaire)

    assert "Déposer" not in client.get(url("pieces", operation)).content.decode()
    assert client.get(url("piece_deposer", operation)).status_code == 302


@pytest.mark.parametrize("nombre", [1, 3])
def test_query_count(client, gestionnaire, operation, nombre, django_assert_num_queries):
    for n in range(nombre):
        for version in "ab":
            deposer_piece(
                operation,
                auteur=gestionnaire,
                fichier=envoi("a.pdf", pdf(f"{n}{version}")),
                type=TypePiece.AUTRE,
                libelle=f"Pièce {n}",
            )
    retirer_piece(operation.pieces.first(), auteur=gestionnaire, motif="x")
    client.force_login(gestionnaire)

    with django_assert_num_queries(13):
        reponse = client.get(url("pieces", operation))
    assert reponse.context["nombre"] == nombre - 1


def test_a_piece_ticked_at_admission_is_received_without_its_file(client, gestionnaire, operation):
    recue, autre = "Statuts signés", "Budget"
    admission = operation.recevabilites.create(
        sens="recevable", prononcee_le="2026-03-01", pieces_recues=[recue], auteur=gestionnaire
    )
    client.force_login(gestionnaire)

    def etats():
        return {a.libelle: a.etat for a in client.get(url("pieces", operation)).context["attendues"]}

    assert (etats()[recue], etats()[autre]) == ("reçue, fichier non déposé", "facultative, non déposée")
    assert "Reçue, fichier non déposé" in client.get(url("pieces", operation)).content.decode()
    admission.reprise_le = "2026-03-02"  # handed back: what was ticked no longer holds
    admission.save()
    assert etats()[recue] == "manquante"


def test_admissibility_starts_from_what_is_received(client, gestionnaire, operation):
    deposer_piece(
        operation,
        auteur=gestionnaire,
        fichier=envoi("a.pdf", pdf()),
        type=TypePiece.STATUTS,
        libelle="Statuts signés",
    )
    client.force_login(gestionnaire)

    form = client.get(url("recevable", operation)).context["form"]

    assert form["pieces_recues"].value() == ["Statuts signés"]
