"""Help and notices: pages that tell how the figures are made and what the law asks to say."""

from django.shortcuts import render

from accord.models import Tranche


def aide(request, accord):
    """How the rates are computed, with what this agreement decided."""
    tranches = Tranche.objects.filter(enveloppe__accord=accord).select_related("enveloppe__fonds")
    return render(request, "pilotage/aide.html", {"tranches": list(tranches)})


def accessibilite(request, accord):
    return render(request, "pilotage/accessibilite.html")


def donnees_personnelles(request, accord):
    return render(request, "pilotage/donnees_personnelles.html")


def mentions_legales(request, accord):
    return render(request, "pilotage/mentions_legales.html")
