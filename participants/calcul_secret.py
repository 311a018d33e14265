"""Which figures of an agreement a reader may see, when small counts are hidden from them (`secret`).

Everything that the reader can open is hidden as one table, whatever the page shows of it: fund, bodies, specific
objectives, genders, combined sums, and the number of participants of each operation. A figure is thus the same
wherever it is read, and two pages cannot be subtracted. The finest figures of an operation are not shown to them.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Q

from comptes.enums import ROLES_OI, Role

from .calcul import PERSONNES, TOTAL, TOUS, Cellule, Figures, Niveau, compute_figures, participants_par_operation
from .enums import Sexe
from .indicateurs import COMBINES
from .lignes import LIGNES, POPULATIONS, RESTE_30_54, RESULTATS
from .permissions import voit_effectifs_fins
from .secret import Equation, Masque, lire_seuil, masquer

# what each line is a part of: a part is never above it, and a rate may be shown over it
PARTS = {"EECO03": "EECO02", "EN_QPV": "ADRESSES_CONNUES", "ADRESSES_CONNUES": "EECO01", "SORTIES": "EECO01"}
PARTS |= {f"EECO{rang}": "EECO01" for rang in range(12, 18)}
PARTS |= {code: f"{code}_POP" for code in RESULTATS} | dict.fromkeys(POPULATIONS, "SORTIES")
PARTS |= {"SORTIE_POSITIVE": "SORTIES", "EMPLOI_DURABLE": "SORTIE_POSITIVE"}
SOMMES = {
    "FICHES": ("EECO01", "INCOMPLETES"),
    "EECO01": ("EECO06", "EECO07", "EECO08", RESTE_30_54),
    **COMBINES,
}
SOMMES_HORS_OS_L = [("EECO02", "EECO04", "EECO05"), ("EECO09", "EECO10", "EECO11")]


@dataclass
class Lecture:
    """What one reader sees of the figures; nothing is hidden from who reads identities (`seuil` 0)."""

    seuil: int = 0
    masques: dict[Cellule, Masque] = field(default_factory=dict)
    operations: dict[int, Masque] = field(default_factory=dict)

    @property
    def est_restreinte(self) -> bool:
        return self.seuil > 0

    def masque(self, niveau: Niveau, sexe: str, code: str) -> Masque | None:
        return self.masques.get(Cellule(niveau, sexe, code))


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
    lecture = Lecture(lire_seuil(accord, figures.au))
    for fonds in inconnues.fonds:
        table = _Composition(inconnues, fonds)
        table.ajouter_operations({pk: o for pk, o in operations.items() if o[0].fonds == fonds})
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
        self.valeurs: dict = {}
        self.equations: list[Equation] = []
        self.implicites: set = set()
        self.mailles = {m: parts for m, parts in figures.mailles.items() if m.fonds == fonds}
        self.fonds = fonds
        organismes = list(dict.fromkeys(m.organisme for m in self.mailles))
        objectifs = list(dict.fromkeys(m.objectif for m in self.mailles))
        self.niveaux = {m: [m] for m in self.mailles}
        for niveau in [
            *(Niveau(fonds, o) for o in organismes),
            *(Niveau(fonds, TOUS, o) for o in objectifs),
            Niveau(fonds),
        ]:
            self.niveaux[niveau] = [m for m in self.mailles if niveau.contient(m)]
        for niveau, mailles in self.niveaux.items():
            self._ajouter_niveau(niveau, mailles)
        self._lier_niveaux(Niveau(fonds), [Niveau(fonds, o) for o in organismes])
        self._lier_niveaux(Niveau(fonds), [Niveau(fonds, TOUS, o) for o in objectifs])
        for organisme in organismes:
            self._ajouter_personnes(figures, Niveau(fonds, organisme))

    def _genres(self) -> list[str]:
        presents = {sexe for parts in self.mailles.values() for sexe in parts}
        return [sexe for sexe in ["", *Sexe.values] if sexe in presents]

    def _ajouter_niveau(self, niveau: Niveau, mailles: list[Niveau]) -> None:
        lignes = [ligne for ligne in LIGNES.values() if ligne.concerne(self.fonds, niveau.objectif)]
        codes = {ligne.code for ligne in lignes}
        sommes: dict[str, Counter] = {TOTAL: Counter()}
        for maille in mailles:
            for sexe, compteurs in self.mailles[maille].items():
                sommes.setdefault(sexe, Counter()).update(compteurs)
                sommes[TOTAL].update(compteurs)
        for sexe in [*self._genres(), TOTAL]:
            compteurs = sommes.get(sexe, Counter())
            for ligne in lignes:
                self.valeurs[Cellule(niveau, sexe, ligne.code)] = ligne.compter(compteurs)
        for sexe in [*self._genres(), TOTAL]:
            self._lier_lignes(niveau, sexe, codes, mailles)
        for code in codes:
            parts = tuple(Cellule(niveau, sexe, code) for sexe in self._genres())
            self.equations.append((Cellule(niveau, TOTAL, code), parts))
        if mailles != [niveau]:
            for sexe in self._genres():
                self._lier(niveau, mailles, sexe, codes)

    def _lier_lignes(self, niveau: Niveau, sexe: str, codes: set[str], mailles: list[Niveau]) -> None:
        if mailles != [niveau]:
            combines = [(total, parts) for total, parts in COMBINES.items() if total in codes]
            for total, parts in combines:
                self._egaler(niveau, sexe, total, parts)
            return  # the other sums hold by those of the finest places
        for total, parts in SOMMES.items():
            if {total, *parts} <= codes:
                self._egaler(niveau, sexe, total, parts)
        if "EECO02" in codes:
            for parts in SOMMES_HORS_OS_L:
                self._egaler(niveau, sexe, "EECO01", parts)
        for part, tout in PARTS.items():
            if {part, tout} <= codes:
                reste = ("reste", niveau, sexe, part)
                self.valeurs[reste] = (
                    self.valeurs[Cellule(niveau, sexe, tout)] - self.valeurs[Cellule(niveau, sexe, part)]
                )
                self.implicites.add(reste)
                self.equations.append((Cellule(niveau, sexe, tout), (Cellule(niveau, sexe, part), reste)))

    def _egaler(self, niveau: Niveau, sexe: str, total: str, parts: tuple[str, ...]) -> None:
        self.equations.append((Cellule(niveau, sexe, total), tuple(Cellule(niveau, sexe, part) for part in parts)))

    def _lier(self, niveau: Niveau, parts: list[Niveau], sexe: str, codes: set[str]) -> None:
        for code in codes:
            presentes = tuple(c for c in (Cellule(part, sexe, code) for part in parts) if c in self.valeurs)
            if presentes:
                self.equations.append((Cellule(niveau, sexe, code), presentes))

    def _lier_niveaux(self, niveau: Niveau, parts: list[Niveau]) -> None:
        codes = {ligne.code for ligne in LIGNES.values() if ligne.concerne(self.fonds)}
        for sexe in [*self._genres(), TOTAL]:
            self._lier(niveau, parts, sexe, codes)

    def _ajouter_personnes(self, figures: Figures, niveau: Niveau) -> None:
        """Different persons: never more than the participants."""
        cellule, reste = Cellule(niveau, TOTAL, PERSONNES), ("reste", niveau, TOTAL, PERSONNES)
        participants = Cellule(niveau, TOTAL, "EECO01")
        self.valeurs[cellule] = figures.nombre(cellule)
        self.valeurs[reste] = self.valeurs[participants] - self.valeurs[cellule]
        self.implicites.add(reste)
        self.equations.append((participants, (cellule, reste)))

    def ajouter_operations(self, operations: dict[int, tuple[Niveau, Counter]]) -> None:
        self.valeurs |= {pk: compteurs["eeco01"] for pk, (_, compteurs) in operations.items()}
        for maille in self.mailles:
            parts = tuple(pk for pk, (niveau, _) in operations.items() if niveau == maille)
            if parts:
                self.equations.append((Cellule(maille, TOTAL, "EECO01"), parts))
