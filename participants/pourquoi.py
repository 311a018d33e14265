"""Why a record counts or does not, indicator by indicator of its fund, in the order of the regulation."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from .completude import ATTENDUS
from .indicateurs import HORS_FTJ, LOCAUX, REALISATIONS, REGLES, RESULTATS, SUIVI, Regle, expliquer
from .models import Participation

GROUPES = [
    ("À l’entrée", REALISATIONS),
    ("À la sortie", [REGLES[code] for code in RESULTATS]),
    ("Suivi local", [*(regle for regle in SUIVI if regle.code == "EN_QPV"), *LOCAUX]),
]
INCONNU = "On ne le sait pas encore\u00a0: une réponse manque."


@dataclass(frozen=True)
class Explication:
    """`motifs`: why the record does not count in this indicator; those that hold for all of them are apart."""

    regle: Regle
    compte: bool
    motifs: list[str]


@dataclass(frozen=True)
class Explications:
    """`communs`: why the record counts nowhere."""

    communs: list[str]
    groupes: list[tuple[str, list[Explication]]]

    @property
    def nombre(self) -> int:
        return sum(une.compte for _, lignes in self.groupes for une in lignes)


def expliquer_fiche(fiche: Participation) -> Explications:
    """Needs `ftj` (`for_indicateurs`). Two queries."""
    groupes = [
        (titre, [regle for regle in regles if not (fiche.ftj and HORS_FTJ in regle.conditions)])
        for titre, regles in GROUPES
    ]
    motifs = expliquer(fiche, [regle.code for _, regles in groupes for regle in regles])
    communs = motifs["EECO01"]
    manquants = {champ for champ in ATTENDUS if getattr(fiche, champ) in ("", None)}
    return Explications(
        communs,
        [
            (
                titre,
                [
                    Explication(r, not motifs[r.code], _dire(r, set(motifs[r.code]) - set(communs), manquants))
                    for r in regles
                ],
            )
            for titre, regles in groupes
        ],
    )


def _dire(regle: Regle, motifs: set[str], manquants: set[str]) -> list[str]:
    """The reasons of one indicator; of an answer that is missing, nothing is known yet."""
    dits = [
        INCONNU if _champs(condition.q) & manquants else condition.motif
        for condition in regle.conditions
        if condition.motif in motifs
    ]
    return list(dict.fromkeys(dits))


def _champs(q: Q) -> set[str]:
    """The answers that a condition reads."""
    noms = set()
    enfants: list[Any] = list(q.children)
    for enfant in enfants:
        noms |= _champs(enfant) if isinstance(enfant, Q) else {enfant[0].partition("__")[0]}
    return noms
