"""Who the person is, as typed. Nothing of it is kept in the browser, nor shown anywhere but on its own page."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from comptes.forms import JourInput

LIBELLES = {
    "nom": "Nom",
    "prenom": "Prénom",
    "date_naissance": "Date de naissance",
    "commune_naissance": "Commune de naissance",
    "adresse": "Adresse",
    "telephone": "Téléphone",
    "courriel": "Courriel",
    "referent": "Référent",
    "longitude": "Longitude",
    "latitude": "Latitude",
}
COORDONNEES = ["longitude", "latitude"]
DEBUT = date(1900, 1, 1)
DISCRET = {"autocomplete": "off", "spellcheck": "false"}  # neither remembered by the browser, nor sent to a corrector


def _texte(champ: str, longueur: int, **options) -> forms.CharField:
    return forms.CharField(
        label=LIBELLES[champ], max_length=longueur, required=False, widget=forms.TextInput(attrs=DISCRET), **options
    )


class IdentiteForm(forms.Form):
    """All of it may be left empty; without a birth date, the record is incomplete."""

    sans_facultatif = True  # the page says what is needed

    nom = _texte("nom", 100)
    prenom = _texte("prenom", 100)
    date_naissance = forms.DateField(
        label=LIBELLES["date_naissance"],
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=JourInput(attrs=DISCRET),
        error_messages={"invalid": "Donnez une date qui existe, par exemple 12/04/1991."},
        validators=[MinValueValidator(DEBUT, "Choisissez une date à partir de 1900.")],
    )
    commune_naissance = _texte("commune_naissance", 100)
    adresse = _texte("adresse", 250)
    telephone = _texte("telephone", 30)
    courriel = forms.EmailField(
        label=LIBELLES["courriel"],
        required=False,
        widget=forms.EmailInput(attrs=DISCRET),
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@exemple.fr."},
    )
    referent = _texte("referent", 150, help_text="La personne à joindre quand il n’y a ni téléphone ni courriel.")

    def __init__(self, *args, avant: dict[str, str] | None = None, **kwargs):
        """`avant`: the identity that is corrected; its coordinates follow its address."""
        self.avant = avant or {}
        initial: dict[str, Any] = {champ: self.avant.get(champ, "") for champ in self.base_fields}
        if initial["date_naissance"]:
            initial["date_naissance"] = date.fromisoformat(initial["date_naissance"])
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["date_naissance"].validators.append(
            MaxValueValidator(timezone.localdate(), "Choisissez une date qui n’est pas à venir.")
        )

    def clean_telephone(self):
        numero = self.cleaned_data["telephone"]
        if numero and len(re.sub(r"\D", "", numero)) < 6:
            raise forms.ValidationError("Écrivez un numéro entier, par exemple 03 21 00 00 00.")
        return numero

    def lire(self) -> dict[str, str]:
        """The identity as the service takes it: text only, what is empty left out."""
        donnees: dict[str, Any] = dict(self.cleaned_data)
        naissance = donnees.pop("date_naissance")
        clair = {champ: texte.strip() for champ, texte in donnees.items() if texte.strip()}
        if naissance:
            clair["date_naissance"] = naissance.isoformat()
        if self.avant and clair.get("adresse") == self.avant.get("adresse"):
            clair |= {champ: self.avant[champ] for champ in COORDONNEES if self.avant.get(champ)}
        return clair
