"""What the beneficiary declares, and what the control keeps of it."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accord.models.champs import montant_field

from ..enums import MotifEcart, NatureBilan
from .conventions import Convention
from .ecritures import Ecriture


class BilanExecution(models.Model):
    """A report of execution: expenses of its period and resources received, in euros (`domaine.md` 4.3)."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="bilans")
    numero = models.PositiveSmallIntegerField("numéro", editable=False)
    nature = models.CharField("nature", max_length=15, choices=NatureBilan)
    debut_le = models.DateField("début de la période")
    fin_le = models.DateField("fin de la période")
    depose_le = models.DateField("déposé le")
    depenses = montant_field("dépenses déclarées")
    ressources = montant_field("cofinancements et recettes perçus", default=0)
    ue_declare = montant_field("participation européenne déclarée")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="bilan", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annule_le = models.DateField("annulé le", null=True, blank=True)

    class Meta:
        ordering = ["numero"]
        verbose_name = "bilan d’exécution"
        constraints = [
            models.UniqueConstraint(fields=["convention", "numero"], name="bilan_numero_unique"),
            models.UniqueConstraint(
                fields=["convention"],
                condition=Q(nature=NatureBilan.FINAL, annule_le__isnull=True),
                name="bilan_final_unique",
                violation_error_message="Cette opération a déjà un bilan final.",
            ),
            ExclusionConstraint(
                name="bilan_periodes_disjointes",
                expressions=[
                    ("convention", RangeOperators.EQUAL),
                    (
                        Func(
                            "debut_le",
                            "fin_le",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(annule_le__isnull=True),
                violation_error_message="La période de ce bilan recouvre celle d’un bilan déjà déposé.",
            ),
            models.CheckConstraint(
                condition=Q(fin_le__gte=F("debut_le")),
                name="bilan_fin_apres_debut",
                violation_error_message="La fin de la période ne précède pas son début.",
            ),
            models.CheckConstraint(
                condition=Q(depenses__gte=0, ressources__gte=0, ue_declare__gte=0, ue_declare__lte=F("depenses")),
                name="bilan_montants_coherents",
                violation_error_message="La participation déclarée ne dépasse pas les dépenses, et rien n’est négatif.",
            ),
        ]

    def __str__(self):
        return f"{self.get_nature_display()} n° {self.numero}, {self.convention.operation.numero}"


class ControleServiceFait(models.Model):
    """The control of one report (CSF): what it keeps, and the EU amount that follows, cumulated and for this report."""

    bilan = models.ForeignKey(BilanExecution, models.PROTECT, related_name="controles")
    conclu_le = models.DateField("conclu le")
    depenses_retenues = montant_field("dépenses retenues")
    ressources_retenues = montant_field("cofinancements et recettes retenus", default=0)
    ue_cumule = montant_field("participation européenne retenue en cumul")
    ue_retenu = montant_field("participation européenne retenue par ce contrôle")
    terme_convention = montant_field("montant de la convention", null=True, blank=True)
    terme_taux = montant_field("dépenses retenues au taux de la convention", null=True, blank=True)
    terme_besoin = montant_field("dépenses retenues moins les autres ressources", null=True, blank=True)
    declare_cumule = montant_field("participation déclarée en cumul", null=True, blank=True)
    conclusions = models.TextField("conclusions", blank=True)
    sans_contradictoire = models.TextField("raison de l’absence de contradictoire", blank=True)
    sans_echantillon = models.TextField("raison de l’absence d’échantillon", blank=True)
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="controle", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annule_le = models.DateField("annulé le", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "contrôle de service fait"
        constraints = [
            models.UniqueConstraint(
                fields=["bilan"],
                condition=Q(annule_le__isnull=True),
                name="controle_unique",
                violation_error_message="Ce bilan a déjà son contrôle de service fait.",
            ),
            models.CheckConstraint(
                condition=Q(depenses_retenues__gte=0, ressources_retenues__gte=0, ue_cumule__gte=0),
                name="controle_montants_non_negatifs",
            ),
        ]

    def __str__(self):
        return f"Contrôle du {self.bilan}"


class MontantEcarte(models.Model):
    """A declared expense that the control sets aside, and why."""

    controle = models.ForeignKey(ControleServiceFait, models.PROTECT, related_name="ecarts")
    montant = montant_field("montant écarté")
    typologie = models.CharField("typologie", max_length=20, choices=MotifEcart)
    motif = models.TextField("motif")
    piece = models.CharField("pièce", max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "montant écarté"
        constraints = [
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="montant_ecarte_positif",
                violation_error_message="Un montant écarté est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=~Q(motif=""),
                name="montant_ecarte_motive",
                violation_error_message="Dites pourquoi ce montant est écarté.",
            ),
        ]

    def __str__(self):
        return f"{self.montant} ({self.get_typologie_display()})"
