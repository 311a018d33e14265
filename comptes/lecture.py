"""A table as people send it: CSV of any habit, XLSX or ODS, as lines of cells that keep their number in the file."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from . import classeur_isole, isolement

Valeur = str | float | bool | date | datetime | time | timedelta | None

COLONNES_MAX = 200
SEPARATEURS = ";\t,"
ANCIEN_EXCEL = b"\xd0\xcf\x11\xe0"
DEMESURE = "Une fois déplié, ce classeur est démesuré. Recopiez vos lignes dans le modèle."
TYPES: dict[str, Callable[[Any], Valeur]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda secondes: timedelta(seconds=secondes),
}
REENREGISTRER = "Enregistrez-le au format .xlsx, .ods ou .csv."


class TableauIllisible(Exception):
    """Nothing to read in the file: the reason, in French, and what to do."""


@dataclass(frozen=True)
class Bornes:
    """How much is read: bytes, lines, and what a workbook may weigh once unpacked."""

    taille: int
    lignes: int
    deplie: int


TAILLE_MAX = 5 * 1024 * 1024
LIGNES_MAX = 5_000
COURANTES = Bornes(TAILLE_MAX, LIGNES_MAX, 120 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class LigneLue:
    """One line that is not empty; `numero` is the one the spreadsheet shows, from 1."""

    numero: int
    cellules: list[Valeur]


def lire_tableau(contenu: bytes, *, feuille: str = "") -> list[LigneLue]:
    """Read the lines of a file by what it holds, whatever its name says; `feuille` is the sheet to prefer.

    Raises TableauIllisible: not a table, too heavy, too long, empty.
    """
    lues = list(parcourir_tableau(contenu, feuille=feuille))
    if not lues:
        raise TableauIllisible("Le fichier est vide. Partez du modèle.")
    return lues


def parcourir_tableau(contenu: bytes, *, feuille: str = "", bornes: Bornes = COURANTES) -> Iterator[LigneLue]:
    """The same lines one by one, so that a long file is never held as cells; an empty file gives none."""
    if len(contenu) > bornes.taille:
        raise TableauIllisible(
            f"Le fichier pèse plus de {bornes.taille // 1024 // 1024} Mo. Envoyez-le en plusieurs fois."
        )
    if contenu.startswith(ANCIEN_EXCEL):
        raise TableauIllisible(f"C’est un ancien classeur Excel, ou un classeur protégé. {REENREGISTRER}")
    lignes = _lire_classeur(contenu, feuille, bornes) if contenu.startswith(b"PK") else _lire_csv(_decoder(contenu))
    lues = 0
    for ligne in lignes:
        if any(cellule not in (None, "") for cellule in ligne.cellules):
            if lues > bornes.lignes:
                raise TableauIllisible(
                    f"Le fichier compte plus de {bornes.lignes} lignes. Envoyez-le en plusieurs fois."
                )
            lues += 1
            yield ligne


def _decoder(contenu: bytes) -> str:
    """Turn bytes into text: UTF-8 with or without mark, what Excel calls Unicode, else Windows-1252."""
    if contenu.startswith((b"\xff\xfe", b"\xfe\xff")):
        return contenu.decode("utf-16")
    if b"\x00" in contenu or contenu.startswith(b"%PDF"):
        raise TableauIllisible(f"Ce fichier n’est pas un tableau. {REENREGISTRER}")
    for encodage in ("utf-8-sig", "cp1252"):
        try:
            return contenu.decode(encodage)
        except UnicodeDecodeError:
            continue
    raise TableauIllisible("Les caractères du fichier ne se lisent pas. Enregistrez-le en CSV UTF-8, ou en .xlsx.")


def _lire_csv(texte: str) -> Iterator[LigneLue]:
    premiere = next((ligne for ligne in texte.splitlines() if ligne.strip()), "")
    separateur = max(SEPARATEURS, key=lambda signe: len(next(csv.reader([premiere], delimiter=signe), [])))
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    debut = 1
    try:
        for cellules in lecteur:
            yield LigneLue(debut, [cellule.strip() for cellule in cellules[:COLONNES_MAX]])
            debut = lecteur.line_num + 1
    except csv.Error:
        raise TableauIllisible(
            f"La ligne {debut} ne se lit pas : un guillemet y reste ouvert, ou une cellule y est démesurée."
        ) from None


def _lire_classeur(contenu: bytes, feuille: str, bornes: Bornes) -> Iterator[LigneLue]:
    """Read in a process of its own, whose memory and time are counted."""
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            if sum(membre.file_size for membre in archive.infolist()) > bornes.deplie:
                raise TableauIllisible(DEMESURE)
    except (zipfile.BadZipFile, ValueError, OSError):
        raise TableauIllisible(f"Ce classeur ne s’ouvre pas. {REENREGISTRER}") from None
    try:
        refus, lignes = isolement.lancer(
            classeur_isole.__file__, feuille, bornes.lignes, COLONNES_MAX, contenu=contenu, refus=classeur_isole.REFUS
        )
    except isolement.Demesure:
        raise TableauIllisible(DEMESURE) from None
    if refus:
        raise TableauIllisible(f"Ce classeur ne s’ouvre pas. {REENREGISTRER}")
    for ligne in io.BytesIO(lignes):
        numero, cellules = json.loads(ligne)
        yield LigneLue(numero, [_nettoyer(cellule) for cellule in cellules])


def _nettoyer(cellule) -> Valeur:
    if isinstance(cellule, dict):
        ((nom, texte),) = cellule.items()
        cellule = TYPES[nom](texte)
    if isinstance(cellule, str):
        return cellule.strip()
    if isinstance(cellule, datetime) and cellule.time() == time.min:
        return cellule.date()
    return cellule
