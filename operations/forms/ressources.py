from django import forms

from ..enums import EtatRessource
from .actes import ActeForm, motif_field
from .champs import JourField


class EtatForm(ActeForm):
    """What a resource becomes, and since when; its present state is not among the choices."""

    etat = forms.ChoiceField(
        label="Nouvel état",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le nouvel état.", "invalid_choice": "Choisissez un de ces états."},
    )
    le = JourField(label="Depuis le", help_text="Date de la lettre, de la délibération ou de la convention.")

    def __init__(self, *args, ressource, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["etat"].choices = [choix for choix in EtatRessource.choices if choix[0] != ressource.etat]


class AnnulerEtatForm(forms.Form):
    motif = motif_field("Motif", "Il figure dans l’historique de l’opération.", "Donnez le motif.")
