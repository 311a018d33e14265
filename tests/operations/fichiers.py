"""Real small files of every kind, made here."""

import io
import zipfile
import zlib

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from comptes.models import Organisme
from operations.enums import TypePiece
from operations.services import deposer_piece, poser_observation

MO = 1024 * 1024
MANIFESTE = "META-INF/manifest.xml"
TYPES = "[Content_Types].xml"
TEXTE_ODF = "application/vnd.oasis.opendocument.text"


def build_pdf(*objets: bytes, paquet: bytes = b"") -> bytes:
    """A PDF of these objects after its page, numbered from 4, then of one kept in a packed stream if it is given."""
    page = [
        b"<< /Type /Catalog /Pages 2 0 R /X 4 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>",
    ]
    tous = [*page, *objets]
    rang = len(tous) + 1
    if paquet:
        entete = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(paquet)
        tous.append(entete + b"\nstream\n" + paquet + b"\nendstream")
    contenu, table = b"%PDF-1.5\n", [(0, 0, 65535)]
    for numero, objet in enumerate(tous, 1):
        table.append((1, len(contenu), 0))
        contenu += b"%d 0 obj\n%b\nendobj\n" % (numero, objet)
    if paquet:
        table.append((2, rang, 0))
    debut = len(contenu)
    lignes = b"".join(bytes([genre]) + a.to_bytes(4, "big") + b.to_bytes(2, "big") for genre, a, b in table)
    xref = b"<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Length %d >>" % (len(table), len(lignes))
    contenu += b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (len(table), xref, lignes)
    return contenu + b"startxref\n%d\n%%%%EOF\n" % debut


def bombe_pdf() -> bytes:
    """Two megabytes that unpack to two gigabytes, before an object that launches a program."""
    numero = b"%d 0 " % 5
    compresseur = zlib.compressobj(9)
    debut = compresseur.compress(numero) + compresseur.flush(zlib.Z_FULL_FLUSH)
    bloc = compresseur.compress(b" " * MO) + compresseur.flush(zlib.Z_FULL_FLUSH)
    fin = compresseur.compress(b"<< /S /Launch >>") + compresseur.flush()
    return build_pdf(paquet=debut + bloc * 2048 + fin)


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
