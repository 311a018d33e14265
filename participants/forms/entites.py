from django import forms
from django.utils import timezone

from operations.forms.champs import JourField

from ..enums import CodeEntites


class EntitesForm(forms.Form):
    code = forms.ChoiceField(
        label="Ce qui est compté",
        choices=CodeEntites,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui est compté."},
    )
    nombre = forms.IntegerField(
        label="Nombre depuis le début de l’opération",
        min_value=0,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"class": "court", "min": 0}),
        error_messages={
            "required": "Écrivez un nombre, 0 compris.",
            "invalid": "Écrivez un nombre entier, par exemple 12.",
            "min_value": "Écrivez un nombre positif ou nul.",
            "max_value": "Vérifiez ce nombre\u00a0: il dépasse un million.",
        },
    )
    constate_le = JourField(
        label="Constaté le",
        help_text="Une date déjà saisie corrige ce jour-là\u202f; une autre en ajoute un. Le dernier fait foi.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("constate_le", timezone.localdate())
