"""The lines of a table of indicators: what each counts, from the counters (`domaine.md` 2.1 to 2.4)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accord.enums import CodeFonds

from .indicateurs import ACTIVE, COMBINES, COMPLETE, HORS_FTJ, HORS_OS_L, LOCAUX, REALISATIONS, REGLES
from .querysets import et

LIBELLES_COMBINES = {
    "EECO02+04": "Chômeurs et inactifs",
    "EECO02+05": "Chômeurs et personnes en emploi",
    "EECO02+04+05": "Chômeurs, inactifs et personnes en emploi",
    "EECO06+07": "Moins de 30 ans",
    "EECO10+11": "CITE 3 à 8",
}
RESULTATS = ["EECR01", "EECR02", "EECR03", "EECR04"]
ENQUETES = {"EECR05": "En emploi six mois après la sortie", "EECR06": "Situation améliorée six mois après la sortie"}

RESTE_30_54 = "AGE30_54"


@dataclass(frozen=True)
class Ligne:
    """One line: the counters that it adds, those that it takes away, the line that it is a share of."""

    code: str
    libelle: str
    plus: tuple[str, ...]
    moins: tuple[str, ...] = ()
    population: str = ""
    hors_os_l: bool = False
    hors_ftj: bool = False

    @property
    def nom(self) -> str:
        """With its code, where the European regulation gives one."""
        return f"{self.code} {self.libelle}" if self.code.startswith("EEC") else self.libelle

    def compter(self, compteurs: Counter) -> int:
        return sum(compteurs[c] for c in self.plus) - sum(compteurs[c] for c in self.moins)

    def concerne(self, fonds: str, objectif: str = "") -> bool:
        """Tell whether the line exists for a fund, and is computed for a specific objective."""
        return not (self.hors_ftj and fonds == CodeFonds.FTJ) and not (self.hors_os_l and objectif.endswith(".L"))


def _simple(code: str) -> Ligne:
    regle = REGLES[code]
    return Ligne(
        code,
        regle.libelle,
        (regle.colonne,),
        population=regle.population,
        hors_os_l=HORS_OS_L in regle.conditions,
        hors_ftj=HORS_FTJ in regle.conditions,
    )


def _combinee(code: str) -> Ligne:
    parts = [_simple(part) for part in COMBINES[code]]
    return Ligne(
        code,
        LIBELLES_COMBINES[code],
        tuple(part.plus[0] for part in parts),
        hors_os_l=any(part.hors_os_l for part in parts),
    )


_SUIVI = [
    _simple("FICHES"),
    Ligne("INCOMPLETES", "Fiches incomplètes, hors des indicateurs", ("incompletes",), population="FICHES"),
]
_AGE = Ligne(RESTE_30_54, "De 30 à 54 ans (reste calculé, sans code)", ("eeco01",), ("eeco06", "eeco07", "eeco08"))
_RANG_AGE = [regle.code for regle in REALISATIONS].index("EECO08")
SECTIONS: dict[str, list[Ligne]] = {
    "suivi": _SUIVI,
    "realisation": [
        *(_simple(regle.code) for regle in REALISATIONS[:_RANG_AGE]),
        _AGE,
        *(_simple(regle.code) for regle in REALISATIONS[_RANG_AGE:]),
    ],
    "combines": [_combinee(code) for code in COMBINES],
    "resultats": [_simple("SORTIES"), *(_simple(code) for code in RESULTATS)],
    "locaux": [_simple(regle.code) for regle in LOCAUX],
    "quartiers": [_simple("ADRESSES_CONNUES"), _simple("EN_QPV")],
}
POPULATIONS = {f"{code}_POP": _simple(f"{code}_POP") for code in RESULTATS}
LIGNES = {ligne.code: ligne for section in SECTIONS.values() for ligne in section} | POPULATIONS


def _q_compteur(colonne: str, au: date) -> Q:
    if colonne == "incompletes":
        return ACTIVE.q & ~et(condition.q for condition in COMPLETE) & Q(entree_le__lte=au)
    regle = REGLES[colonne.upper()]
    return regle.q & Q(**{f"{regle.quand}__lte": au})


def q_ligne(code: str, au: date) -> Q:
    """The records that a line counts at a day, of those read with `for_indicateurs`."""
    ligne = LIGNES[code]
    comptees = Q()
    for colonne in ligne.plus:
        comptees |= _q_compteur(colonne, au)
    for colonne in ligne.moins:
        comptees &= ~_q_compteur(colonne, au)
    return comptees
