"""The reports that a contract asks for: one row each; a row left empty asks for nothing."""

from typing import Any

from django import forms

from ..enums import NatureBilan
from ..models import BilanAttendu
from .actes import motif_field
from .champs import JourField

LIGNES_LIBRES = 1
DATES = ["debut_le", "fin_le", "attendu_le"]


class BilanAttenduForm(forms.Form):
    nature = forms.ChoiceField(label="Bilan", required=False, choices=[("", "Aucun"), *NatureBilan.choices])
    debut_le = JourField(label="Début de la période", required=False)
    fin_le = JourField(label="Fin de la période", required=False)
    attendu_le = JourField(label="À déposer au plus tard le", required=False)

    def clean(self):
        donnees = super().clean()
        dates = {nom: donnees.get(nom) for nom in DATES}
        if donnees.get("nature"):
            for nom, jour in dates.items():
                if jour is None and nom not in self.errors:
                    self.add_error(nom, "Donnez cette date, ou retirez le bilan.")
        elif any(dates.values()):
            self.add_error("nature", "Choisissez le bilan, ou videz ses dates.")
        debut, fin, attendu = dates.values()
        if debut and fin and fin < debut:
            self.add_error("fin_le", "Choisissez une date à partir du début de la période.")
        if fin and attendu and attendu < fin:
            self.add_error("attendu_le", "Choisissez une date à partir de la fin de la période.")
        return donnees


class CalendrierBase(forms.BaseFormSet):
    fields = {"calendrier": None}  # where the refusal of a service goes

    def add_error(self, champ, erreurs) -> None:
        self.non_form_errors().extend(erreurs)

    def lire(self) -> list[BilanAttendu]:
        """The reports typed, not saved."""
        lignes = [form.cleaned_data for form in self.forms if form.cleaned_data.get("nature")]
        return [BilanAttendu(**{nom: ligne[nom] for nom in ("nature", *DATES)}) for ligne in lignes]

    @property
    def saisi(self) -> list[BilanAttendu] | None:
        """None when nothing was changed: the calendar then follows the period by itself."""
        return self.lire() if self.has_changed() else None


_Calendrier = forms.formset_factory(
    BilanAttenduForm, formset=CalendrierBase, extra=LIGNES_LIBRES, max_num=20, validate_max=True
)


def build_calendrier(data, lignes: list[BilanAttendu]) -> Any:
    initial = [{nom: getattr(ligne, nom) for nom in ("nature", *DATES)} for ligne in lignes]
    return _Calendrier(data, initial=initial, prefix="bilans")


class ReportBilanForm(forms.Form):
    """The day a report is due, put off."""

    attendu_le = JourField(label="À déposer désormais au plus tard le")
    motif = motif_field(
        "Motif du report",
        "Il figure dans l’historique de l’opération. Le bénéficiaire en est informé.",
        "Donnez le motif du report.",
    )
