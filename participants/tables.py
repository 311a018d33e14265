"""The lists of records, column by column."""

import django_tables2 as tables
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accord.montants import format_date_courte
from accord.templatetags.reperes import badge
from operations.tables import SECONDAIRE

from .completude import manques, resultats_manquants
from .models import Participation

NOMBRE = {"td": {"class": "nombre"}}
DATE = {"td": {"class": "nombre secondaire"}}


def dire_qpv(fiche: Participation) -> str:
    if fiche.en_qpv is None:
        return "adresse inconnue"
    return "en quartier prioritaire" if fiche.en_qpv else "hors quartier"


def dire_etat(fiche: Participation) -> tuple[str, str, str]:
    """The status of the badge, its word, and what to do. Needs `Suivi.annoter`."""
    if fiche.annulee_le:
        return "fiche_annulee", "Annulée", ""
    attendus = manques(fiche)
    if fiche.retard_resultats:
        attendus += resultats_manquants(fiche)
    if fiche.retard_sortie:
        attendus.append("sortie")
    if fiche.retard_entree or fiche.retard_sortie or fiche.retard_resultats:
        statut, mot = "fiche_retard", "En retard"
    elif attendus:
        statut, mot = "fiche_incomplete", "Incomplète"
    else:
        return "fiche_complete", "Complète", ""
    return statut, mot, f"à saisir\u00a0: {', '.join(attendus)}"


class FicheTable(tables.Table):
    """Late and incomplete records first, unless the person sorts otherwise."""

    identifiant = tables.Column("Identifiant", accessor="pseudonyme", attrs=NOMBRE)
    operation = tables.Column("Opération", accessor="operation__numero", orderable=False, attrs=NOMBRE)
    entree = tables.Column("Entrée", accessor="entree_le", attrs=DATE)
    sortie = tables.Column("Sortie", accessor="sortie_le", empty_values=(), attrs=DATE)
    personne = tables.Column("Sexe et âge", accessor="pk", orderable=False, attrs=SECONDAIRE)
    situation = tables.Column(
        "Situation à l’entrée", accessor="statut_emploi", empty_values=(), orderable=False, attrs=SECONDAIRE
    )
    residence = tables.Column("Résidence", accessor="pk", orderable=False, attrs=SECONDAIRE)
    etat = tables.Column("Fiche", accessor="urgence")

    class Meta:
        model = Participation
        fields: list[str] = []
        sequence = ["identifiant", "operation", "entree", "sortie", "personne", "situation", "residence", "etat"]
        order_by_field = "tri"
        order_by = "etat"
        attrs = {
            "class": "donnees empile en-pile",
            "titre_id": "liste",
            "legende": "Fiches de participants, sans identité",
            "entete": "identifiant",
        }

    def __init__(self, *args, accord, **kwargs):
        super().__init__(*args, **kwargs)
        self.accord = accord

    def order_identifiant(self, queryset, est_descendant):
        sens = "-" if est_descendant else ""
        return queryset.order_by(f"{sens}pseudonyme", f"{sens}pk"), True

    def order_entree(self, queryset, est_descendant):
        sens = "-" if est_descendant else ""
        return queryset.order_by(f"{sens}entree_le", f"{sens}pk"), True

    def order_sortie(self, queryset, est_descendant):
        champ = F("sortie_le")
        tri = champ.desc(nulls_last=True) if est_descendant else champ.asc(nulls_first=True)
        return queryset.order_by(tri, "-pk"), True

    def order_etat(self, queryset, est_descendant):
        return queryset.order_by("-urgence" if est_descendant else "urgence", "-entree_le", "-pk"), True

    def render_identifiant(self, record):
        url = reverse("participants:fiche", args=[self.accord.slug, record.operation.numero, record.pk])
        return format_html('<a href="{}">{}</a>', url, record.pseudonyme)

    def render_operation(self, value):
        url = reverse("participants:participants", args=[self.accord.slug, value])
        return format_html('<a href="{}">{}</a>', url, value)

    def render_entree(self, value):
        return format_date_courte(value)

    def render_sortie(self, record):
        return format_date_courte(record.sortie_le, "en cours")

    def render_personne(self, record):
        age = f"{record.age_entree} ans" if record.age_entree is not None else "âge non saisi"
        return f"{record.get_sexe_display() or 'sexe non saisi'}, {age}"

    def render_situation(self, record):
        return record.get_statut_emploi_display() or "non saisie"

    def render_residence(self, record):
        return dire_qpv(record)

    def render_etat(self, record) -> SafeString:
        statut, mot, suite = dire_etat(record)
        return format_html('{}<span class="sous">{}</span>', badge(statut, mot), suite) if suite else badge(statut, mot)


class FichesTable(FicheTable):
    """Of every operation: the latest entries first, which an index gives without sorting them all."""

    class Meta(FicheTable.Meta):
        order_by = "-entree"
