"""One pass over the file: cells read once per distinct value, lines of one person gathered."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, repeat
from typing import NamedTuple

from comptes.lecture import LigneLue
from operations.importation.fautes import CelluleRefusee, Faute, montrer

from ..models import Participation
from ..services.identites import CHAMPS_IDENTITE
from .cellules import Memoire, simplifier
from .colonnes import COLONNES, MARQUE_NOTE, PAR_NOM
from .entete import Entete

LOT = 2_000  # lines read together
FAUTES_MAX = 5_000  # kept in words; the others are counted
NUL = "\\N"  # how COPY writes that there is nothing
FICHE = [colonne for colonne in COLONNES if colonne.champ not in ("operation", "pseudonyme", *CHAMPS_IDENTITE)]
CHAMPS = [colonne.champ for colonne in FICHE]  # of a record, in the order of `Personne.fiche`
VIDES = [NUL if Participation._meta.get_field(champ).null else "" for champ in CHAMPS]
ENTREE, SORTIE = CHAMPS.index("entree_le"), CHAMPS.index("sortie_le")
EST_SORTIE = [colonne.est_sortie for colonne in FICHE]
IDENTITE = [PAR_NOM[nom] for nom in CHAMPS_IDENTITE]


class Ligne(NamedTuple):
    """What the file says of one person on one operation, as COPY writes it.

    No identity when the file has no column of one. `retour_le` is the last entry of a person who came back.
    """

    numero: int
    operation: int
    pseudonyme: str
    fiche: tuple[str, ...]
    identite: tuple[str, ...] | None
    retour_le: str = ""


class Faux(list):
    """The faults, the first ones in words."""

    def __init__(self):
        super().__init__()
        self.total = 0

    def noter(self, faute: Faute) -> None:
        self.total += 1
        if len(self) < FAUTES_MAX:
            self.append(faute)


@contextmanager
def sans_ramasse_miettes() -> Iterator[None]:
    """Nothing made here is a cycle; looking for some among a million tuples takes longer than reading them."""
    actif = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if actif:
            gc.enable()


def _traduire(colonne, traductions: dict[str, str]) -> Callable:
    """What a source means by its answers, before what we understand."""
    if not traductions:
        return colonne.lire
    return lambda valeur: traductions.get(simplifier(montrer(valeur))) or colonne.lire(valeur)


class Lecteur:
    """Reads the lines of one file; `operations` is {number: id} of those it may fill, `operation` the only one."""

    def __init__(self, entete: Entete, *, operations: dict[str, int], operation: int | None, traductions=None):
        self.rangs = entete.rangs
        self.operation = operation
        self.operations = operations
        traductions = traductions or {}
        self.memoires = {
            nom: Memoire(_traduire(PAR_NOM[nom], traductions.get(nom, {})))
            for nom in entete.rangs
            if nom != "operation"
        }
        self.memoires["operation"] = Memoire(self._trouver)
        for colonne, vide in zip(FICHE, VIDES, strict=True):
            if colonne.nom in self.memoires:
                self.memoires[colonne.nom].update({None: vide, "": vide})
        self.a_identite = any(colonne.nom in self.rangs for colonne in IDENTITE)
        self.fautes = Faux()
        self.lignes = 0

    def _trouver(self, valeur) -> int:
        numero = PAR_NOM["operation"].lire(valeur)
        if numero not in self.operations:
            raise CelluleRefusee("Cette opération n’existe pas, ou n’est pas de votre organisme.")
        return self.operations[numero]

    def lire(self, lignes: Iterable[LigneLue], dire: Callable[[int], None]) -> Iterator[Ligne]:
        """The lines, those without an identifier, an operation or a date of entry left out: they are faulty."""
        lignes = (ligne for ligne in lignes if not str(ligne.cellules[0] or "").startswith(MARQUE_NOTE))
        largeur = 1 + max(self.rangs.values())
        while lot := list(islice(lignes, LOT)):
            for ligne in lot:
                if len(ligne.cellules) < largeur:
                    ligne.cellules.extend([""] * (largeur - len(ligne.cellules)))
            yield from self._lire_lot(lot)
            self.lignes += len(lot)
            dire(self.lignes)

    def _lire_lot(self, lot: list[LigneLue]) -> Iterator[Ligne]:
        colonnes = list(zip(*(ligne.cellules[: 1 + max(self.rangs.values())] for ligne in lot), strict=True))
        numeros = [ligne.numero for ligne in lot]
        lues = {
            nom: self._convertir(nom, colonnes[rang], numeros)
            for nom, rang in self.rangs.items()
            if nom != "operation" or self.operation is None
        }
        operations = repeat(self.operation) if self.operation else lues["operation"]
        fiches = zip(*(lues.get(c.nom) or repeat(vide) for c, vide in zip(FICHE, VIDES, strict=True)), strict=False)
        identites = (
            zip(*(lues.get(c.nom) or repeat("") for c in IDENTITE), strict=False) if self.a_identite else repeat(None)
        )
        lignes = zip(numeros, operations, lues["identifiant_pseudonyme"], fiches, identites, strict=False)
        return (Ligne(*ligne) for ligne in lignes if ligne[1] and ligne[2] and ligne[3][ENTREE])

    def _convertir(self, nom: str, cellules: tuple, numeros: list[int]) -> list:
        memoire = self.memoires[nom]
        lues = list(map(memoire.__getitem__, cellules))
        if memoire.a_refuse:
            for i, lue in enumerate(lues):
                if isinstance(lue, CelluleRefusee):
                    self.fautes.noter(Faute(numeros[i], nom, montrer(cellules[i]), lue.regle, lue.proposition))
                    lues[i] = memoire[""]
        if PAR_NOM[nom].requis or nom == "operation":
            for i, lue in enumerate(lues):
                if not lue and cellules[i] in (None, ""):
                    self.fautes.noter(Faute(numeros[i], nom, "", "Cette cellule est obligatoire."))
        return lues


def rassembler(lignes: Iterable[Ligne], fautes: Faux) -> dict[tuple[int, str], Ligne]:
    """One line per person and operation: a return is merged with the entry it follows (`domaine.md` 2.6)."""
    personnes: dict[tuple[int, str], Ligne] = {}
    retours: dict[tuple[int, str], list[Ligne]] = {}
    for ligne in lignes:
        cle = ligne[1:3]
        deja = personnes.setdefault(cle, ligne)
        if deja is not ligne:
            retours.setdefault(cle, [deja]).append(ligne)
    for cle, siennes in retours.items():
        personnes[cle] = _fusionner(siennes, fautes)
    return personnes


def _fusionner(lignes: list[Ligne], fautes: Faux) -> Ligne:
    """The entry of the first line and the exit of the last: one still open cancels the exit before it."""
    par_entree: dict[str, Ligne] = {}
    for ligne in lignes:
        deja = par_entree.setdefault(ligne.fiche[ENTREE], ligne)
        if deja[3:] != ligne[3:]:
            fautes.noter(
                Faute(
                    ligne.numero,
                    "identifiant_pseudonyme",
                    ligne.pseudonyme,
                    f"Cette personne est déjà à la ligne {deja.numero}, entrée le même jour avec d’autres réponses.",
                )
            )
    rangees = [par_entree[entree] for entree in sorted(par_entree)]
    premiere, derniere = rangees[0], rangees[-1]
    identite = premiere.identite and tuple(
        next((valeur for valeur in reversed(valeurs) if valeur), "")
        for valeurs in zip(*(ligne.identite for ligne in rangees), strict=True)
    )
    return Ligne(
        derniere.numero,
        premiere.operation,
        premiere.pseudonyme,
        tuple(d if s else p for p, d, s in zip(premiere.fiche, derniere.fiche, EST_SORTIE, strict=True)),
        identite,
        derniere.fiche[ENTREE] if derniere is not premiere else "",
    )
