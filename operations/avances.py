"""What the beneficiary still holds of its advances."""

from collections.abc import Iterable
from decimal import Decimal

from .enums import NaturePaiement
from .retenu import ZERO


def compute_avances(paiements: Iterable[tuple[str, Decimal]]) -> Decimal:
    """The advances not recovered, in euros, from natures and amounts in the order of their recording.

    A recovery takes instalments back first: nobody holds more advance than what is left of what was paid.
    """
    paye = avances = ZERO
    for nature, montant in paiements:
        if nature == NaturePaiement.RECOUVREMENT:
            paye -= montant
            avances = min(avances, paye)
        else:
            paye += montant
            avances += montant if nature == NaturePaiement.AVANCE else ZERO
    return avances
