"""The filters of the records; they live in the URL, so a count opens the list that makes it."""

import django_filters
from django import forms

from operations.filters import DateFilter, FiltreAccord

from .completude import INCOMPLETE, Suivi
from .enums import EtatFiche, Sexe, StatutEmploi
from .models import Participation

AUCUNE = ("aucune", "Non renseigné")
QPV = [("oui", "En quartier prioritaire"), ("non", "Hors quartier prioritaire"), ("inconnue", "Adresse inconnue")]


class FicheFilter(FiltreAccord):
    """The records of one operation; without a state, those that were not undone."""

    q = django_filters.CharFilter(
        label="Identifiant", field_name="pseudonyme", lookup_expr="icontains", widget=forms.SearchInput
    )
    etat = django_filters.ChoiceFilter(label="État", choices=EtatFiche, method="filtrer_etat", empty_label="Toutes")
    sexe = django_filters.ChoiceFilter(
        label="Sexe", choices=[*Sexe.choices, AUCUNE], method="filtrer_reponse", empty_label="Tous"
    )
    statut_emploi = django_filters.ChoiceFilter(
        label="Situation à l’entrée",
        choices=[*StatutEmploi.choices, AUCUNE],
        method="filtrer_reponse",
        empty_label="Toutes",
    )
    qpv = django_filters.ChoiceFilter(label="Résidence", choices=QPV, method="filtrer_qpv", empty_label="Toutes")
    entree_du = DateFilter(label="Entrées à partir du", field_name="entree_le", lookup_expr="gte")
    entree_au = DateFilter(label="Entrées jusqu’au", field_name="entree_le", lookup_expr="lte")

    LIBELLES = {
        "q": "Identifiant\u00a0: ",
        "sexe": "Sexe\u00a0: ",
        "statut_emploi": "Situation\u00a0: ",
        "entree_du": "Entrées à partir du ",
        "entree_au": "Entrées jusqu’au ",
    }

    class Meta:
        model = Participation
        fields: list[str] = []

    def __init__(self, *args, suivi: Suivi, **kwargs):
        super().__init__(*args, **kwargs)
        self.suivi = suivi

    def filter_queryset(self, queryset):
        if self.form.cleaned_data.get("etat") != EtatFiche.ANNULEES:
            queryset = queryset.en_vigueur()
        return super().filter_queryset(queryset)

    def filtrer_etat(self, queryset, name, etat):
        if etat == EtatFiche.ANNULEES:
            return queryset.filter(annulee_le__isnull=False)
        if etat == EtatFiche.EN_COURS:
            return queryset.en_cours(self.suivi.jour)
        if etat == EtatFiche.SORTIES:
            return queryset.filter(sortie_le__lt=self.suivi.jour)
        return queryset.with_os_l().filter(INCOMPLETE if etat == EtatFiche.INCOMPLETE else self.suivi.en_retard)

    def filtrer_reponse(self, queryset, name, valeur):
        return queryset.filter(**{name: "" if valeur == AUCUNE[0] else valeur})

    def filtrer_qpv(self, queryset, name, valeur):
        if valeur == "inconnue":
            return queryset.filter(code_insee="", code_qpv="")
        return queryset.filter(en_qpv=valeur == "oui")


class FichesFilter(FicheFilter):
    """The records of every operation the person reads."""

    operation = django_filters.CharFilter(label="Opération", field_name="operation__numero")
    field_order = ["q", "operation"]

    LIBELLES = FicheFilter.LIBELLES | {"operation": "Opération "}

    class Meta:
        model = Participation
        fields: list[str] = []
