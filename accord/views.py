"""The page of the agreement: one section at a time, or what answers a search."""

from django.shortcuts import render

from comptes.pilules import build_pilules

from .enums import Certitude
from .fiche.regles import carte
from .fiche.rubriques import PAR_CODE, RUBRIQUES, adresse, chercher
from .forms import RechercheFaitsForm


def fiche(request, accord):
    """`?rubrique=` shows a section, `?cherche=` and `?certitude=` what answers them in all sections."""
    form = RechercheFaitsForm(request.GET)
    criteres = {nom: valeur for nom, valeur in form.cleaned_data.items() if valeur} if form.is_valid() else {}
    rubrique = None if criteres else PAR_CODE.get(request.GET.get("rubrique", ""), RUBRIQUES[0])
    contexte = {
        "form": RechercheFaitsForm(initial=criteres) if form.is_valid() else form,
        "rubrique": rubrique,
        "onglets": [
            {"libelle": r.titre, "url": adresse(accord, r), "courant": r is rubrique, "compteur": None}
            for r in RUBRIQUES
        ],
    }
    if rubrique:
        contexte["blocs"] = rubrique.construire(accord)
        contexte["certitudes"] = Certitude.choices if rubrique.code in ("acte", "sources") else []
        if rubrique.code == "territoires":
            contexte["carte"] = carte(accord)
    else:
        blocs = chercher(accord, criteres.get("cherche", ""), criteres.get("certitude", ""))
        contexte |= {"blocs": blocs, "total": sum(len(b.lignes) for b in blocs)}
        contexte |= {"pilules": build_pilules(request, form), "cherche": criteres.get("cherche", "")}
    return render(request, "accord/fiche.html", contexte)
