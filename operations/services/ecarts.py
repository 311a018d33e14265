"""What a control sets aside, and what the flat rates lose with it.

A flat rate is computed on declared expenses: when some of its base is set aside, the flat-rate expense is computed
again on what is left, each year rounded by itself, and the difference is set aside too.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from accord.montants import arrondir, format_euros, format_taux

from ..couts_simplifies import REGLES, ZERO
from ..enums import CategorieDepense, MotifEcart, ProfilCout
from ..models import BilanExecution, DepenseDeclaree, LigneDepense, LigneEchantillon, OuvertureControle
from .conventions import conditions_de


@dataclass(frozen=True)
class Ecart:
    """An expense set aside by a control, in euros; on a report with a flat rate, its post and its year are known."""

    montant: Decimal
    typologie: MotifEcart
    motif: str
    piece: str = ""
    categorie: str = ""
    annee: int | None = None


def ecarts_de(ouverture: OuvertureControle) -> list[LigneEchantillon]:
    """The items of the sample that were set aside, in whole or in part."""
    return list(ouverture.echantillon.filter(ecarte__gt=0).select_related("ligne"))


def lire_ecarts(ouverture: OuvertureControle) -> list[Ecart]:
    """What the verification of the sample set aside, item by item."""
    declarees = list(ouverture.bilan.depenses_declarees.all())
    return [
        Ecart(
            e.ecarte,
            MotifEcart(e.typologie),
            e.motif,
            e.ligne.piece,
            e.ligne.categorie,
            _annee_declaree(e.ligne, declarees),
        )
        for e in ecarts_de(ouverture)
    ]


def _annee_declaree(ligne: LigneDepense, declarees: list[DepenseDeclaree]) -> int:
    """The year under which an item was declared: that of its payment, or the nearest that its post has."""
    payee = ligne.payee_le.year
    annees = [depense.annee for depense in declarees if depense.categorie == ligne.categorie]
    return min(annees, key=lambda annee: abs(annee - payee), default=payee)


def somme_ecartee(ouverture: OuvertureControle) -> Decimal:
    """What the verification of the sample set aside so far with what the flat rates lose, in euros."""
    return sum((e.montant for e in completer_ecarts(ouverture.bilan, lire_ecarts(ouverture))), ZERO)


def lire_postes(bilan: BilanExecution) -> list[DepenseDeclaree]:
    """The declared lines among which a set-aside amount says its own; empty when the report has no flat rate."""
    declarees = list(bilan.depenses_declarees.all())
    return declarees if any(depense.est_forfait for depense in declarees) else []


def exiger_postes(bilan: BilanExecution, ecarts: Iterable[Ecart]) -> None:
    """Refuse an amount set aside without its post when a flat rate may depend on it (`code="poste"`)."""
    if any(not (ecart.categorie and ecart.annee) for ecart in ecarts) and lire_postes(bilan):
        raise ValidationError(
            "Choisissez le poste et l’année de chaque montant écarté\u00a0: un forfait de ce bilan en dépend.",
            code="poste",
        )


def completer_ecarts(bilan: BilanExecution, ecarts: Iterable[Ecart]) -> list[Ecart]:
    """These amounts, then what each flat-rate line of the report loses with its base."""
    ecarts = list(ecarts)
    forfaits = [depense for depense in bilan.depenses_declarees.all() if depense.est_forfait]
    if not forfaits or not ecarts:
        return ecarts
    regle = REGLES[ProfilCout(conditions_de(bilan.convention, bilan.depose_le).plan.profil)]
    retires: dict[int | None, Decimal] = defaultdict(Decimal)
    for ecart in ecarts:
        if ecart.categorie in regle.assiette:
            retires[ecart.annee] += ecart.montant
    derives = [(forfait, *_perdre(forfait, retires[forfait.annee])) for forfait in forfaits]
    return ecarts + [
        Ecart(
            perdu,
            MotifEcart.FORFAIT,
            f"{CategorieDepense(forfait.categorie).label} au forfait\u00a0: {format_taux(forfait.taux)} des "
            f"{format_euros(retire)} écartés de l’assiette de {forfait.annee}",
            categorie=forfait.categorie,
            annee=forfait.annee,
        )
        for forfait, retire, perdu in derives
        if perdu
    ]


def _perdre(forfait: DepenseDeclaree, retire: Decimal) -> tuple[Decimal, Decimal]:
    """What leaves the base of a flat-rate line, all of it at most, and what the line loses, in euros."""
    assiette, taux = forfait.assiette or ZERO, forfait.taux or ZERO
    retire = min(retire, assiette)
    return retire, forfait.montant - arrondir((assiette - retire) * taux)
