"""What a file really is, and what is refused of it, with the words the person reads."""

import io

import pytest
from django.core.exceptions import ValidationError

from operations.fichiers import examiner
from tests.operations.fichiers import archive, bombe_pdf, build_pdf, docx, image, odt, pdf, xlsx

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
GROS = b"\0" * (64 * 1024 * 1024)


def lire(nom: str, contenu: bytes):
    return examiner(io.BytesIO(contenu), nom, len(contenu))


def refus(nom: str, contenu: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as erreur:
        lire(nom, contenu)
    return erreur.value


@pytest.mark.parametrize(
    ("nom", "contenu", "attendu"),
    [
        ("Statuts signés.pdf", pdf(), "PDF"),
        ("RIB protégé.PDF", pdf(proprietaire="banque"), "PDF"),
        ("photo.png", image("PNG"), "PNG"),
        ("photo.jpg", image("JPEG"), "JPEG"),
        ("photo.jpeg", image("JPEG"), "JPEG"),
        ("bilan.docx", docx(), "DOCX"),
        ("bilan-avec-graphique.docx", docx(entrees={"word/embeddings/classeur.xlsx": xlsx()}), "DOCX"),
        ("budget.xlsx", xlsx(), "XLSX"),
        ("note.odt", odt(), "ODT"),
        ("depenses.csv", "poste;montant\r\nloyer;12,50 €\r\n".encode(), "CSV"),
        ("depenses.csv", "salaire;forfait été\r\n".encode("cp1252"), "CSV"),
        ("lisez-moi.txt", b"\xef\xbb\xbfUn texte < court >.", "TXT"),
    ],
)
def test_the_content_tells_the_format(nom, contenu, attendu):
    lu, format = lire(nom, contenu)

    assert (lu, format.nom) == (nom, attendu)


@pytest.mark.parametrize(
    ("nom", "contenu", "code", "extrait"),
    [
        ("rapport.pdf", b"MZ\x90\x00" + b"\0" * 100, "contenu", "«\u202frapport.pdf\u202f» est un programme"),
        ("rapport.pdf", b"\x7fELF\x02\x01" + b"\0" * 100, "contenu", "«\u202frapport.pdf\u202f» est un programme"),
        ("rapport.csv", b"#!/bin/sh\nrm -rf /\n", "contenu", "«\u202frapport.csv\u202f» est un programme"),
        ("rapport.txt", HTML, "contenu", "est une page ou une image pour navigateur"),
        ("logo.csv", SVG, "contenu", "est une page ou une image pour navigateur"),
        ("logo.png", SVG, "contenu", "n’est d’aucun format accepté"),
        ("logo.pdf", HTML, "contenu", "n’est d’aucun format accepté"),
        ("rapport.txt", b"\x00\x01\x02", "contenu", "n’est pas du texte"),
        (
            "rapport.pdf",
            docx(),
            "extension",
            "«\u202frapport.pdf\u202f» est en réalité un fichier DOCX. Donnez-lui l’extension",
        ),
        ("rapport.docm", docx(), "extension", "est en réalité un fichier DOCX"),
        ("rapport.pdf.exe", pdf(), "extension", "est en réalité un fichier PDF"),
        ("pieces.zip", archive({"a.pdf": pdf()}), "contenu", "est une archive, pas une pièce"),
        ("pieces.docx", archive({"a.pdf": pdf()}), "contenu", "est une archive, pas une pièce"),
        ("pieces.gz", b"\x1f\x8b\x08\x00", "contenu", "est une archive, pas une pièce"),
        ("lettre.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "contenu", "d’avant 2007 ou protégé"),
        ("vide.pdf", b"", "vide", "«\u202fvide.pdf\u202f» est vide"),
        ("../../etc/passwd.pdf", pdf(), "nom", "contient un chemin"),
        ("C:\\temp\\a.pdf", pdf(), "nom", "contient un chemin"),
        ("a\u202efdp.exe", pdf(), "nom", "caractères invisibles"),
        ("a\x00.pdf", pdf(), "nom", "caractères invisibles"),
        ("a\n.pdf", pdf(), "nom", "caractères invisibles"),
        (".pdf", pdf(), "nom", "n’a pas de nom"),
        ("a" * 147 + ".pdf", pdf(), "nom", "dépasse 150 caractères"),
        ("rapport.pdf", pdf(script="/JavaScript"), "actif", "contient un script"),
        ("rapport.pdf", pdf(script="/Launch"), "actif", "contient un script"),
        ("rapport.pdf", pdf(mot_de_passe="secret"), "mot_de_passe", "demande un mot de passe"),
        ("rapport.pdf", b"%PDF-1.7\nrien", "abime", "ne s’ouvre pas"),
        ("photo.png", image("PNG")[:20], "abime", "ne s’ouvre pas"),
        ("bilan.docx", docx()[:-30], "abime", "«\u202fbilan.docx\u202f» ne s’ouvre pas"),
        ("bilan.docx", docx(entrees={"word/vbaProject.bin": b"x"}), "macros", "contient des macros"),
        ("bilan.docx", docx(types="<Types>document.macroEnabled.main+xml</Types>"), "macros", "contient des macros"),
        ("note.odt", odt(entrees={"Basic/Standard/Module1.xml": "x"}), "macros", "contient des macros"),
        ("note.odt", odt(manifeste="<encryption-data/>"), "mot_de_passe", "protégé par un mot de passe"),
        ("bilan.docx", docx(entrees={"word/embeddings/o.bin": b"MZ\x90"}), "contenu", "contient un programme"),
        ("bilan.docx", docx(entrees={"word/a.bin": archive({"b": b"c"})}), "contenu", "contient une archive"),
        ("bilan.docx", docx(entrees={"word/media/a.xml": GROS}), "bombe", "se déplie en un volume démesuré"),
    ],
)
def test_refused_with_the_reason_and_what_to_do(nom, contenu, code, extrait):
    erreur = refus(nom, contenu)

    assert erreur.code == code
    assert extrait in erreur.messages[0]


def test_a_pdf_that_packs_a_thousand_times_its_size_takes_nothing_down():
    erreur = refus("rapport.pdf", bombe_pdf())
    assert (erreur.code, "se déplie en un volume démesuré" in erreur.messages[0]) == ("bombe", True)


def test_a_pdf_with_an_object_that_is_nothing_comes_in():
    _, format_lu = lire("rapport.pdf", build_pdf(b"null"))
    assert format_lu.nom == "PDF"


def test_a_bomb_inside_an_embedded_document_counts_on_the_same_budget(settings):
    settings.PIECE_DEPLIEE_MAX = 8 * 1024 * 1024
    classeur = archive({"[Content_Types].xml": "x", "xl/workbook.xml": b"\0" * (5 * 1024 * 1024)})

    lire("une.docx", docx(entrees={"word/embeddings/1.xlsx": classeur}))
    assert refus("deux.docx", docx(entrees={f"word/embeddings/{n}.xlsx": classeur for n in "12"})).code == "bombe"


def test_documents_embedded_too_deep_are_an_archive():
    interieur = xlsx()
    for _ in range(3):
        interieur = docx(entrees={"word/embeddings/1.docx": interieur})

    assert "contient une archive" in refus("poupees.docx", interieur).messages[0]


def test_one_byte_above_the_size_limit(settings):
    contenu = b"a" * 1024
    settings.PIECE_TAILLE_MAX = 1024
    lire("note.txt", contenu)

    settings.PIECE_TAILLE_MAX = 1023
    erreur = refus("note.txt", contenu)
    assert (erreur.code, "«\u202fnote.txt\u202f» dépasse 1023\u00a0octets" in erreur.messages[0]) == ("taille", True)
