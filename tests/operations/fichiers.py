"""Real small files of every kind, made here."""

import io
import zipfile

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from comptes.models import Organisme
from operations.enums import TypePiece
from operations.services import deposer_piece, poser_observation

MANIFESTE = "META-INF/manifest.xml"
TYPES = "[Content_Types].xml"
TEXTE_ODF = "application/vnd.oasis.opendocument.text"


def pdf(texte: str = "", script: str = "", mot_de_passe: str = "", proprietaire: str = "") -> bytes:
    """A page; `texte` makes its content unique, `mot_de_passe` locks it, `proprietaire` only forbids changes."""
    tampon = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.docinfo["/Title"] = texte
        if script:
            document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name(script), JS="app.alert(1)")
        chiffrement = pikepdf.Encryption(user=mot_de_passe, owner=proprietaire or mot_de_passe)
        document.save(tampon, encryption=chiffrement if mot_de_passe or proprietaire else False, static_id=True)
    return tampon.getvalue()


def image(format: str) -> bytes:
    tampon = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(tampon, format)
    return tampon.getvalue()


def archive(entrees: dict) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as zip:
        for nom, contenu in entrees.items():
            zip.writestr(nom, contenu)
    return tampon.getvalue()


def docx(types: str = "<Types/>", entrees: dict | None = None) -> bytes:
    return archive({TYPES: types, "word/document.xml": "<document/>", **(entrees or {})})


def xlsx() -> bytes:
    return archive({TYPES: "<Types/>", "xl/workbook.xml": "<workbook/>"})


def odt(manifeste: str = "<manifest/>", entrees: dict | None = None) -> bytes:
    return archive({"mimetype": TEXTE_ODF, MANIFESTE: manifeste, "content.xml": "<document/>", **(entrees or {})})


def envoi(nom: str, contenu: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, contenu, content_type="application/octet-stream")


def deposer_essai(operation, auteur):
    """A piece of an operation, its first version."""
    return deposer_piece(operation, auteur=auteur, fichier=envoi("statuts.pdf", pdf("essai")), type=TypePiece.STATUTS)


def poser_essai(operation, auteur):
    """A question of the State on an operation."""
    return poser_observation(
        operation,
        auteur=auteur,
        organisme=Organisme.objects.get(code="DDETS_62"),
        objet="Cofinancement",
        texte="Où est la délibération\u202f?",
        echeance_le=timezone.localdate(),
    )
