"""Forms on objects without a version: they carry the print of what the page showed, and refuse to overwrite another."""

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

PERIME = "Ces informations ont changé depuis que vous les avez ouvertes. Comparez, puis enregistrez de nouveau."


def empreinte(objet, champs) -> str:
    """A print of the recorded values of these fields."""
    valeurs = [repr(_lire(objet, objet._meta.get_field(champ))) for champ in champs]
    return hashlib.sha256("\n".join(valeurs).encode()).hexdigest()


def _lire(objet, champ):
    if champ.many_to_many:
        return sorted(getattr(objet, champ.name).values_list("pk", flat=True))
    return getattr(objet, champ.attname)


class FormulaireVu(forms.ModelForm):
    vu = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["vu"] = self.imprimer(self.instance)

    def imprimer(self, objet) -> str:
        return empreinte(objet, self._meta.fields)

    def comparer(self, actuel) -> list[dict]:
        """Differences on what hangs on the object, as `comparaison` says those of its own fields."""
        return []

    def en_plus(self) -> dict:
        """What the service receives besides the object: what hangs on it."""
        return {}

    @transaction.atomic
    def enregistrer(self, service, *, auteur):
        """Save through the service, unless somebody saved in between (`code="perime"`)."""
        if self.instance.pk:
            actuel = type(self.instance).objects.select_for_update().get(pk=self.instance.pk)
            if self.imprimer(actuel) != self.cleaned_data["vu"]:
                raise ValidationError(PERIME, code="perime")
        return service(self.save(commit=False), auteur=auteur, **self.en_plus())
