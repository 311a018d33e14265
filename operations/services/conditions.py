"""The conditions of a favourable decision: lifted when their proof is there, put back when it was not."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.journal import journaliser

from ..enums import STATUTS_SUIVIS
from ..models import ConditionDecision, Operation
from .etat import exiger, toucher, verifier_jour, verrouiller


def _ouvrir(condition: ConditionDecision) -> tuple[Operation, ConditionDecision]:
    operation = verrouiller(condition.decision.operation, depuis=STATUTS_SUIVIS)
    condition = ConditionDecision.objects.select_related("decision").get(pk=condition.pk)
    if condition.decision.annulee_le:
        raise ValidationError("La décision qui portait cette condition est annulée.", code="annule")
    return operation, condition


@transaction.atomic
def lever_condition(condition: ConditionDecision, *, auteur, le: date, preuve: str) -> ConditionDecision:
    """Lift a condition, on the day its proof was received."""
    operation, condition = _ouvrir(condition)
    if condition.levee_le:
        raise ValidationError("Cette condition est déjà levée.", code="levee")
    preuve = exiger(preuve, "Dites ce qui lève la condition : pièce, date, référence.", "preuve")
    verifier_jour(le, pas_avant=condition.decision.decidee_le, quoi="la décision")
    condition.levee_le, condition.levee_par, condition.preuve = le, auteur, preuve
    condition.save(update_fields=["levee_le", "levee_par", "preuve"])
    toucher(operation)
    journaliser(operation, "condition_levee", auteur=auteur, le=le, condition=str(condition), preuve=preuve)
    return condition


@transaction.atomic
def retablir_condition(condition: ConditionDecision, *, auteur, motif: str) -> ConditionDecision:
    """Put back a condition lifted by error, with a reason; the journal keeps what had lifted it."""
    operation, condition = _ouvrir(condition)
    if not condition.levee_le:
        raise ValidationError("Cette condition n’est pas levée.", code="levee")
    motif = exiger(motif, "Dites pourquoi la condition est rétablie : le motif figure dans l’historique.")
    preuve = condition.preuve
    condition.levee_le, condition.levee_par, condition.preuve = None, None, ""
    condition.save(update_fields=["levee_le", "levee_par", "preuve"])
    toucher(operation)
    journaliser(operation, "condition_retablie", auteur=auteur, motif=motif, condition=str(condition), preuve=preuve)
    return condition
