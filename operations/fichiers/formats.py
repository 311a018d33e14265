"""Which format is a file really in? Its first bytes say so, then its inside; its name only has to agree."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError

from accord.montants import format_taille

from . import conteneurs, documents, textes
from .noms import extension, lire_nom


@dataclass(frozen=True)
class Format:
    """`controler` looks inside and refuses what is broken, locked or active."""

    nom: str
    extensions: tuple[str, ...]
    type_mime: str
    controler: Callable[[IO[bytes]], None]


OFFICE = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
FORMATS = {
    "pdf": Format("PDF", ("pdf",), "application/pdf", documents.controler_pdf),
    "docx": Format("DOCX", ("docx",), f"{OFFICE}.wordprocessingml.document", conteneurs.controler),
    "xlsx": Format("XLSX", ("xlsx",), f"{OFFICE}.spreadsheetml.sheet", conteneurs.controler),
    "odt": Format("ODT", ("odt",), f"{ODF}.text", conteneurs.controler),
    "ods": Format("ODS", ("ods",), f"{ODF}.spreadsheet", conteneurs.controler),
    "png": Format("PNG", ("png",), "image/png", documents.controler_image),
    "jpeg": Format("JPEG", ("jpg", "jpeg"), "image/jpeg", documents.controler_image),
    "csv": Format("CSV", ("csv",), "text/csv", textes.controler),
    "txt": Format("TXT", ("txt",), "text/plain", textes.controler),
}
ACCEPTES = ", ".join(f.nom for f in FORMATS.values())
SIGNATURES = [
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
]
REFUSES = [
    ((b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!"), "un programme"),
    ((b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ\x00"), "une archive"),
    (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
        "un document Office d’avant 2007 ou protégé par un mot de passe",
    ),
]
CONSEILS = {
    "un programme": f"Déposez un document\u00a0: {ACCEPTES}.",
    "une archive": "Déposez les fichiers qu’elle contient, plusieurs à la fois si besoin.",
}
CONSEIL_OFFICE = "Enregistrez-le en DOCX, XLSX ou PDF sans mot de passe, puis déposez cette copie."


def dire_trop_gros(nom: str) -> str:
    return (
        f"«\u202f{nom}\u202f» dépasse {format_taille(settings.PIECE_TAILLE_MAX)}. "
        "Réduisez-le, par exemple en abaissant la qualité de la numérisation, ou scindez-le."
    )


def examiner(fichier: IO[bytes], nom: str, taille: int) -> tuple[str, Format]:
    """Return the name of a file and the format of its content; refuse it with a French message and a `code`."""
    nom = lire_nom(nom)
    if not taille:
        raise ValidationError(
            f"«\u202f{nom}\u202f» est vide. Vérifiez le fichier, puis déposez-le de nouveau.", code="vide"
        )
    if taille > settings.PIECE_TAILLE_MAX:
        raise ValidationError(dire_trop_gros(nom), code="taille")
    trouve = FORMATS[_nommer(nom, lambda: _reconnaitre(fichier, nom))]
    if extension(nom) not in trouve.extensions:
        raise ValidationError(
            f"«\u202f{nom}\u202f» est en réalité un fichier {trouve.nom}. "
            f"Donnez-lui l’extension .{trouve.extensions[0]}, ou déposez le bon fichier.",
            code="extension",
        )
    fichier.seek(0)
    _nommer(nom, lambda: trouve.controler(fichier))
    fichier.seek(0)
    return nom, trouve


def _nommer(nom: str, examen: Callable):
    """Run a check whose refusal starts with a verb: the name of the file goes before it."""
    try:
        return examen()
    except ValidationError as refus:
        raise ValidationError(f"«\u202f{nom}\u202f» {refus.message}", code=refus.code) from refus


def _reconnaitre(fichier: IO[bytes], nom: str) -> str:
    fichier.seek(0)
    debut = fichier.read(1024)
    for signes, quoi in REFUSES:
        if debut.startswith(signes):
            raise ValidationError(f"est {quoi}, pas une pièce. {CONSEILS.get(quoi, CONSEIL_OFFICE)}", code="contenu")
    code = next((code for signe, code in SIGNATURES if debut.startswith(signe)), None)
    if code == "zip":
        code = conteneurs.reconnaitre(fichier)
        if code is None:
            raise ValidationError(f"est une archive, pas une pièce. {CONSEILS['une archive']}", code="contenu")
    if code:
        return code
    if extension(nom) in ("csv", "txt"):
        return extension(nom)
    raise ValidationError(
        f"n’est d’aucun format accepté ({ACCEPTES}), quelle que soit son extension. "
        "Enregistrez-le dans l’un d’eux, puis déposez cette copie.",
        code="contenu",
    )
