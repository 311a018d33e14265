"""The flat-rate lines and the total of a plan while it is typed; nothing is written."""

from datetime import date

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from comptes.permissions import require

from ..forms import PlanForm
from ..forms.champs import JourField
from ..permissions import peut_corriger_structure

REFUS = "Le calcul d’un plan sert à ceux qui le saisissent\u00a0: gestionnaires et responsables."


@require_POST
def calculer(request, accord):
    """A fragment of the form, for its script: the rows come as they are typed."""
    require(peut_corriger_structure(request.user, accord), REFUS)
    plan = PlanForm(request.POST, fonds="", accord=accord, jour=lire_jour(request))
    return render(request, "operations/_plan_calcul.html", {"plan": plan})


def lire_jour(request) -> date:
    """The day whose rates apply: that of the application, typed in the form or said by its address; else today."""
    for texte in (request.POST.get("deposee_le"), request.GET.get("le")):
        try:
            if jour := JourField(required=False).clean(texte):
                return jour
        except ValidationError:
            pass
    return timezone.localdate()
