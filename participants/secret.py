"""Small counts of persons, hidden from whoever has no access to identities (`domaine.md` 3.5).

A count from 1 to n − 1 is shown « < n ». That is not enough: a total minus its other parts gives it back. So further
cells are hidden (« masqué ») until, for each hidden cell, another table exists with another value in that cell and
everything shown unchanged. That other table is built, not supposed: what is not proved is hidden further.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import date, timedelta
from enum import Enum

from accord.models import AccordCadre, Parametre
from accord.montants import INSECABLE, format_nombre

SEUIL = 5  # where no parameter says otherwise
PAS_D_ESSAI = 300  # cells tried to build another table, before one more cell is hidden

Cellule = Hashable
Equation = tuple[Cellule, tuple[Cellule, ...]]  # a total, and the parts that it is the sum of


class Masque(Enum):
    """Why a cell is hidden: its own count is small, or it would give away one that is."""

    PETIT = "petit"
    AUTRE = "masqué"


def lire_seuil(accord: AccordCadre, jour: date) -> int:
    """The first count that is shown: the dated parameter `effectif_masque`."""
    parametre = Parametre.objects.filter(accord=accord, code="effectif_masque").valables_le(jour).last()
    return int(parametre.valeur) if parametre else SEUIL


def fin_de_mois(jour: date) -> date:
    """The last end of a month, that day included: the only date that such a reader has figures for.

    With two neighbouring dates, a subtraction would tell who came in between.
    """
    lendemain = jour + timedelta(days=1)
    return jour if lendemain.day == 1 else jour.replace(day=1) - timedelta(days=1)


def ecrire_nombre(nombre: int | None, masque: Masque | None, seuil: int = SEUIL) -> str:
    """A count as it is read: a number, « < 5 », « masqué »."""
    if masque is Masque.PETIT:
        return f"<{INSECABLE}{seuil}"
    return masque.value if masque else format_nombre(nombre)


def masquer(
    valeurs: Mapping[Cellule, int],
    equations: Iterable[Equation],
    *,
    seuil: int = SEUIL,
    connues: Collection[Cellule] = (),
    implicites: Collection[Cellule] = (),
) -> dict[Cellule, Masque]:
    """Say which cells to hide from a reader, and why.

    `equations` is everything that ties what is shown, anywhere it is shown. `connues`: cells that this reader may read
    whatever their size; what follows from them and from zeros is no secret either. `implicites`: counts that appear
    nowhere, which only tell that a part is not above its total.
    """
    return _Table(valeurs, equations, seuil, frozenset(connues), frozenset(implicites)).masquer()


class _Table:
    """A table being hidden: its cells, what ties them, and the moves that leave everything shown unchanged."""

    def __init__(self, valeurs, equations, seuil, connues, implicites):
        self.valeurs = valeurs
        self.seuil = seuil
        self.implicites = implicites
        self.rangs = {cellule: rang for rang, cellule in enumerate(valeurs)}
        self.equations = [{total: -1, **dict.fromkeys(parts, 1)} for total, parts in equations]
        self.liens: dict[Cellule, list[int]] = {cellule: [] for cellule in valeurs}
        for rang, equation in enumerate(self.equations):
            for cellule in equation:
                self.liens[cellule].append(rang)
        self.connues = self._deduire(connues)
        self.masques: dict[Cellule, Masque] = {}
        # the cells of each equation that may take another value, as they get hidden
        self.mobiles: list[list[Cellule]] = [[] for _ in self.equations]
        for cellule in implicites:
            self._liberer(cellule)

    def _deduire(self, connues: Collection[Cellule]) -> set[Cellule]:
        """What the reader knows, and what they compute from it with the zeros, which are shown."""
        sues, a_lire = set(connues), list(connues)
        while a_lire:
            for rang in self.liens[a_lire.pop()]:
                inconnues = [c for c in self.equations[rang] if c not in sues and self.valeurs[c]]
                if len(inconnues) == 1:
                    sues.add(inconnues[0])
                    a_lire.append(inconnues[0])
        return sues

    def masquer(self) -> dict[Cellule, Masque]:
        petits = [c for c, n in self.valeurs.items() if 0 < n < self.seuil and self._se_masque(c)]
        for cellule in petits:
            self._masquer(cellule, Masque.PETIT)
        restants, prouves = petits[::-1], set()
        while restants:
            cellule = restants[-1]
            if cellule in prouves:
                restants.pop()
                continue
            mouvement, butees = self._chercher(cellule)
            if mouvement:
                prouves.update(mouvement)
                continue
            utile = self._choisir(butees) or self._choisir(range(len(self.equations)))
            if utile is None:
                return {c: Masque.AUTRE for c in self.valeurs if self._se_masque(c)}
            self._masquer(utile, Masque.AUTRE)
            restants.insert(0, utile)
        return self.masques

    def _se_masque(self, cellule: Cellule) -> bool:
        return cellule not in self.connues and cellule not in self.implicites

    def _masquer(self, cellule: Cellule, masque: Masque) -> None:
        self.masques[cellule] = masque
        self._liberer(cellule)

    def _liberer(self, cellule: Cellule) -> None:
        for rang in self.liens[cellule]:
            self.mobiles[rang].append(cellule)

    def _choisir(self, rangs: Iterable[int]) -> Cellule | None:
        """The smallest cell still shown in these equations; a zero stays shown."""
        montrees = {
            cellule
            for rang in rangs
            for cellule in self.equations[rang]
            if self.valeurs[cellule] and cellule not in self.masques and self._se_masque(cellule)
        }
        return min(montrees, key=lambda c: (self.valeurs[c], self.rangs[c]), default=None)

    def _admet(self, cellule: Cellule, valeur: int) -> bool:
        """A reader knows that « < n » is from 1 to n − 1, and that « masqué » is not."""
        if cellule in self.implicites:
            return valeur >= 0
        if self.masques[cellule] is Masque.PETIT:
            return 1 <= valeur < self.seuil
        return valeur >= self.seuil

    def _chercher(self, cellule: Cellule) -> tuple[dict[Cellule, int] | None, list[int]]:
        """Another table where this cell differs by one, as its differences; else the equations that forbid it."""
        butees: list[int] = []
        for pas in (1, -1):
            if not self._admet(cellule, self.valeurs[cellule] + pas):
                continue
            essai = _Essai(self, butees)
            essai.bouger(cellule, pas)
            if essai.equilibrer():
                return essai.ecarts, []
        return None, butees or self.liens[cellule]


class _Essai:
    """Look for a move in depth: change one cell, then another of an equation out of balance, until all balance."""

    def __init__(self, table: _Table, butees: list[int]):
        self.table = table
        self.butees = butees
        self.ecarts: dict[Cellule, int] = {}
        self.soldes: dict[int, int] = {}
        self.reste = PAS_D_ESSAI

    def bouger(self, cellule: Cellule, pas: int) -> None:
        self.ecarts[cellule] = pas
        self._solder(cellule, pas)

    def _revenir(self, cellule: Cellule) -> None:
        self._solder(cellule, -self.ecarts.pop(cellule))

    def _solder(self, cellule: Cellule, pas: int) -> None:
        for rang in self.table.liens[cellule]:
            solde = self.soldes.pop(rang, 0) + pas * self.table.equations[rang][cellule]
            if solde:
                self.soldes[rang] = solde

    def _issues(self, rang: int) -> list[tuple[int, Cellule, int]]:
        """The cells that bring an equation nearer to balance, those that disturb the fewest others first."""
        equation, sens = self.table.equations[rang], 1 if self.soldes[rang] > 0 else -1
        issues = []
        for cellule in self.table.mobiles[rang]:
            pas = -sens * equation[cellule]
            if cellule not in self.ecarts and self.table._admet(cellule, self.table.valeurs[cellule] + pas):
                issues.append((self._trouble(cellule, pas), cellule, pas))
        return sorted(issues, key=lambda issue: (issue[0], self.table.rangs[issue[1]]))

    def _trouble(self, cellule: Cellule, pas: int) -> int:
        """How much further from balance all would be."""
        liens = self.table.liens[cellule]
        return sum(
            abs(self.soldes.get(r, 0) + pas * self.table.equations[r][cellule]) - abs(self.soldes.get(r, 0))
            for r in liens
        )

    def equilibrer(self) -> bool:
        if not self.soldes:
            return True
        choix = None
        for rang in self.soldes:
            issues = self._issues(rang)
            if choix is None or len(issues) < len(choix):
                choix = issues
            if not issues:
                self.butees.append(rang)
                return False
        for _, cellule, pas in choix or []:
            self.reste -= 1
            if self.reste < 0:
                return False
            self.bouger(cellule, pas)
            if self.equilibrer():
                return True
            self._revenir(cellule)
        return False
