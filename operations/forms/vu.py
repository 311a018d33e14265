"""Forms on objects without a version: they carry the print of what the page showed, and refuse to overwrite another."""

import hashlib
from typing import Any

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


class EtatVuMixin(forms.Form):
    """An act that was prepared on what the page showed, `etat` in words or figures: when that has changed, it is shown
    anew before it is done."""

    vu = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, etat: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["vu"] = etat

    def montrer(self, etat: str) -> None:
        """The page that comes back shows this: it is what a tick will confirm, and nothing is ticked yet."""
        donnees: Any = self.data
        self.data = donnees = donnees.copy()
        donnees["vu"] = etat
        donnees.pop("confirmer", None)

    def exiger_vu(self, etat: str, message: str) -> None:
        """Refuse once what was not seen (`code="perime"`)."""
        if self.cleaned_data["vu"] != etat:
            self.montrer(etat)
            raise ValidationError(message, code="perime")
