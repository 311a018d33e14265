"""Entities supported by an operation, entered by hand."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from operations.forms.erreurs import reporter

from ..entites import lire_entites
from ..forms.entites import EntitesForm
from ..services import enregistrer_entites
from .commun import entete, est_ouverte, get_operation_a_saisir, url_onglet
from .saisie import FERMEE


def saisir(request, accord, numero):
    operation = get_operation_a_saisir(request, accord, numero)
    if not est_ouverte(operation) and request.method == "GET":
        messages.error(request, FERMEE)
        return redirect(url_onglet(operation))
    form = EntitesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            enregistrer_entites(operation, auteur=request.user, **form.cleaned_data)
        except ValidationError as refus:
            reporter(refus, form)
        else:
            messages.success(request, "Entités soutenues enregistrées.")
            return redirect(url_onglet(operation))
    contexte = {"form": form, "entites": lire_entites(operation)}
    return render(request, "participants/entites.html", entete(operation) | contexte)
