"""One version after another of a financing plan."""

from django.core.exceptions import ValidationError

from accord.montants import format_euros

from ..enums import VersionPlan
from ..models import Operation, PlanFinancement


def enregistrer_plan(operation: Operation, plan: PlanFinancement, version: VersionPlan) -> PlanFinancement:
    """Save an unsaved plan as the next number of a version; it balances to the cent (`code="equilibre"`)."""
    if plan.ecart:
        verbe = "Il manque" if plan.ecart < 0 else "Il y a en trop"
        raise ValidationError(
            {
                "autofinancement": f"{verbe} {format_euros(abs(plan.ecart))} de ressources pour équilibrer le plan. "
                "Corrigez l’autofinancement ou une autre ressource."
            },
            code="equilibre",
        )
    plan.pk, plan._state.adding = None, True
    plan.operation, plan.version = operation, version
    plan.numero = 1 + operation.plans.filter(version=version).count()
    plan.full_clean(exclude=["operation"])
    plan.save(force_insert=True)
    return plan
