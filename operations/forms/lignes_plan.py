"""The lines of a plan being typed: one row each; a row left empty, or emptied, is no line."""

from typing import Any

from django import forms

from ..couts_simplifies import REEL
from ..enums import CategorieDepense, EtatRessource, NatureRessource
from ..models import LignesPlan, PosteDepense, Ressource
from .champs import MontantField

MAXIMUM = 80


class LigneForm(forms.Form):
    """What every row has. `CLE` is the field that names the line."""

    CLE = ""
    ECRITS: list[str] = []

    annee = forms.IntegerField(
        label="Année",
        required=False,
        min_value=2000,
        max_value=2099,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
        error_messages={
            "invalid": "Écrivez une année, par exemple 2026.",
            "min_value": "Écrivez une année entre 2000 et 2099.",
            "max_value": "Écrivez une année entre 2000 et 2099.",
        },
    )
    montant = MontantField(label="Montant", required=False)

    def clean(self):
        donnees = super().clean()
        if self.est_vide:
            return donnees
        manques = {
            self.CLE: self.fields[self.CLE].error_messages["manque"],
            "annee": "Écrivez l’année.",
            "montant": "Écrivez le montant, ou videz la ligne.",
        }
        for nom, message in manques.items():
            if nom not in self.errors and donnees.get(nom) in (None, ""):
                self.add_error(nom, message)
        return donnees

    @property
    def est_vide(self) -> bool:
        """True when nothing that makes a line was typed: a year alone is a row left for later."""
        return not any(str(self[nom].value() or "").strip() for nom in [*self.ECRITS, "montant"])

    @property
    def est_lue(self) -> bool:
        """True when the row is a line that can be added up."""
        return not self.est_vide and self.is_valid()


class PosteForm(LigneForm):
    CLE = "categorie"
    ECRITS = ["categorie", "libelle"]

    categorie = forms.ChoiceField(
        label="Poste",
        required=False,
        choices=[("", "Choisir"), *((c.value, c.label) for c in CategorieDepense if c in REEL)],
        error_messages={"manque": "Choisissez le poste."},
    )
    libelle = forms.CharField(label="Précision", required=False, max_length=200)

    field_order = ["categorie", "libelle", "annee", "montant"]

    def build(self) -> PosteDepense:
        return PosteDepense(**self.cleaned_data)


class RessourceForm(LigneForm):
    CLE = "nature"
    ECRITS = ["nature", "financeur"]

    nature = forms.ChoiceField(
        label="Origine",
        required=False,
        choices=[("", "Choisir"), *NatureRessource.choices],
        error_messages={"manque": "Choisissez l’origine."},
    )
    financeur = forms.CharField(label="Financeur", required=False, max_length=200)
    etat = forms.ChoiceField(label="État", required=False, choices=EtatRessource.choices)

    field_order = ["nature", "financeur", "annee", "etat", "montant"]

    def build(self) -> Ressource:
        return Ressource(**self.cleaned_data | {"etat": self.cleaned_data["etat"] or EtatRessource.DEMANDE})


class LignesBase(forms.BaseFormSet):
    def lire(self) -> list:
        """The lines that can be read, unsaved, in their order."""
        return [form.build() for form in self.forms if form.est_lue]

    @property
    def est_saisi(self) -> bool:
        return any(not form.est_vide for form in self.forms)


def _formset(form) -> Any:
    return forms.formset_factory(
        form, formset=LignesBase, extra=1, max_num=MAXIMUM, absolute_max=MAXIMUM, validate_max=True
    )


_Postes, _Ressources = _formset(PosteForm), _formset(RessourceForm)


def build_lignes(data, lignes: LignesPlan) -> tuple[Any, Any]:
    """The two sets of rows: what was typed, else the lines of a plan."""
    if data is not None:  # a row equal to its first value would pass for an empty one
        return _Postes(data, prefix="postes"), _Ressources(data, prefix="ressources")
    postes = [
        {nom: getattr(poste, nom) for nom in PosteForm.base_fields} for poste in lignes.postes if not poste.est_forfait
    ]
    ressources = [{nom: getattr(r, nom) for nom in RessourceForm.base_fields} for r in lignes.ressources]
    return _Postes(initial=postes, prefix="postes"), _Ressources(initial=ressources, prefix="ressources")
