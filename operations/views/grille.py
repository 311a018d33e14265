"""The instruction grid of a draft call."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render

from accord.models import Enveloppe
from comptes.permissions import require

from ..enums import StatutAppel
from ..forms.erreurs import reporter
from ..forms.grille import GrilleVueForm, build_grille, empreinte_grille
from ..forms.vu import PERIME
from ..models import AppelAProjets
from ..permissions import peut_saisir
from ..services import enregistrer_grille
from .appels import REFUS_SAISIE, get_appel

FIGEE = "La grille d’un appel publié ne change plus."


def modifier(request, accord, pk):
    appel = get_appel(request, accord, pk)
    require(peut_saisir(request.user, appel), REFUS_SAISIE)
    if request.method == "GET" and appel.statut != StatutAppel.BROUILLON:
        messages.error(request, FIGEE)
        return redirect("operations:appel_detail", accord=accord.slug, pk=pk)
    vue = GrilleVueForm(request.POST or None, initial={"vu": empreinte_grille(appel)})
    grille = build_grille(request.POST if request.method == "POST" else None, appel)
    actuelle = []
    if request.method == "POST" and all([vue.is_valid(), grille.is_valid()]):
        try:
            _enregistrer(appel, vue, grille, request.user)
        except ValidationError as refus:
            reporter(refus, vue)
            if getattr(refus, "code", None) == "perime":
                actuelle = list(appel.criteres.all())
                vue.data = vue.data.copy()
                vue.data["vu"] = empreinte_grille(appel)
        else:
            messages.success(request, "Grille enregistrée. Elle se fige à la publication de l’appel.")
            return redirect("operations:appel_detail", accord=accord.slug, pk=pk)
    contexte = {
        "appel": appel,
        "vue": vue,
        "grille": grille,
        "formulaires": [vue, grille],
        "actuelle": actuelle,
        "rang": Enveloppe.objects.rangs(accord).get(appel.enveloppe.organisme_id),
    }
    return render(request, "operations/grille.html", contexte)


@transaction.atomic
def _enregistrer(appel, vue, grille, auteur) -> None:
    """Save the grid, unless somebody saved it in between (`code="perime"`)."""
    AppelAProjets.objects.select_for_update(of=("self",)).get(pk=appel.pk)
    if empreinte_grille(appel) != vue.cleaned_data["vu"]:
        raise ValidationError(PERIME, code="perime")
    enregistrer_grille(appel, auteur=auteur, criteres=grille.build())
