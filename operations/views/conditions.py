"""A condition of a decision is lifted, or put back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect

from accord.montants import format_date
from comptes.permissions import require

from ..forms.conditions import LeverConditionForm, RetablirConditionForm
from ..models import ConditionDecision
from ..permissions import peut_suivre_conditions
from ..services import lever_condition, retablir_condition
from .commun import agir, get_operation


def _ouvrir(request, accord, numero, pk, *, levee: bool):
    """The operation and its condition, or None and where to go when the condition has moved on."""
    operation = get_operation(request, accord, numero)
    organisme = operation.enveloppe.organisme
    require(
        peut_suivre_conditions(request.user, operation),
        f"Seuls un gestionnaire ou le responsable de l’organisme ({organisme}) suivent ces conditions.",
    )
    condition = get_object_or_404(
        ConditionDecision.objects.select_related("decision").filter(decision__operation=operation), pk=pk
    )
    if request.method == "GET" and bool(condition.levee_le) != levee:
        messages.error(request, "Cette condition est déjà levée." if condition.levee_le else "Elle n’est pas levée.")
        return operation, condition, redirect(operation)
    return operation, condition, None


def lever(request, accord, numero, pk):
    operation, condition, ailleurs = _ouvrir(request, accord, numero, pk, levee=False)
    if ailleurs:
        return ailleurs
    form = LeverConditionForm(request.POST or None, pas_avant=condition.decision.decidee_le)
    return agir(
        request,
        operation,
        [form],
        lambda: lever_condition(condition, auteur=request.user, **form.cleaned_data),
        lambda: "Condition levée.",
        "operations/acte.html",
        titre="Lever la condition",
        texte=f"{condition}, avant le {format_date(condition.echeance_le)}. "
        f"Preuve attendue : {condition.preuve_attendue}.",
        bouton="Lever la condition",
    )


def retablir(request, accord, numero, pk):
    operation, condition, ailleurs = _ouvrir(request, accord, numero, pk, levee=True)
    if ailleurs:
        return ailleurs
    form = RetablirConditionForm(request.POST or None)
    return agir(
        request,
        operation,
        [form],
        lambda: retablir_condition(condition, auteur=request.user, **form.cleaned_data),
        lambda: "Condition rétablie. Elle est de nouveau à lever.",
        "operations/acte.html",
        titre="Rétablir la condition",
        texte=f"{condition}. Elle a été levée le {format_date(condition.levee_le)} : {condition.preuve}",
        bouton="Rétablir la condition",
        danger=True,
    )
