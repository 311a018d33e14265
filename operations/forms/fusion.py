"""Two people on the same application: what each changed, field by field.

A form carries what was recorded when it was opened (`lu`). When somebody saved since, a field that this person left
alone takes the recorded value; only a field that both changed is to be settled.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.forms import ModelForm

from ..lignes_plan import dire_lignes, lire_lignes
from ..models import Operation, PlanFinancement
from .plans import CHAMPS_PLAN, LIBELLES_LIGNES, PlanForm

CHAMPS_OPERATION = [
    "numero",
    "intitule",
    "resume",
    "structure",
    "appel",
    "deposee_le",
    "debut_le",
    "fin_le",
    "epcis",
    "part_qpv_declaree",
    "objectif_specifique",
    "dispositif",
    "axe",
    "type_action",
]
INCONNU = object()  # a form without its snapshot: whatever differs was changed by both


@dataclass
class Fusion:
    """`reprises`: labels of the fields taken as recorded, changed by `auteur`; `conflits`: those in dispute."""

    auteur: object = None
    reprises: list[str] = field(default_factory=list)
    conflits: set[str] = field(default_factory=set)


def photographier(operation: Operation, plan: PlanFinancement) -> str:
    """What is recorded of an application, as a form carries it."""
    photo = {nom: _ecrire(_lire(operation, nom)) for nom in CHAMPS_OPERATION}
    photo |= {nom: _ecrire(getattr(plan, nom)) for nom in ["profil", *CHAMPS_PLAN]}
    return json.dumps(photo | dire_lignes(lire_lignes(plan).saisies))


def lire_photo(texte: str) -> dict:
    try:
        photo = json.loads(texte)
    except ValueError:
        return {}
    return photo if isinstance(photo, dict) else {}


def fusionner(form: ModelForm, actuel: models.Model, photo: dict, fusion: Fusion) -> None:
    """Bring a valid form to what is recorded now, wherever its person left a field alone."""
    for nom in form._meta.fields:
        if nom not in form.cleaned_data:
            continue
        enregistre = _lire(actuel, nom)
        lu, saisi, ecrit = photo.get(nom, INCONNU), _saisi(form, nom), _ecrire(enregistre)
        if ecrit in (lu, saisi):
            continue
        if saisi != lu:
            fusion.conflits.add(nom)
            continue
        fusion.reprises.append(str(form.fields[nom].label))
        _reprendre(form, nom, enregistre)


def fusionner_lignes(form: PlanForm, actuel: PlanFinancement, photo: dict, fusion: Fusion) -> None:
    """The same for the rows of a plan: its posts as one, its resources as one."""
    if not form.a_des_lignes:
        return
    enregistrees = lire_lignes(actuel).saisies
    ecrites, saisies = dire_lignes(enregistrees), dire_lignes(form.instance.lignes)
    for nom, libelle in LIBELLES_LIGNES.items():
        lu = photo.get(nom, INCONNU)
        if ecrites[nom] in (lu, saisies[nom]):
            continue
        if saisies[nom] != lu:
            fusion.conflits.add(nom)
            continue
        fusion.reprises.append(libelle)
        form.reprendre_lignes(nom, enregistrees)


def _saisi(form: ModelForm, nom: str):
    """What was typed; a structure to create is not the one that was recorded."""
    if nom == "structure" and form.cleaned_data.get("nouvelle_structure", "").strip():
        return ["nouvelle", form.cleaned_data["nouvelle_structure"]]
    valeur = form.cleaned_data[nom]
    return _ecrire(list(valeur) if isinstance(valeur, models.QuerySet) else valeur)


def _reprendre(form: ModelForm, nom: str, valeur) -> None:
    """Put the recorded value in the form: what is saved, and what is shown again."""
    form.cleaned_data[nom] = valeur
    if not isinstance(valeur, list):
        setattr(form.instance, nom, valeur)
    ecrit = _ecrire(valeur) if isinstance(valeur, list | models.Model) else form.fields[nom].prepare_value(valeur)
    donnees: Any = form.data
    form.data = donnees = donnees.copy()
    if isinstance(ecrit, list):
        donnees.setlist(form.add_prefix(nom), [str(pk) for pk in ecrit])
    else:
        donnees[form.add_prefix(nom)] = "" if ecrit is None else str(ecrit)


def _lire(objet: models.Model, nom: str):
    champ = objet._meta.get_field(nom)
    return list(getattr(objet, nom).all()) if champ.many_to_many else getattr(objet, nom)


def _ecrire(valeur):
    """A value as JSON keeps it: keys of objects, sorted; dates and amounts as text."""
    if isinstance(valeur, list):
        return sorted(objet.pk for objet in valeur)
    if isinstance(valeur, models.Model):
        return valeur.pk
    return valeur if valeur is None else str(valeur)
