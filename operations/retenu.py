"""The European amount that a control keeps (design, « Settled readings »; `domaine.md` 4.4), with its working.

Everything is cumulated since the contract, in euros. The rate is the exact fraction EU / cost of the plan in force.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from accord.montants import CENTIME

ZERO = Decimal("0.00")


def arrondir_fraction(fraction: Fraction) -> Decimal:
    """Round a fraction of euros to the cent, half a cent away from zero, without going through decimals."""
    signe = -1 if fraction < 0 else 1
    centimes = abs(fraction) * 100
    return signe * Decimal(int(centimes + Fraction(1, 2))) * CENTIME


def part_europeenne(depenses: Decimal, *, ue: Decimal, cout: Decimal) -> Decimal:
    """Expenses × EU / cost, rounded once."""
    return arrondir_fraction(Fraction(depenses) * Fraction(ue) / Fraction(cout))


@dataclass(frozen=True)
class Retenu:
    """The three terms of the minimum, what was declared, and what is kept, in euros."""

    convention: Decimal
    au_taux: Decimal
    au_besoin: Decimal
    declare: Decimal

    @property
    def calcule(self) -> Decimal:
        """The minimum of the three terms, never negative."""
        return max(min(self.convention, self.au_taux, self.au_besoin), ZERO)

    @property
    def cumule(self) -> Decimal:
        """What is kept: never above what was declared."""
        return min(self.calcule, self.declare)

    @property
    def ramene_au_declare(self) -> bool:
        return self.calcule > self.declare


def compute_retenu(*, ue: Decimal, cout: Decimal, depenses: Decimal, ressources: Decimal, declare: Decimal) -> Retenu:
    """Keep the minimum of the contract, retained expenses × rate, and retained expenses less resources received.

    `depenses` and `ressources` (co-funding and receipts, not own funds) are the cumulated amounts retained, `declare`
    the cumulated EU amount declared.
    """
    return Retenu(
        convention=ue,
        au_taux=part_europeenne(depenses, ue=ue, cout=cout),
        au_besoin=depenses - ressources,
        declare=declare,
    )
