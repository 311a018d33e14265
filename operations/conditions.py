"""The conditions of an operation, as its pages show them and as its contract should know them."""

from dataclasses import dataclass

from django.utils import timezone

from accord.montants import INSECABLE

from .models import ConditionDecision, Operation
from .permissions import peut_suivre_conditions


@dataclass(frozen=True)
class Conditions:
    """Those of the decision in force; none is no block at all."""

    lignes: list[ConditionDecision]
    peut_suivre: bool

    @property
    def a_lever(self) -> list[ConditionDecision]:
        return [condition for condition in self.lignes if condition.levee_le is None]

    @property
    def en_retard(self) -> list[ConditionDecision]:
        aujourdhui = timezone.localdate()
        return [condition for condition in self.lignes if condition.est_en_retard(aujourdhui)]

    @property
    def phrase(self) -> str:
        """« 2 conditions à lever, dont 1 en retard. »"""
        reste, retard = len(self.a_lever), len(self.en_retard)
        if not reste:
            return "Toutes les conditions sont levées."
        suite = f", dont {retard} en retard" if retard else ""
        return f"{reste}{INSECABLE}{'conditions' if reste > 1 else 'condition'} à lever{suite}."


def lire_conditions(operation: Operation, user) -> Conditions:
    """One query; the person may follow them while the operation goes on."""
    conditions = ConditionDecision.objects.filter(decision__operation=operation).en_vigueur()
    lignes = list(conditions.select_related("levee_par"))
    return Conditions(lignes, bool(lignes) and peut_suivre_conditions(user, operation))
