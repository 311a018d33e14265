"""The contract with the beneficiary, and what changes it."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accord.models.champs import montant_field

from .operations import Operation, PlanFinancement


class Convention(models.Model):
    """The contract of an operation; its amounts are those of its plan. One that was undone keeps its day of undoing."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="conventions")
    plan = models.OneToOneField(PlanFinancement, models.PROTECT, related_name="convention")
    debut_le = models.DateField("début de la période")
    fin_le = models.DateField("fin de la période")
    signee_beneficiaire_le = models.DateField("signée par le bénéficiaire le", null=True, blank=True)
    signee_oi_le = models.DateField("signée par l’organisme le", null=True, blank=True)
    notifiee_le = models.DateField("notifiée le")
    avance_prevue = montant_field("avance prévue", default=Decimal("0.00"))
    demarree_le = models.DateField("démarrage attesté le", null=True, blank=True)
    achevee_le = models.DateField("achevée le", null=True, blank=True)
    soldee_le = models.DateField("soldée le", null=True, blank=True)
    resiliee_le = models.DateField("résiliée le", null=True, blank=True)
    ue_conserve = montant_field("montant conservé à la résiliation", null=True, blank=True)
    conservation_jusqu_au = models.DateField("pièces conservées jusqu’au", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annulee_le = models.DateField("annulée le", null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation"],
                condition=Q(annulee_le__isnull=True),
                name="convention_unique",
                violation_error_message="Cette opération a déjà une convention.",
            ),
            models.CheckConstraint(
                condition=Q(fin_le__gte=F("debut_le")),
                name="convention_fin_apres_debut",
                violation_error_message="La fin de la période ne précède pas son début.",
            ),
            models.CheckConstraint(
                condition=(Q(signee_beneficiaire_le__isnull=True) | Q(notifiee_le__gte=F("signee_beneficiaire_le")))
                & (Q(signee_oi_le__isnull=True) | Q(notifiee_le__gte=F("signee_oi_le"))),
                name="convention_notifiee_apres_signature",
                violation_error_message="La notification ne précède pas les signatures.",
            ),
            models.CheckConstraint(condition=Q(avance_prevue__gte=0), name="convention_avance_non_negative"),
            models.CheckConstraint(
                condition=Q(resiliee_le__isnull=True, ue_conserve__isnull=True)
                | Q(resiliee_le__isnull=False, ue_conserve__gte=0),
                name="convention_resiliee_donc_montant_conserve",
            ),
        ]

    def __str__(self):
        return f"Convention de {self.operation.numero}"


class AvenantConvention(models.Model):
    """A change of the contract, with the plan and the end that it brings and those before it."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="avenants")
    numero = models.PositiveSmallIntegerField("numéro", editable=False)
    objet = models.TextField("objet")
    plan = models.OneToOneField(PlanFinancement, models.PROTECT, related_name="avenant")
    plan_avant = models.ForeignKey(PlanFinancement, models.PROTECT, related_name="+")
    fin_le = models.DateField("fin de la période")
    fin_avant_le = models.DateField("fin de la période avant l’avenant")
    signe_le = models.DateField("signé le")
    depassement_accepte = montant_field("dépassement de l’enveloppe accepté", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["numero"]
        verbose_name = "avenant à la convention"
        constraints = [
            models.UniqueConstraint(fields=["convention", "numero"], name="avenant_convention_numero_unique"),
            models.CheckConstraint(
                condition=~Q(objet=""),
                name="avenant_convention_objet_dit",
                violation_error_message="Dites l’objet de l’avenant.",
            ),
        ]

    def __str__(self):
        return f"Avenant n° {self.numero}, {self.convention.operation.numero}"

    @property
    def difference(self) -> Decimal:
        """The EU amount added by the avenant, negative when it takes back, in euros."""
        return self.plan.ue - self.plan_avant.ue
