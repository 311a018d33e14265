"""The excess over the envelope: shown, ticked, and ticked anew when it has grown."""

from typing import Any

from django import forms


class DepassementMixin(forms.Form):
    """`depassement` is the excess that was shown, in euros; `excess` the one to show now, None when there is none."""

    confirmer = forms.BooleanField(required=False)
    depassement = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=14, decimal_places=2)

    def __init__(self, *args, depassement=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.excess = depassement
        self.initial["depassement"] = depassement

    @property
    def depassement_vu(self):
        """The excess that was shown and ticked."""
        return self.cleaned_data["depassement"] if self.cleaned_data["confirmer"] else None

    def redemander(self, depassement) -> None:
        """Show the excess as it is now, to be ticked anew."""
        self.excess = depassement
        donnees: Any = self.data
        self.data = donnees = donnees.copy()
        donnees["depassement"] = str(depassement)
        donnees.pop("confirmer", None)
