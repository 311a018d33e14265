"""The list of batches sent to the managing authority: filter, columns, accounting years, CSV."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import django_filters
import django_tables2 as tables
from django.db.models import Case, Count, Q, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractYear

from accord.models import Enveloppe, Parametre
from accord.montants import INSECABLE, format_date_courte, format_euros, format_nombre
from accord.templatetags.reperes import badge
from comptes.classeurs import stream_csv

from .exports import montant
from .filters import CodeFilter, FiltreAccord
from .models import AppelFonds
from .models.paiements import DEBUT_EXERCICE, exercice_de
from .querysets import MONTANT
from .retenu import ZERO
from .tables import DATE, N_SECONDAIRE, N, titre_et_sous

ETATS = [("envoye", "Envoyé"), ("rejet", "Envoyé, avec un rejet"), ("annule", "Annulé")]
PREMIER_EXERCICE = 2021


def nom_exercice(annee: int) -> str:
    """Name the accounting year that starts in July of a year."""
    return f"{annee}-{annee + 1}"


def avec_totaux(appels):
    """Add `exercice` (year of its July), `nombre`, `total` certified and `rejete`, in euros."""
    certifie = Q(lignes__rejetee_le__isnull=True)
    zero = Value(0, output_field=MONTANT)
    return appels.annotate(
        exercice_annee=ExtractYear("envoye_le") - Case(When(envoye_le__month__lt=DEBUT_EXERCICE, then=1), default=0),
        nombre=Count("lignes"),
        total=Coalesce(Sum("lignes__montant", filter=certifie), zero),
        rejete=Coalesce(Sum("lignes__montant", filter=~certifie), zero),
        rejets=Count("lignes", filter=~certifie),
    )


class AppelFondsFilter(FiltreAccord):
    enveloppe = CodeFilter(label="Enveloppe", queryset=Enveloppe.objects.none())
    exercice = django_filters.ChoiceFilter(
        label="Exercice",
        choices=[(str(a), nom_exercice(a)) for a in range(PREMIER_EXERCICE, PREMIER_EXERCICE + 10)],
        field_name="exercice_annee",
        empty_label="Tous",
    )
    etat = django_filters.ChoiceFilter(label="État", choices=ETATS, method="filtrer_etat", empty_label="Tous")

    class Meta:
        model = AppelFonds
        fields: list[str] = []

    def borner(self) -> None:
        self.filters["enveloppe"].queryset = Enveloppe.objects.filter(accord=self.accord).select_related(
            "organisme", "fonds"
        )

    def filtrer_etat(self, queryset, name, valeur):
        if valeur == "annule":
            return queryset.filter(annule_le__isnull=False)
        return queryset.filter(annule_le__isnull=True, **({"rejets__gt": 0} if valeur == "rejet" else {}))


class AppelFondsTable(tables.Table):
    envoye = tables.Column("Envoyé le", accessor="envoye_le", attrs=DATE)
    numero = tables.Column("Appel de fonds")
    exercice = tables.Column("Exercice", accessor="exercice_annee", attrs={"td": {"class": "nombre secondaire"}})
    etat = tables.Column("État", accessor="pk", orderable=False, attrs={"td": {"class": "n-fin"}})
    operations = tables.Column("Opérations", accessor="nombre", attrs=N_SECONDAIRE)
    total = tables.Column("Certifié", attrs=N)

    class Meta:
        model = AppelFonds
        fields: list[str] = []
        sequence = ["numero", "envoye", "exercice", "etat", "operations", "total"]
        order_by_field = "tri"
        order_by = "-envoye"
        attrs = {
            "class": "donnees empile",
            "titre_id": "liste",
            "legende": "Appels de fonds, leur exercice et leur montant",
            "entete": "numero",
        }

    def order_envoye(self, queryset, est_descendant):
        sens = "-" if est_descendant else ""
        return queryset.order_by(f"{sens}envoye_le", f"{sens}numero", "enveloppe"), True

    def order_numero(self, queryset, est_descendant):
        sens = "-" if est_descendant else ""
        return queryset.order_by("enveloppe__ordre", f"{sens}numero"), True

    def render_numero(self, record):
        return titre_et_sous(record.get_absolute_url(), f"N°{INSECABLE}{record.numero}", str(record.enveloppe.libelle))

    def render_envoye(self, value):
        return format_date_courte(value)

    def render_exercice(self, value):
        return nom_exercice(value)

    def render_etat(self, record):
        return badge(*dire_etat(record))

    def render_operations(self, value):
        return format_nombre(value)

    def render_total(self, record):
        return format_euros(0 if record.annule_le else record.total)


def dire_etat(appel) -> tuple[str, str]:
    """The status and the words of the badge of a batch (`avec_totaux`)."""
    if appel.annule_le:
        return "annulee", "Annulé"
    if appel.rejets:
        return "reserve", f"{appel.rejets}{INSECABLE}{'lignes rejetées' if appel.rejets > 1 else 'ligne rejetée'}"
    return "signe", "Envoyé"


@dataclass(frozen=True)
class Exercice:
    """The batches of one envelope in one accounting year, against the number that the agreement allows."""

    enveloppe: Enveloppe
    annee: int
    nombre: int
    total: Decimal
    maximum: int | None

    @property
    def nom(self) -> str:
        return nom_exercice(self.annee)

    @property
    def reste(self) -> int | None:
        return None if self.maximum is None else self.maximum - self.nombre


def lire_maximum(accord, le: date) -> int | None:
    parametre = Parametre.objects.filter(accord=accord, code="demandes_paiement_max").valables_le(le).first()
    return int(parametre.valeur) if parametre and parametre.valeur.isdecimal() else None


def compter_exercices(appels, accord, le: date) -> list[Exercice]:
    """How many batches in force each envelope sent, by accounting year, the latest first; two queries."""
    comptes = (
        avec_totaux(appels.filter(annule_le__isnull=True))
        .order_by()
        .values_list("enveloppe", "exercice_annee", "total")
    )
    cumuls: dict[tuple[int, int], list] = {}
    for enveloppe, annee, total in comptes:
        cumuls.setdefault((enveloppe, annee), []).append(total)
    enveloppes = Enveloppe.objects.filter(accord=accord).select_related("organisme", "fonds").in_bulk()
    maximum = lire_maximum(accord, le)
    exercices = [
        Exercice(enveloppes[pk], annee, len(totaux), sum(totaux), maximum) for (pk, annee), totaux in cumuls.items()
    ]
    return sorted(exercices, key=lambda e: (-e.annee, e.enveloppe.ordre))


def compter_exercice(enveloppe, le: date) -> int:
    """How many batches in force the envelope sent in the accounting year of a day."""
    debut, fin = exercice_de(le)
    return enveloppe.appels_fonds.filter(annule_le__isnull=True, envoye_le__range=(debut, fin)).count()


def build_csv_appels(appels: Iterable) -> bytes:
    """The batches, one line each; same writing as operations/exports.py."""
    entete = ["enveloppe", "numero", "envoye_le", "exercice", "etat", "operations", "certifie", "rejete", "annule_le"]
    lignes = [
        [
            appel.enveloppe.code,
            appel.numero,
            appel.envoye_le,
            nom_exercice(appel.exercice_annee),
            dire_etat(appel)[1].replace(INSECABLE, " "),
            appel.nombre,
            montant(ZERO if appel.annule_le else appel.total),
            montant(appel.rejete),
            appel.annule_le,
        ]
        for appel in appels
    ]
    return b"".join(stream_csv([entete, *lignes]))


def build_bordereau(appel, lignes: Iterable) -> bytes:
    """One batch, line by line, as it is sent to the managing authority."""
    entete = ["enveloppe", "appel", "envoye_le", "operation", "intitule", "beneficiaire", "siret", "montant"]
    entete += ["rejetee_le", "motif_rejet"]
    cellules = [
        [
            appel.enveloppe.code,
            appel.numero,
            appel.envoye_le,
            ligne.operation.numero,
            ligne.operation.intitule,
            ligne.operation.structure.nom,
            ligne.operation.structure.siret,
            montant(ligne.montant),
            ligne.rejetee_le,
            ligne.motif_rejet,
        ]
        for ligne in lignes
    ]
    return b"".join(stream_csv([entete, *cellules]))
