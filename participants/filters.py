"""The filters of the records; they live in the URL, so a count opens the list that makes it."""

import django_filters
from django import forms

from accord.models import Enveloppe, Fonds, ObjectifSpecifique
from comptes.models import Organisme
from operations.filters import CodeFilter, DateFilter, FiltreAccord

from .completude import INCOMPLETE, Suivi
from .enums import EtatFiche, Sexe, StatutEmploi
from .lignes import LIGNES, q_ligne
from .models import Participation

AUCUNE = ("aucune", "Non renseigné")
COMPTES = [(ligne.code, ligne.nom) for ligne in LIGNES.values()]
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
    """The records of every operation the person reads; with an indicator, those that make its figure at a day."""

    operation = django_filters.CharFilter(label="Opération", field_name="operation__numero")
    indicateur = django_filters.ChoiceFilter(
        label="Comptées dans", choices=COMPTES, method="filtrer_indicateur", empty_label="Toutes"
    )
    au = DateFilter(label="à la date du", method="filtrer_rien")
    fonds = CodeFilter(label="Fonds", field_name="operation__enveloppe__fonds", queryset=Fonds.objects.none())
    organisme = CodeFilter(
        label="Organisme", field_name="operation__enveloppe__organisme", queryset=Organisme.objects.none()
    )
    objectif = CodeFilter(
        label="Objectif spécifique",
        field_name="operation__objectif_specifique",
        queryset=ObjectifSpecifique.objects.none(),
    )
    field_order = ["q", "operation"]

    LIBELLES = FicheFilter.LIBELLES | {
        "operation": "Opération ",
        "indicateur": "Comptées dans\u00a0: ",
        "au": "à la date du ",
        "objectif": "Objectif spécifique ",
    }

    def borner(self) -> None:
        enveloppes = Enveloppe.objects.filter(accord=self.accord)
        self.filters["fonds"].queryset = Fonds.objects.filter(enveloppes__in=enveloppes).distinct()
        self.filters["organisme"].queryset = Organisme.objects.filter(enveloppes__in=enveloppes).distinct()
        self.filters["objectif"].queryset = ObjectifSpecifique.objects.filter(
            priorite__fonds__enveloppes__in=enveloppes
        ).distinct()

    def filtrer_rien(self, queryset, name, valeur):
        """The day is that of the indicator."""
        return queryset

    def filtrer_indicateur(self, queryset, name, code):
        jour = self.form.cleaned_data.get("au") or self.suivi.jour
        comptees = Participation.objects.for_indicateurs().filter(q_ligne(code, jour))
        return queryset.filter(pk__in=comptees.values("pk"))

    class Meta:
        model = Participation
        fields: list[str] = []
