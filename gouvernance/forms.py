"""Reading and checking what a secretary types."""

from calendar import SUNDAY

import django_filters
from django import forms
from django.utils import timezone

from comptes.forms import JourInput
from comptes.recherche import contient
from operations.enums import Statut
from operations.models import Operation

from .enums import StatutReunion
from .models import Comite, PointOrdreDuJour, Reunion
from .recherche import chercher_reunions


class HeureInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **options):
        super().__init__(format="%H:%M", **options)


class ReunionForm(forms.ModelForm):
    """Where and when. `version` is the one the page showed, so that a stale form is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    dimanche = forms.BooleanField(label="La réunion a bien lieu un dimanche", required=False)
    field_order = ["comite", "date", "dimanche", "heure_debut", "lieu"]

    class Meta:
        model = Reunion
        fields = ["comite", "date", "heure_debut", "lieu"]
        labels = {"comite": "Comité", "lieu": "Lieu"}
        widgets = {"date": JourInput(), "heure_debut": HeureInput()}
        help_texts = {
            "date": "Un comité se réunit une fois par jour au plus.",
            "heure_debut": "Les heures de l’ordre du jour en découlent.",
            "lieu": "Salle et ville, ou adresse de la visioconférence.",
        }
        error_messages = {
            "date": {
                "required": "Choisissez la date de la réunion.",
                "invalid": "Écrivez la date ainsi\u00a0: 16/07/2026.",
            },
            "heure_debut": {"required": "Donnez l’heure de début.", "invalid": "Écrivez l’heure ainsi\u00a0: 09:30."},
            "lieu": {"required": "Dites où la réunion se tient."},
            "comite": {"required": "Choisissez le comité qui se réunit."},
        }

    def __init__(self, *args, accord=None, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            del self.fields["comite"]
            self.fields["version"].initial = self.instance.version
        else:
            self.fields["comite"].queryset = Comite.objects.filter(accord=accord)
            self.fields["comite"].empty_label = "Choisir"
        if not self._is_dimanche_saisi():
            del self.fields["dimanche"]

    def _is_dimanche_saisi(self) -> bool:
        """The box to confirm a Sunday shows once a Sunday is typed."""
        try:
            jour = self.fields["date"].to_python(self.data.get("date"))
        except forms.ValidationError:
            return False
        return jour is not None and jour.weekday() == SUNDAY

    def read(self) -> dict:
        """What the services take."""
        donnees = {"dimanche": False} | self.cleaned_data
        if self.instance.pk is None:
            del donnees["version"]
        return donnees

    def _post_clean(self):
        """The service checks the constraints, on the row it has locked."""


class AnnulationForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi la réunion est annulée",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce motif se lit sur la page de la réunion et reste dans son journal.",
        error_messages={"required": "Dites pourquoi la réunion est annulée."},
    )


class PointForm(forms.ModelForm):
    """What an item of the agenda says."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PointOrdreDuJour
        fields = ["titre", "nature", "duree_minutes", "rapporteur", "texte"]
        labels = {"nature": "Type", "duree_minutes": "Durée", "rapporteur": "Porté par", "texte": "Note"}
        widgets = {"texte": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "nature": "Information, débat, ou avis à rendre avant les instances.",
            "duree_minutes": "En minutes. Les heures des points suivants en découlent.",
            "rapporteur": "Personne ou organisme qui présente le point.",
            "texte": "Jointe au dossier, dans le chapitre des notes.",
        }
        error_messages = {
            "titre": {"required": "Donnez un titre au point."},
            "duree_minutes": {
                "required": "Donnez une durée en minutes.",
                "invalid": "Écrivez la durée en minutes, par exemple 20.",
            },
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["duree_minutes"].suffixe = "min"
        self.fields["duree_minutes"].widget.attrs.update(min=1, max=600)
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version

    def clean_duree_minutes(self):
        duree = self.cleaned_data["duree_minutes"]
        if not 1 <= duree <= 600:
            raise forms.ValidationError("Une durée se place entre 1 et 600 minutes.", code="duree")
        return duree

    def _post_clean(self):
        """The service checks the constraints, on the row it has locked."""


class ProductionForm(forms.Form):
    """The day of the figures of a pack."""

    au = forms.DateField(
        label="Chiffres au",
        widget=JourInput(),
        error_messages={
            "required": "Choisissez la date des chiffres.",
            "invalid": "Écrivez la date ainsi\u00a0: 30/06/2026.",
        },
    )


class ReunionFilter(django_filters.FilterSet):
    """Meetings of a committee: by date or place, to come or past, by year, cancelled or not."""

    q = django_filters.CharFilter(label="Date ou lieu", method="filter_q")
    quand = django_filters.ChoiceFilter(
        label="Quand",
        choices=[("a_venir", "À venir"), ("passees", "Passées")],
        empty_label="Toutes",
        method="filter_quand",
    )
    annee = django_filters.NumberFilter(
        label="Année", field_name="date", lookup_expr="year", min_value=1900, max_value=2100
    )
    statut = django_filters.ChoiceFilter(label="État", choices=StatutReunion, empty_label="Tous")

    class Meta:
        model = Reunion
        fields: list[str] = []

    def filter_q(self, queryset, nom, valeur):
        return chercher_reunions(queryset, valeur)

    def filter_quand(self, queryset, nom, valeur):
        jour = timezone.localdate()
        return queryset.filter(date__gte=jour) if valeur == "a_venir" else queryset.filter(date__lt=jour)


class OperationFilter(django_filters.FilterSet):
    """Operations one may put under an item: by default those that wait for an opinion."""

    PROPOSABLES = [Statut.INSTRUITE, Statut.RECEVABLE, Statut.AJOURNEE, Statut.PROGRAMMEE]

    q = django_filters.CharFilter(label="Numéro, intitulé ou bénéficiaire", method="filter_q")
    statut = django_filters.ChoiceFilter(
        label="État", choices=[(s.value, s.label) for s in PROPOSABLES], empty_label="Tous"
    )

    class Meta:
        model = Operation
        fields: list[str] = []

    def __init__(self, data=None, *args, **options):
        donnees = data.copy() if data is not None else {}
        donnees.setdefault("statut", Statut.INSTRUITE)
        super().__init__(donnees, *args, **options)

    def filter_q(self, queryset, nom, valeur):
        return queryset.filter(contient(valeur.split(), "cle", "structure__cle"))
