"""Forms that hand a step back or undo an entry made by error."""

from django import forms

from .actes import ActeForm, motif_field
from .champs import JourField
from .surprogrammation import DepassementMixin


class RecevabiliteRouverteForm(ActeForm):
    le = JourField(label="Rouverte le")
    motif = motif_field(
        "Pourquoi rouvrir la recevabilité", "Il figure dans l’historique de l’opération.", "Donnez le motif."
    )


class AnnulationForm(forms.Form):
    """An undo takes the date of the error: only its reason is asked."""

    motif = motif_field(
        "Quelle erreur de saisie corrigez-vous", "Le motif figure dans l’historique de l’opération.", "Donnez le motif."
    )


class AnnulerRetraitForm(DepassementMixin, AnnulationForm):
    """The money of the operation comes back: above what the envelope has left, the excess is ticked."""
