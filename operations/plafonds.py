"""The European share of a plan, against the maximum of its call and against what was asked."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from accord.montants import CENTIME

from .enums import VersionPlan


@dataclass(frozen=True)
class Plafond:
    """Amounts in euros; the maximum is rounded down (design, « Settled readings »)."""

    cout: Decimal
    ue: Decimal
    ue_max: Decimal | None
    ue_demande: Decimal | None
    taux_max: Decimal | None

    @property
    def taux(self) -> Decimal:
        return self.ue / self.cout

    @property
    def exces(self) -> Decimal | None:
        """What is above the maximum of the call, None when nothing is or when the call sets none."""
        return self.ue - self.ue_max if self.ue_max is not None and self.ue > self.ue_max else None

    @property
    def exces_demande(self) -> Decimal | None:
        """What is above the amount that was asked, None when nothing is."""
        return self.ue - self.ue_demande if self.ue_demande is not None and self.ue > self.ue_demande else None


def lire_plafond(operation) -> Plafond | None:
    """Compare the instructed plan in force of an operation; None before the instruction."""
    plans = {plan.version: plan for plan in operation.plans.order_by("numero")}
    demande, instruit = plans.get(VersionPlan.DEMANDE), plans.get(VersionPlan.INSTRUIT)
    if instruit is None:
        return None
    return compute_plafond(
        operation.appel,
        cout=instruit.cout_total_eligible,
        ue=instruit.ue,
        ue_demande=demande.ue if demande else None,
    )


def compute_plafond(appel, *, cout: Decimal, ue: Decimal, ue_demande: Decimal | None = None) -> Plafond:
    """Compare an EU amount with the maximum that its call (or none) allows for that cost."""
    taux_max = appel.taux_max if appel else None
    ue_max = (cout * taux_max).quantize(CENTIME, ROUND_DOWN) if taux_max else None
    return Plafond(cout, ue, ue_max, ue_demande, taux_max)
