"""A commune and a neighbourhood as people write them."""

import re

from django import forms
from django.db.models import Value

from accord.models import Commune
from comptes.recherche import CleRecherche

CODE_INSEE = re.compile(r"^\d[\dAB]\d{3}$")
AVEC_CODE = re.compile(r"^(?P<nom>.+)\((?P<code>\d[\dAB]\d{3})\)$")
CODE_QPV = re.compile(r"^Q[NP][0-9][0-9AB][0-9]{3}[0-9A-Z]$")


def ecrire_commune(commune: Commune) -> str:
    """« Lens (62498) »: what the list proposes and the field shows."""
    return f"{commune.nom} ({commune.code_insee})"


class CommuneField(forms.CharField):
    """A commune by its name or its INSEE code, kept as its code. One of another département goes by its code."""

    def __init__(self, **options):
        super().__init__(
            widget=forms.TextInput(attrs={"list": "communes", "autocomplete": "off", "spellcheck": "false"}), **options
        )

    def clean(self, value):
        texte = super().clean(value).strip()
        if not texte:
            return ""
        if avec := AVEC_CODE.match(texte.upper()):
            return avec["code"]
        if CODE_INSEE.match(texte.upper()):
            return texte.upper()
        codes = list(
            Commune.objects.alias(cle=CleRecherche("nom"))
            .filter(cle=CleRecherche(Value(texte)))
            .values_list("code_insee", flat=True)
        )
        if not codes:
            raise forms.ValidationError(
                "Aucune commune connue ne porte ce nom. Vérifiez-le, ou écrivez le code INSEE, par exemple 59350."
            )
        if len(codes) > 1:
            raise forms.ValidationError(
                f"Plusieurs communes portent ce nom\u00a0: écrivez le code INSEE ({', '.join(sorted(codes))})."
            )
        return codes[0]

    def prepare_value(self, value):
        if value and CODE_INSEE.match(value):
            commune = Commune.objects.filter(code_insee=value).first()
            return ecrire_commune(commune) if commune else value
        return value


class QuartierField(forms.CharField):
    def __init__(self, **options):
        super().__init__(
            max_length=10,
            widget=forms.TextInput(
                attrs={"list": "quartiers", "autocomplete": "off", "spellcheck": "false", "class": "court"}
            ),
            **options,
        )

    def clean(self, value):
        code = "".join(super().clean(value).split()).upper()
        if code and not CODE_QPV.match(code):
            raise forms.ValidationError("Écrivez un code de quartier, par exemple QN06201A, ou laissez vide.")
        return code
