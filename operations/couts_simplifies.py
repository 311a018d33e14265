"""Simplified costs: what a profile computes, on which base, and what it forbids (CPR 54 to 56; design, « Settled
readings »). Pure: lines and a rate in, lines out. Amounts in euros, a rate as a share; half a cent goes up.

A profile holds one flat rate at most, so two flat rates never meet on the same base.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from accord.montants import arrondir

from .enums import CategorieDepense, ProfilCout

ZERO = Decimal("0.00")
DIRECTS = frozenset(
    {
        CategorieDepense.PERSONNEL,
        CategorieDepense.FONCTIONNEMENT,
        CategorieDepense.PRESTATIONS,
        CategorieDepense.PARTICIPANTS,
        CategorieDepense.SALAIRES_PARTICIPANTS,
    }
)


@dataclass(frozen=True)
class Regle:
    """A flat rate: the post it gives, its base, the posts that are entered, the parameter of its rate."""

    poste: CategorieDepense
    assiette: frozenset
    saisies: frozenset
    parametre: str
    refus: str


REGLES = {
    ProfilCout.OCS_7: Regle(
        CategorieDepense.INDIRECTS,
        DIRECTS,
        DIRECTS,
        "forfait_indirects_couts_directs",
        "Les coûts indirects sont au forfait sur les coûts directs",
    ),
    ProfilCout.OCS_15: Regle(
        CategorieDepense.INDIRECTS,
        frozenset({CategorieDepense.PERSONNEL}),
        DIRECTS,
        "forfait_indirects_personnel",
        "Les coûts indirects sont au forfait sur le personnel direct",
    ),
    ProfilCout.OCS_20: Regle(
        CategorieDepense.PERSONNEL,
        DIRECTS - {CategorieDepense.PERSONNEL},
        DIRECTS - {CategorieDepense.PERSONNEL} | {CategorieDepense.INDIRECTS},
        "forfait_personnel",
        "Le personnel direct est au forfait sur les autres coûts directs",
    ),
    ProfilCout.OCS_40: Regle(
        CategorieDepense.RESTE,
        frozenset({CategorieDepense.PERSONNEL}),
        frozenset({CategorieDepense.PERSONNEL, CategorieDepense.SALAIRES_PARTICIPANTS}),
        "forfait_reste",
        "Les coûts restants sont au forfait sur le personnel direct ; seuls les salaires et indemnités des "
        "participants s’y ajoutent",
    ),
}
REEL = DIRECTS | {CategorieDepense.INDIRECTS}


@dataclass(frozen=True)
class Forfait:
    """A flat-rate line with its working."""

    categorie: CategorieDepense
    annee: int
    assiette: Decimal
    taux: Decimal
    montant: Decimal


@dataclass(frozen=True)
class Equilibre:
    """What own funds bring when they absorb the difference, and what the other resources hold too much of."""

    autofinancement: Decimal
    exces: Decimal


def saisies_admises(profil: str) -> frozenset:
    """The posts that are entered with this profile; the others are refused or computed."""
    return REGLES[ProfilCout(profil)].saisies if profil in REGLES else REEL


def dire_refus(profil: str, categorie: str) -> str:
    """Why a post is not entered with this profile, and what to do; empty when it is."""
    if categorie in saisies_admises(profil):
        return ""
    libelle = CategorieDepense(categorie).label
    if profil not in REGLES:
        return f"« {libelle} » se calcule au forfait. Choisissez un autre poste, ou un autre établissement des coûts."
    return (
        f"{REGLES[ProfilCout(profil)].refus}. Retirez cette ligne « {libelle} », ou choisissez un autre établissement "
        "des coûts."
    )


def compute_forfaits(profil: str, lignes: Iterable, taux: Decimal | None) -> list[Forfait]:
    """The flat-rate lines of a profile, one a year, each rounded by itself: the total is their sum.

    `lignes` are the entered lines (`categorie`, `annee`, `montant`); a year without base has no line.
    """
    regle = REGLES.get(ProfilCout(profil))
    if regle is None:
        return []
    if taux is None:
        raise ValueError(profil)
    assiettes: dict[int, Decimal] = defaultdict(Decimal)
    for ligne in lignes:
        if ligne.categorie in regle.assiette:
            assiettes[ligne.annee] += ligne.montant
    return [
        Forfait(regle.poste, annee, assiette, taux, arrondir(assiette * taux))
        for annee, assiette in sorted(assiettes.items())
        if assiette
    ]


def equilibrer(*, cout: Decimal, autres: Decimal) -> Equilibre:
    """Let own funds absorb what a change of cost leaves open.

    `autres` is every resource but own funds. Own funds never go below zero: what the others then hold above the cost
    is said, for a person to remove.
    """
    reste = cout - autres
    return Equilibre(max(reste, ZERO), max(-reste, ZERO))
