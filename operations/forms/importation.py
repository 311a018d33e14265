from django import forms

from comptes.lecture import TAILLE_MAX
from comptes.models import Organisme


class ImportForm(forms.Form):
    """A file of operations, and the body it belongs to when the person acts for several."""

    taille_max = TAILLE_MAX
    organisme = forms.ModelChoiceField(
        label="Organisme",
        queryset=Organisme.objects.none(),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choisissez l’organisme qui gère ces opérations."},
    )
    fichier = forms.FileField(
        label="Fichier d’opérations",
        help_text=f"CSV, XLSX ou ODS, {TAILLE_MAX // 1024 // 1024} Mo au plus. Les titres sont en première ligne.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
        error_messages={
            "required": "Choisissez le fichier à contrôler.",
            "empty": "Ce fichier est vide. Partez du modèle.",
            "max_length": "Donnez au fichier un nom plus court.",
        },
        max_length=200,
    )

    def __init__(self, *args, organismes, **kwargs):
        super().__init__(*args, **kwargs)
        self.seul = organismes[0] if len(organismes) == 1 else None
        champ = self.fields["organisme"]
        if self.seul:
            del self.fields["organisme"]
        else:
            champ.queryset = organismes
            champ.label_from_instance = lambda organisme: organisme.nom

    def clean_fichier(self):
        fichier = self.cleaned_data["fichier"]
        if fichier.size > self.taille_max:
            raise forms.ValidationError(
                f"Ce fichier pèse plus de {self.taille_max // 1024 // 1024} Mo. Gardez la feuille à importer seule, ou "
                "envoyez-le en plusieurs fois."
            )
        return fichier

    @property
    def organisme_choisi(self) -> Organisme:
        return self.seul or self.cleaned_data["organisme"]
