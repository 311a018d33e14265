"""What is typed to find a person, or to hand over what is held about them."""

from django import forms

from comptes.forms import JourInput


class RechercheForm(forms.Form):
    mots = forms.CharField(
        label="Nom, prénom",
        help_text="Un ou plusieurs mots entiers, avec ou sans accents.",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    naissance = forms.DateField(
        label="Date de naissance",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=JourInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Donnez une date qui existe, par exemple 12/04/1991."},
    )

    def clean(self):
        lus = super().clean()
        if not self.errors and not lus.get("mots", "").strip() and not lus.get("naissance"):
            raise forms.ValidationError("Écrivez un mot du nom, ou la date de naissance.")
        return lus


class DroitAccesForm(forms.Form):
    motif = forms.CharField(
        label="Motif",
        help_text="D’où vient la demande et de quand elle date. N’y nommez pas la personne\u00a0: le motif reste noté.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi ce document est produit."},
    )
