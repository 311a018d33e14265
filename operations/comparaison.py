"""A stale form: what is recorded now, beside what was typed."""

from typing import Any

from django import forms
from django.db import models

from accord.montants import format_date, format_euros, format_taux

from .forms.champs import MontantField, PourcentageField

IGNORES = {"version", "lu", "nouvelle_structure", "nouveau_siret", "vu", "homonyme", "motif_duree"}


def compare_versions(form, objet, conflits: set[str]) -> list[dict]:
    """The fields that two people changed: what is recorded now, beside what was typed."""
    return [ecart for ecart in _differences(form, objet) if ecart["champ"] in conflits]


def compare_vu(form) -> list[dict]:
    """The same for a form that carries a print (`FormulaireVu`)."""
    actuel = type(form.instance).objects.get(pk=form.instance.pk)
    ecarts = _differences(form, actuel) + form.comparer(actuel)
    form.data = form.data.copy()
    form.data["vu"] = form.imprimer(actuel)
    return ecarts


def _differences(form, objet) -> list[dict]:
    ecarts = []
    for nom in form.fields:
        if nom in IGNORES or nom not in form.cleaned_data:
            continue
        champ = objet._meta.get_field(nom)
        valeur = list(getattr(objet, nom).all()) if champ.many_to_many else getattr(objet, nom)
        saisie = form.cleaned_data[nom]
        saisie = list(saisie) if isinstance(saisie, models.QuerySet) else saisie
        if _cle(valeur) != _cle(saisie):
            ecarts.append(
                {
                    "champ": nom,
                    "libelle": form.fields[nom].label,
                    "enregistre": _dire(form.fields[nom], valeur),
                    "saisi": _dire(form.fields[nom], saisie),
                }
            )
    return ecarts


def _cle(valeur):
    return {getattr(objet, "pk", objet) for objet in valeur} if isinstance(valeur, list) else valeur


def _dire(champ, valeur) -> str:
    if valeur in (None, "", []):
        return "vide"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if type(champ) is forms.TypedChoiceField:
        choix: Any = champ.choices
        return str(dict(choix).get(valeur, valeur))
    if isinstance(champ, MontantField):
        return format_euros(valeur)
    if isinstance(champ, PourcentageField):
        return format_taux(valeur)
    if isinstance(valeur, list):
        return ", ".join(map(str, valeur))
    return format_date(valeur) if hasattr(valeur, "year") else str(valeur)
