"""The conditions of decisions that are late or due within the week."""

from datetime import timedelta
from functools import partial

from django.urls import reverse

from operations.models import ConditionDecision

from .blocs import Attente, Ligne, Source, a_rebours

PREAVIS = timedelta(days=7)


def lignes_conditions(accord, organismes, jour) -> list[Attente]:
    conditions = (
        ConditionDecision.objects.a_lever()
        .filter(decision__operation__accord=accord, decision__operation__enveloppe__organisme__in=organismes)
        .filter(echeance_le__lte=jour + PREAVIS)
        .select_related("decision__operation__enveloppe__fonds", "decision__operation__structure")
    )
    return Source(conditions, partial(_ligne, accord, jour)).attentes("echeance_le", "decision__operation__numero")


def _ligne(accord, jour, condition) -> Ligne:
    operation = condition.decision.operation
    return Ligne(
        "Lever une condition de la décision",
        reverse("operations:condition_lever", args=[accord.slug, operation.numero, condition.pk]),
        f"{operation.numero} · {operation.intitule} · {condition}",
        condition.echeance_le,
        a_rebours(condition.echeance_le, jour),
        operation,
        ton="stop" if condition.est_en_retard(jour) else "",
    )
