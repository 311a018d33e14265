"""The conditions of a favourable decision: asked when it is recorded, then lifted or put back."""

from typing import Any

from django import forms

from ..models import ConditionDecision, DecisionProgrammation
from .actes import ActeForm, motif_field
from .champs import JourField

LIGNES_LIBRES = 3


class ConditionForm(forms.Form):
    """One condition; a row left empty asks for nothing."""

    texte = forms.CharField(label="Condition", max_length=300, error_messages={"required": "Écrivez la condition."})
    echeance_le = JourField(label="À lever avant le", error_messages={"required": "Donnez son échéance."})
    preuve_attendue = forms.CharField(
        label="Preuve attendue", max_length=200, error_messages={"required": "Dites ce qui la prouvera."}
    )


class ConditionsBase(forms.BaseFormSet):
    def build(self) -> list[ConditionDecision]:
        """The conditions typed, unsaved."""
        return [ConditionDecision(**form.cleaned_data) for form in self.forms if form.cleaned_data]


_Conditions = forms.formset_factory(
    ConditionForm, formset=ConditionsBase, extra=LIGNES_LIBRES, max_num=20, validate_max=True
)


def build_conditions(data, *, reprises: DecisionProgrammation | None = None) -> Any:
    """A decision sent without any row has no condition; `reprises` is the decision whose conditions it starts from."""
    if data is not None:
        data = data.copy()
        data.setdefault("conditions-TOTAL_FORMS", "0")
        data["conditions-INITIAL_FORMS"] = "0"  # a row that was emptied asks for nothing, wherever it came from
    initial = list(reprises.conditions.values("texte", "echeance_le", "preuve_attendue")) if reprises else []
    return _Conditions(data, initial=initial if data is None else [], prefix="conditions")


class LeverConditionForm(ActeForm):
    le = JourField(label="Levée le")
    preuve = forms.CharField(
        label="Ce qui lève la condition",
        help_text="Pièce reçue, date, référence.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        error_messages={"required": "Dites ce qui lève la condition."},
    )


class RetablirConditionForm(forms.Form):
    motif = motif_field(
        "Pourquoi rétablir la condition", "Il figure dans l’historique de l’opération.", "Donnez le motif."
    )
