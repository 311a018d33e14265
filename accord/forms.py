from django import forms

from .enums import Certitude


class RechercheFaitsForm(forms.Form):
    """The search of the page of the agreement, read from the URL."""

    cherche = forms.CharField(label="Chercher dans l’accord", required=False, max_length=100)
    certitude = forms.ChoiceField(label="Certitude", required=False, choices=[("", "Toutes"), *Certitude.choices])
