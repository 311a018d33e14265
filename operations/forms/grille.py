"""The instruction grid of a draft call: one row per criterion, in order; a row left empty is no criterion."""

import hashlib
from typing import Any

from django import forms

from ..models import AppelAProjets, CritereInstruction

LIGNES_LIBRES = 4


class CritereForm(forms.Form):
    libelle = forms.CharField(label="Critère", required=False, max_length=200)
    poids = forms.IntegerField(
        label="Poids",
        required=False,
        min_value=1,
        max_value=100,
        error_messages={
            "invalid": "Écrivez un nombre entier.",
            "min_value": "Au moins 1.",
            "max_value": "Au plus 100.",
        },
    )
    note_max = forms.IntegerField(
        label="Note maximum",
        required=False,
        min_value=1,
        max_value=100,
        error_messages={
            "invalid": "Écrivez un nombre entier.",
            "min_value": "Au moins 1.",
            "max_value": "Au plus 100.",
        },
    )
    seuil = forms.IntegerField(
        label="À justifier sous",
        required=False,
        min_value=1,
        error_messages={"invalid": "Écrivez un nombre entier.", "min_value": "Au moins 1, ou rien."},
    )

    def clean(self):
        donnees = super().clean()
        libelle, note_max = donnees.get("libelle", "").strip(), donnees.get("note_max")
        if not libelle:
            return donnees
        for nom, label in [("poids", "le poids"), ("note_max", "la note maximum")]:
            if nom not in self.errors and donnees.get(nom) is None:
                self.add_error(nom, f"Écrivez {label} de « {libelle} ».")
        if note_max and (donnees.get("seuil") or 0) > note_max:
            self.add_error("seuil", f"Choisissez un seuil jusqu’à {note_max}, ou laissez-le vide.")
        return donnees


class GrilleBase(forms.BaseFormSet):
    def clean(self):
        vus: set[str] = set()
        for form in self.forms:
            nom = getattr(form, "cleaned_data", {}).get("libelle", "").strip().casefold()
            if nom and nom in vus:
                form.add_error("libelle", "Ce critère figure déjà plus haut : précisez son nom.")
            vus.add(nom)

    def build(self) -> list[CritereInstruction]:
        """The criteria typed, unsaved, in their order."""
        lignes = [form.cleaned_data for form in self.forms if form.cleaned_data.get("libelle", "").strip()]
        return [CritereInstruction(**ligne | {"libelle": ligne["libelle"].strip()}) for ligne in lignes]


_Grille = forms.formset_factory(CritereForm, formset=GrilleBase, extra=LIGNES_LIBRES, max_num=40, validate_max=True)


def build_grille(data, appel: AppelAProjets) -> Any:
    initial = list(appel.criteres.values("libelle", "poids", "note_max", "seuil"))
    return _Grille(data, initial=initial, prefix="criteres")


class GrilleVueForm(forms.Form):
    """The print of the grid that the page showed."""

    vu = forms.CharField(widget=forms.HiddenInput, required=False)


def empreinte_grille(appel: AppelAProjets) -> str:
    lignes = appel.criteres.values_list("rang", "libelle", "poids", "note_max", "seuil")
    return hashlib.sha256(repr(list(lignes)).encode()).hexdigest()
