"""Tables written line by line, without holding them: CSV, XLSX, ODS. Cells are text, whole numbers, `Decimal` or dates.

In a sheet an amount is a number and a date a date; in CSV an amount has a point and a date is ISO 8601.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from django.db.models import TextChoices
from django.utils import timezone

from .tableur import proteger

BOM = "\ufeff"
Cellule = str | int | Decimal | date | None
Ligne = Iterable[Cellule]
Cases = set[tuple[str, int, int]]  # sheet, line and column from 0


class Format(TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel (XLSX)"
    ODS = "ods", "LibreOffice (ODS)"

    @property
    def est_lu(self) -> bool:
        """A workbook is opened by a person; a CSV is read by programs too, so its heads keep their names."""
        return self != Format.CSV


TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
}


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, valeur: str) -> str:
        return valeur


def _decimales(valeur: Decimal) -> int:
    return -int(valeur.as_tuple().exponent)


def _local(valeur: datetime) -> datetime:
    return timezone.localtime(valeur).replace(tzinfo=None, microsecond=0)


def en_texte(cellule: Cellule) -> str:
    """An amount with a point, a day or an instant in ISO 8601, anything else as it is."""
    if isinstance(cellule, Decimal):
        return f"{cellule:f}"
    if isinstance(cellule, datetime):
        return timezone.localtime(cellule).isoformat(timespec="seconds")
    if isinstance(cellule, date):
        return cellule.isoformat()
    return "" if cellule is None else str(cellule)


def _en_csv(cellule: Cellule) -> str:
    return proteger(cellule) if isinstance(cellule, str) else en_texte(cellule)


def stream_csv(lignes: Iterable[Ligne]) -> Iterator[bytes]:
    """`;` and a byte order mark, so that Excel and LibreOffice open it in French; no text runs as a formula."""
    table = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield BOM.encode()
    for ligne in lignes:
        yield table.writerow([_en_csv(cellule) for cellule in ligne]).encode()


def ecrire(sortie: IO[bytes], lignes: Iterable[Ligne], format_fichier: Format, *, feuille: str) -> int:
    """Write a table to a binary file, its titles first; return how many lines follow them."""
    nombre = -1

    def compter():
        nonlocal nombre
        for ligne in lignes:
            nombre += 1
            yield ligne

    if format_fichier == Format.XLSX:
        ecrire_xlsx(sortie, {feuille: compter()})
    elif format_fichier == Format.ODS:
        ecrire_ods(sortie, compter(), feuille=feuille)
    else:
        for morceau in stream_csv(compter()):
            sortie.write(morceau)
    return nombre


# -- XLSX


def ecrire_xlsx(
    sortie: IO[bytes],
    feuilles: dict[str, Iterable[Ligne]],
    *,
    notes: dict[tuple[str, int, int], str] | None = None,
    textes: dict[str, list[int]] | None = None,
) -> None:
    """`notes` are comments that colour their cell; `textes` are columns that a person will type text in."""
    from xlsxwriter import Workbook

    with closing(Workbook(sortie, {"constant_memory": True, "strings_to_formulas": False})) as classeur:
        styles = _StylesXlsx(classeur)
        for nom, lignes in feuilles.items():
            table = classeur.add_worksheet(nom)
            table.freeze_panes(1, 0)
            for colonne in (textes or {}).get(nom, []):
                table.set_column(colonne, colonne, 20, styles.texte)
            siennes = {(rang, c): note for (f, rang, c), note in (notes or {}).items() if f == nom}
            for rang, ligne in enumerate(lignes):
                for colonne, cellule in enumerate(ligne):
                    note = siennes.get((rang, colonne))
                    _ecrire_cellule(table, styles, rang, colonne, cellule, marquee=bool(note) and rang > 0)
                    if note:
                        table.write_comment(rang, colonne, note, {"x_scale": 2, "y_scale": 1.5})


class _StylesXlsx:
    def __init__(self, classeur):
        self.classeur = classeur
        self.titre = classeur.add_format({"bold": True})
        self.texte = classeur.add_format({"num_format": "@"})
        self.faux = {"bg_color": "#FBE3E4"}
        self.connus: dict[tuple, object] = {}

    def nombre(self, motif: str, marquee: bool):
        """One format per pattern, coloured or not."""
        cle = (motif, marquee)
        if cle not in self.connus:
            choix = ({"num_format": motif} if motif else {}) | (self.faux if marquee else {})
            self.connus[cle] = self.classeur.add_format(choix)
        return self.connus[cle]


def _ecrire_cellule(table, styles: _StylesXlsx, rang: int, colonne: int, cellule: Cellule, *, marquee: bool) -> None:
    if isinstance(cellule, datetime):
        table.write_datetime(rang, colonne, _local(cellule), styles.nombre("dd/mm/yyyy hh:mm", marquee))
    elif isinstance(cellule, date):
        table.write_datetime(rang, colonne, cellule, styles.nombre("dd/mm/yyyy", marquee))
    elif isinstance(cellule, Decimal):
        motif = "#,##0" + ("." + "0" * _decimales(cellule) if _decimales(cellule) > 0 else "")
        table.write_number(rang, colonne, cellule, styles.nombre(motif, marquee))
    elif isinstance(cellule, int | float):
        table.write_number(rang, colonne, cellule, styles.nombre("", marquee))
    elif cellule:
        style = styles.titre if rang == 0 and not marquee else styles.nombre("@" if marquee else "", marquee)
        table.write_string(rang, colonne, cellule, style)
    elif marquee:
        table.write_blank(rang, colonne, None, styles.nombre("", marquee))


# -- ODS

MANIFESTE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{TYPES[Format.ODS]}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
DEBUT_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.3">'
    "<office:automatic-styles>"
    '<number:date-style style:name="j"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>"
    '<number:number-style style:name="m"><number:number number:decimal-places="2" number:min-decimal-places="2"'
    ' number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<style:style style:name="titre" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="jour" style:family="table-cell" style:data-style-name="j"/>'
    '<style:style style:name="montant" style:family="table-cell" style:data-style-name="m"/>'
    "</office:automatic-styles><office:body><office:spreadsheet><table:table table:name={nom}>"
)
FIN_ODS = "</table:table></office:spreadsheet></office:body></office:document-content>"
INVISIBLES = {rang: None for rang in range(32) if rang not in (9, 10, 13)}  # signs that XML does not admit


def ecrire_ods(sortie: IO[bytes], lignes: Iterable[Ligne], *, feuille: str) -> None:
    """One sheet, written as it comes; its first line holds the titles."""
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        # the type comes first and unpacked: that is how the file is recognised
        archive.writestr(zipfile.ZipInfo("mimetype"), TYPES[Format.ODS], zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFESTE)
        with archive.open("content.xml", "w") as contenu:
            contenu.write(DEBUT_ODS.format(nom=quoteattr(feuille)).encode())
            for rang, ligne in enumerate(lignes):
                cellules = "".join(_en_ods(cellule, titre=rang == 0) for cellule in ligne)
                contenu.write(f"<table:table-row>{cellules}</table:table-row>".encode())
            contenu.write(FIN_ODS.encode())


def _en_ods(cellule: Cellule, *, titre: bool) -> str:
    if isinstance(cellule, datetime):
        return _typee("date", "date-value", _local(cellule).isoformat(), "jour")
    if isinstance(cellule, date):
        return _typee("date", "date-value", cellule.isoformat(), "jour")
    if isinstance(cellule, Decimal):
        return _typee("float", "value", f"{cellule:f}", "montant" if _decimales(cellule) == 2 else "")
    if isinstance(cellule, int | float):
        return _typee("float", "value", str(cellule), "")
    if not cellule:
        return "<table:table-cell/>"
    paragraphes = "".join(f"<text:p>{escape(ligne)}</text:p>" for ligne in cellule.translate(INVISIBLES).split("\n"))
    style = ' table:style-name="titre"' if titre else ""
    return f'<table:table-cell office:value-type="string"{style}>{paragraphes}</table:table-cell>'


def _typee(genre: str, attribut: str, valeur: str, style: str) -> str:
    style = f' table:style-name="{style}"' if style else ""
    return (
        f'<table:table-cell office:value-type="{genre}" office:{attribut}="{valeur}"{style}>'
        f"<text:p>{valeur}</text:p></table:table-cell>"
    )
