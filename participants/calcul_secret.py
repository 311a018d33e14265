"""Which figures of an agreement a reader may see, when small counts are hidden from them (`secret`).

Everything that the reader can open is hidden as one table, whatever the page shows of it: a figure is the same wherever
it is read, and two pages cannot be subtracted. That table is a tree, so that few cells have to go: by gender for the
fund; all genders together for each body, each of its specific objectives, and the participants of each operation. What
is a sum of other lines is shown where all of them are.
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils import timezone

from accord.models import AccordCadre
from comptes.enums import ROLES_OI, Role

from .calcul import PERSONNES, TOTAL, Cellule, Figures, Niveau, compute_figures, participants_par_operation
from .enums import Sexe
from .indicateurs import COMBINES
from .lignes import LIGNES, POPULATIONS, RESTE_30_54, RESULTATS
from .permissions import voit_effectifs_fins
from .secret import Equation, Masque, fin_de_mois, lire_seuil, masquer

# what each line is a part of: a part is never above it
PARTS = {"EECO03": "EECO02", "EN_QPV": "ADRESSES_CONNUES", "ADRESSES_CONNUES": "EECO01", "SORTIES": "EECO01"}
PARTS |= {f"EECO{rang}": "EECO01" for rang in range(12, 18)}
PARTS |= {code: f"{code}_POP" for code in RESULTATS} | dict.fromkeys(POPULATIONS, "SORTIES")
PARTS |= {"SORTIE_POSITIVE": "SORTIES", "EMPLOI_DURABLE": "SORTIE_POSITIVE"}
AGES = ("EECO06", "EECO07", "EECO08", RESTE_30_54)
STATUTS, DIPLOMES = ("EECO02", "EECO04", "EECO05"), ("EECO09", "EECO10", "EECO11")
DEDUITES = {**COMBINES, "FICHES": ("EECO01", "INCOMPLETES")}


@dataclass
class Lecture:
    """What one reader sees of the figures; nothing is hidden from who reads every record (`seuil` 0).

    `inconnues`: the places that hold records which the reader does not read; the others are theirs, and hide nothing.
    """

    seuil: int = 0
    inconnues: list[Niveau] = field(default_factory=list)
    montrees: set[Cellule] = field(default_factory=set)
    masques: dict[Cellule, Masque] = field(default_factory=dict)
    operations: dict[int, Masque] = field(default_factory=dict)

    @property
    def est_restreinte(self) -> bool:
        return self.seuil > 0

    def masque(self, niveau: Niveau, sexe: str, code: str) -> Masque | None:
        if not any(niveau.contient(maille) for maille in self.inconnues):
            return None
        cellule = Cellule(niveau, sexe, code)
        if code in DEDUITES:
            parts = [self.masque(niveau, sexe, part) for part in DEDUITES[code]]
            return Masque.AUTRE if any(parts) else None
        if cellule in self.masques:
            return self.masques[cellule]
        return None if cellule in self.montrees else Masque.AUTRE


@dataclass(frozen=True)
class Vue:
    """What a person reads at a day: the figures, what is hidden of them, whose records they are made of."""

    figures: Figures
    lecture: Lecture
    demande_le: date | None = None  # the day asked, where it is not the one that is read
    est_partielle: bool = False  # one’s own records only


def ouvrir_figures(accord: AccordCadre, user, demande: date | None = None) -> Vue:
    """The figures that a person may read at the day they ask for.

    Others’ records are counted at the last end of a month only: with two neighbouring days, a subtraction would tell
    who came in between. At another day, who reads records reads those, and who reads none reads the end of the month.
    """
    if voit_effectifs_fins(user, accord):
        return Vue(compute_figures(accord, demande or timezone.localdate()), Lecture())
    fin = fin_de_mois(timezone.localdate())
    if demande and demande != fin and lit_a_tout_jour(user, accord):
        return Vue(compute_figures(accord, demande, connues_de(user)), Lecture(), est_partielle=True)
    figures = compute_figures(accord, fin)
    return Vue(figures, lire_figures(figures, user), demande if demande != fin else None)


def jour_par_defaut(user, accord: AccordCadre) -> date:
    """Today for who reads every count; for the others, the last day when they read them all."""
    jour = timezone.localdate()
    return jour if voit_effectifs_fins(user, accord) else fin_de_mois(jour)


def lit_a_tout_jour(user, accord: AccordCadre) -> bool:
    """Reads some records one by one, so may choose the day of their figures."""
    return bool(user.organismes_ids(*ROLES_OI, Role.PLIE)) or voit_effectifs_fins(user, accord)


def connues_de(user) -> Q:
    """The records that a person reads one by one: those of their body, or of their structure."""
    return Q(operation__enveloppe__organisme__in=user.organismes_ids(*ROLES_OI)) | Q(
        operation__structure__organisme__in=user.organismes_ids(Role.PLIE)
    )


def lire_figures(figures: Figures, user) -> Lecture:
    """Hide from a person what they may not read of the figures of an agreement.

    What they know is taken away first: the table hidden is that of the other records.
    """
    accord = figures.accord
    if voit_effectifs_fins(user, accord):
        return Lecture()
    autres = ~connues_de(user)
    inconnues = compute_figures(accord, figures.au, autres)
    operations = participants_par_operation(accord, figures.au, autres)
    lecture = Lecture(lire_seuil(accord, figures.au), list(inconnues.mailles))
    for fonds in inconnues.fonds:
        table = _Composition(inconnues, fonds)
        table.ajouter_operations({pk: o for pk, o in operations.items() if o[0].fonds == fonds})
        lecture.montrees.update(c for c in table.valeurs if isinstance(c, Cellule))
        masques = masquer(table.valeurs, table.equations, seuil=lecture.seuil, implicites=table.implicites)
        for cellule, masque in masques.items():
            if isinstance(cellule, int):
                lecture.operations[cellule] = masque
            elif isinstance(cellule, Cellule) and table.valeurs[cellule] == figures.nombre(cellule):
                lecture.masques[cellule] = masque
            elif isinstance(cellule, Cellule):  # small among the others only
                lecture.masques[cellule] = Masque.AUTRE
    return lecture


class _Composition:
    """The table of a fund: every figure that can be read, and every equation that ties them."""

    def __init__(self, figures: Figures, fonds: str):
        self.figures = figures
        self.valeurs: dict[Hashable, int] = {}
        self.equations: list[Equation] = []
        self.implicites: set[Hashable] = set()
        self.mailles = [m for m in figures.mailles if m.fonds == fonds]
        tous, organismes = Niveau(fonds), [Niveau(fonds, o) for o in dict.fromkeys(m.organisme for m in self.mailles)]
        for niveau, sexes in [(tous, [*Sexe.values, TOTAL]), *((n, [TOTAL]) for n in (*organismes, *self.mailles))]:
            for sexe in sexes:
                self._ajouter(niveau, sexe)
        for code in [c for c in LIGNES if Cellule(tous, TOTAL, c) in self.valeurs]:
            self._lier(Cellule(tous, TOTAL, code), [Cellule(tous, sexe, code) for sexe in Sexe.values])
            self._lier(Cellule(tous, TOTAL, code), [Cellule(o, TOTAL, code) for o in organismes])
            for o in organismes:
                self._lier(Cellule(o, TOTAL, code), [Cellule(m, TOTAL, code) for m in self.mailles if o.contient(m)])
        for organisme in organismes:
            self.valeurs[Cellule(organisme, TOTAL, PERSONNES)] = figures.personnes.get(organisme, 0)
            self._borner(organisme, TOTAL, PERSONNES, "EECO01")

    def _ajouter(self, niveau: Niveau, sexe: str) -> None:
        """The lines of a column, and what ties them."""
        codes = {
            c for c, ligne in LIGNES.items() if c not in DEDUITES and ligne.concerne(niveau.fonds, niveau.objectif)
        }
        if sexe != TOTAL:
            codes.discard("INCOMPLETES")  # some say no gender
        for code in sorted(codes):
            cellule = Cellule(niveau, sexe, code)
            self.valeurs[cellule] = self.figures.nombre(cellule)
        for parts in (AGES, STATUTS, DIPLOMES):
            presentes = [Cellule(niveau, sexe, part) for part in parts if part in codes]
            if not presentes:
                continue
            total = Cellule(niveau, sexe, "EECO01")
            if self.valeurs[total] != sum(self.valeurs[part] for part in presentes):
                self._completer(total, presentes)  # the objective L adds persons without these answers
            else:
                self._lier(total, presentes)
        for part, tout in PARTS.items():
            if {part, tout} <= codes:
                self._borner(niveau, sexe, part, tout)

    def _lier(self, total: Cellule, parts: list[Cellule]) -> None:
        presentes = tuple(part for part in parts if part in self.valeurs)
        if presentes:
            self.equations.append((total, presentes))

    def _completer(self, total: Cellule, parts: list[Cellule]) -> None:
        cle = ("reste", total, *parts)
        self.valeurs[cle] = self.valeurs[total] - sum(self.valeurs[part] for part in parts)
        self.implicites.add(cle)
        self.equations.append((total, (*parts, cle)))

    def _borner(self, niveau: Niveau, sexe: str, part: str, tout: str) -> None:
        self._completer(Cellule(niveau, sexe, tout), [Cellule(niveau, sexe, part)])

    def ajouter_operations(self, operations: dict[int, tuple[Niveau, Counter]]) -> None:
        self.valeurs |= {pk: compteurs["eeco01"] for pk, (_, compteurs) in operations.items()}
        for maille in self.mailles:
            parts = tuple(pk for pk, (niveau, _) in operations.items() if niveau == maille)
            if parts:
                self.equations.append((Cellule(maille, TOTAL, "EECO01"), parts))
