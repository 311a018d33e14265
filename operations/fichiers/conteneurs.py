"""DOCX, XLSX, ODT, ODS are ZIP containers: everything in them is unpacked once, under a limit, before it is kept."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError

LOT = 64 * 1024
ENTREES_MAX = 10_000
RATIO_MAX = 100  # unpacked over packed, above the size below
RATIO_DEPUIS = 10 * 1024 * 1024
PROFONDEUR_MAX = 2  # a chart of a report embeds its workbook; a workbook in it embeds nothing
MIMES_ODF = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
CORPS_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
PROGRAMMES = (b"MZ", b"\x7fELF")
ABIMES = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError)
ARCHIVES = (b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")


@dataclass
class Budget:
    """What may still be unpacked from one file and all that it embeds, in bytes."""

    reste: int
    taille: int
    sorti: int = 0

    def prendre(self, octets: int) -> None:
        self.reste -= octets
        self.sorti += octets
        if self.reste < 0 or (self.sorti > RATIO_DEPUIS and self.sorti > RATIO_MAX * self.taille):
            raise ValidationError(
                "se déplie en un volume démesuré. Enregistrez-le de nouveau depuis votre logiciel, "
                "sans image superflue, ou déposez-en une copie en PDF.",
                code="bombe",
            )


def reconnaitre(fichier: IO[bytes]) -> str | None:
    """The format of a container, by its inside: None when it is only an archive; refuses one that does not open."""
    try:
        with zipfile.ZipFile(fichier) as archive:
            noms = set(archive.namelist())
            if "mimetype" in noms and archive.getinfo("mimetype").file_size < 100:
                return MIMES_ODF.get(archive.read("mimetype"))
    except (*ABIMES, RuntimeError):
        raise _abime() from None
    if "[Content_Types].xml" not in noms:
        return None
    return next((code for corps, code in CORPS_OFFICE.items() if corps in noms), None)


def controler(fichier: IO[bytes]) -> None:
    """Refuse a container that holds macros, a program, a locked part, or more than it should."""
    fichier.seek(0, io.SEEK_END)
    _parcourir(fichier, Budget(settings.PIECE_DEPLIEE_MAX, fichier.tell()), 0)


def _parcourir(fichier: IO[bytes], budget: Budget, profondeur: int) -> None:
    try:
        with zipfile.ZipFile(fichier) as archive:
            entrees = archive.infolist()
            if len(entrees) > ENTREES_MAX:
                budget.prendre(budget.reste + 1)
            for entree in entrees:
                _lire(archive, entree, budget, profondeur)
    except ABIMES:
        raise _abime() from None


def _lire(archive: zipfile.ZipFile, entree: zipfile.ZipInfo, budget: Budget, profondeur: int) -> None:
    nom = entree.filename.lower()
    if entree.flag_bits & 1:
        raise _protege()
    if "vbaproject" in nom or nom.startswith(("basic/", "scripts/")):
        raise _macros()
    with archive.open(entree) as contenu:
        debut = contenu.read(LOT)
        budget.prendre(len(debut))
        if debut.startswith(PROGRAMMES):
            raise ValidationError("contient un programme. Déposez-en une copie en PDF.", code="contenu")
        if debut.startswith(ARCHIVES):
            raise _archive()
        if debut.startswith(b"PK\x03\x04"):
            _descendre(debut, contenu, budget, profondeur + 1)
            return
        _lire_texte(nom, debut)
        while lot := contenu.read(LOT):
            budget.prendre(len(lot))


def _lire_texte(nom: str, debut: bytes) -> None:
    """What the first part of a known entry tells of the whole document."""
    if nom == "[content_types].xml" and b"macroenabled" in debut.lower():
        raise _macros()
    if nom == "meta-inf/manifest.xml" and b"encryption-data" in debut:
        raise _protege()


def _descendre(debut: bytes, contenu: IO[bytes], budget: Budget, profondeur: int) -> None:
    """An embedded document is looked into as well, on the same budget."""
    if profondeur > PROFONDEUR_MAX:
        raise _archive()
    interieur = io.BytesIO(debut)
    interieur.seek(0, io.SEEK_END)
    while lot := contenu.read(LOT):
        budget.prendre(len(lot))
        interieur.write(lot)
    if reconnaitre(interieur) is None:
        raise _archive()
    _parcourir(interieur, budget, profondeur)


def _abime() -> ValidationError:
    return ValidationError(
        "ne s’ouvre pas\u00a0: ce document est incomplet ou abîmé. Refaites-le, puis déposez-le de nouveau.",
        code="abime",
    )


def _macros() -> ValidationError:
    return ValidationError(
        "contient des macros. Enregistrez-le au format sans macro, ou déposez-en une copie en PDF.", code="macros"
    )


def _protege() -> ValidationError:
    return ValidationError(
        "est protégé par un mot de passe. Enregistrez-le sans protection, puis déposez cette copie.",
        code="mot_de_passe",
    )


def _archive() -> ValidationError:
    return ValidationError(
        "contient une archive. Déposez son contenu à part, ou une copie en PDF de ce document.", code="contenu"
    )
