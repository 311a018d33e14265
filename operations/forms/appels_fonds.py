"""A batch to the managing authority: the operations ticked, with their amounts."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accord.montants import format_euros

from ..retenu import ZERO
from .actes import ActeForm, motif_field
from .champs import JourField, MontantField

PAR_APPEL = 950  # lines of one batch, two fields each: what one form may send (DATA_UPLOAD_MAX_NUMBER_FIELDS)


class AppelFondsForm(ActeForm):
    """`operations`: those with something to certify (`a_certifier`), ticked with all of it at first.

    A positive amount may be lowered; what is to be taken back goes back whole.
    """

    jour = "envoye_le"
    envoye_le = JourField(label="Envoyé le", help_text="La certification compte à partir de ce jour.")

    def __init__(self, *args, operations, **kwargs):
        super().__init__(*args, **kwargs)
        self.operations = list(operations[:PAR_APPEL])
        for operation in self.operations:
            self.fields[f"choisie_{operation.pk}"] = forms.BooleanField(
                label=f"Certifier {operation.numero}", required=False, initial=True
            )
            if operation.a_certifier > 0:
                self.fields[f"montant_{operation.pk}"] = MontantField(
                    label=f"Montant de {operation.numero}", required=False, initial=operation.a_certifier
                )

    @property
    def lignes(self) -> list[dict]:
        """What the table shows: the operation, its box, its amount field (None when it is taken back)."""
        return [
            {
                "operation": operation,
                "choisie": self[f"choisie_{operation.pk}"],
                "montant": self[f"montant_{operation.pk}"] if operation.a_certifier > 0 else None,
            }
            for operation in self.operations
        ]

    def clean(self):
        donnees = super().clean()
        montants = {}
        for operation in self.operations:
            champ = f"montant_{operation.pk}"
            if not donnees.get(f"choisie_{operation.pk}") or champ in self.errors:
                continue
            montant = donnees.get(champ) if operation.a_certifier > 0 else operation.a_certifier
            if not montant:
                self.add_error(champ, "Écrivez un montant, ou décochez l’opération.")
            elif montant > max(operation.a_certifier, ZERO):
                self.add_error(champ, f"Il reste {format_euros(operation.a_certifier)} retenus à certifier.")
            else:
                montants[operation] = montant
        if not montants and not self.errors:
            raise ValidationError("Choisissez au moins une opération à certifier.", code="vide")
        donnees["montants"] = montants
        return donnees

    @property
    def total(self) -> Decimal:
        return sum(self.cleaned_data["montants"].values(), ZERO)


class ConfirmationForm(forms.Form):
    """The amounts have been read by the server: their total is shown, and ticked."""

    confirmer = forms.BooleanField(error_messages={"required": "Confirmez l’envoi, ou revenez à la liste."})
    total_vu = forms.DecimalField(widget=forms.HiddenInput, max_digits=14, decimal_places=2)

    def __init__(self, *args, total: Decimal, **kwargs):
        super().__init__(*args, **kwargs)
        self.total = total
        self.initial["total_vu"] = total
        champ: Any = self.fields["confirmer"]
        champ.label = f"Je confirme l’envoi de {format_euros(total)} à l’autorité de gestion"

    def clean_total_vu(self):
        if self.cleaned_data["total_vu"] != self.total:
            raise ValidationError("Les montants ont changé depuis que vous les avez vus. Relisez-les.", code="perime")
        return self.total


class RejetForm(ActeForm):
    le = JourField(label="Rejetée le")
    motif = motif_field("Motif du rejet", "Recopiez celui de l’autorité de gestion.", "Recopiez le motif du rejet.")
