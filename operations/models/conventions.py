"""The contract with the beneficiary, and what changes it."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accord.models.champs import montant_field
from accord.montants import format_date

from ..enums import CategorieSansAvance, NatureBilan
from ..querysets import BilanAttenduQuerySet, ConventionQuerySet, MiseEnSignatureQuerySet
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
    sans_avance = models.CharField(
        "catégorie sans avance", max_length=20, choices=CategorieSansAvance, blank=True, default=""
    )
    demarree_le = models.DateField("démarrage attesté le", null=True, blank=True)
    achevee_le = models.DateField("achevée le", null=True, blank=True)
    soldee_le = models.DateField("soldée le", null=True, blank=True)
    resiliee_le = models.DateField("résiliée le", null=True, blank=True)
    ue_conserve = montant_field("montant conservé à la résiliation", null=True, blank=True)
    retenu_retire = montant_field("montant retenu retiré à la résiliation", default=Decimal("0.00"))
    est_aide_etat = models.BooleanField("aide d’État ou de minimis", default=False)
    conservation_jusqu_au = models.DateField("pièces conservées jusqu’au", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annulee_le = models.DateField("annulée le", null=True, blank=True)

    objects = ConventionQuerySet.as_manager()

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
                condition=Q(sans_avance="") | Q(avance_prevue=0),
                name="convention_sans_avance_donc_nulle",
                violation_error_message="Ce bénéficiaire relève d’une catégorie sans avance : l’avance est nulle.",
            ),
            models.CheckConstraint(
                condition=Q(retenu_retire=0) | Q(retenu_retire__gt=0, resiliee_le__isnull=False),
                name="convention_retenu_retire_a_la_resiliation",
            ),
            models.CheckConstraint(
                condition=Q(resiliee_le__isnull=True, ue_conserve__isnull=True)
                | Q(resiliee_le__isnull=False, ue_conserve__gte=0),
                name="convention_resiliee_donc_montant_conserve",
            ),
        ]

    def __str__(self):
        return f"Convention de {self.operation.numero}"


class AvenantConvention(models.Model):
    """A change of the contract, with the plan and the end that it brings and those before it.

    One that was undone keeps its number and its day of undoing.
    """

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
    annule_le = models.DateField("annulé le", null=True, blank=True)

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


class MiseEnSignature(models.Model):
    """A contract sent to its parties, before it is notified: who has signed, and when."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="mises_en_signature")
    envoyee_le = models.DateField("envoyée à la signature le")
    signee_beneficiaire_le = models.DateField("signée par le bénéficiaire le", null=True, blank=True)
    signee_oi_le = models.DateField("signée par l’organisme le", null=True, blank=True)
    convention = models.OneToOneField(
        Convention, models.PROTECT, related_name="mise_en_signature", null=True, blank=True, editable=False
    )
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    retiree_le = models.DateField("retirée le", null=True, blank=True)

    objects = MiseEnSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "mise en signature"
        constraints = [
            models.UniqueConstraint(
                fields=["operation"],
                condition=Q(convention__isnull=True, retiree_le__isnull=True),
                name="mise_en_signature_unique",
                violation_error_message="Cette convention est déjà à la signature.",
            ),
            models.CheckConstraint(
                condition=(Q(signee_beneficiaire_le__isnull=True) | Q(signee_beneficiaire_le__gte=F("envoyee_le")))
                & (Q(signee_oi_le__isnull=True) | Q(signee_oi_le__gte=F("envoyee_le"))),
                name="mise_en_signature_signee_apres_envoi",
                violation_error_message="Une signature ne précède pas l’envoi de la convention.",
            ),
        ]

    def __str__(self):
        return f"Signature de la convention de {self.operation.numero}"

    @property
    def premiere_signature_le(self) -> date | None:
        return min(filter(None, [self.signee_beneficiaire_le, self.signee_oi_le]), default=None)

    @property
    def est_signee(self) -> bool:
        return bool(self.signee_beneficiaire_le and self.signee_oi_le)


class BilanAttendu(models.Model):
    """A report that the contract asks for (`domaine.md` 4.3): its period, and the last day to file it.

    The nth of a nature is answered by the nth report of that nature that was filed. An amendment that changes the
    calendar withdraws rows and brings others; undone, it gives them back.
    """

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="bilans_attendus")
    nature = models.CharField("nature", max_length=15, choices=NatureBilan)
    rang = models.PositiveSmallIntegerField("rang dans sa nature", editable=False)
    debut_le = models.DateField("début de la période")
    fin_le = models.DateField("fin de la période")
    prevu_le = models.DateField("date limite de la convention", editable=False)
    attendu_le = models.DateField("attendu le")
    avenant = models.ForeignKey(
        AvenantConvention, models.PROTECT, related_name="bilans_apportes", null=True, blank=True, editable=False
    )
    retire_par = models.ForeignKey(
        AvenantConvention, models.PROTECT, related_name="bilans_retires", null=True, blank=True, editable=False
    )

    objects = BilanAttenduQuerySet.as_manager()

    class Meta:
        ordering = ["fin_le", "pk"]
        verbose_name = "bilan attendu"
        verbose_name_plural = "bilans attendus"
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le__gte=F("debut_le")),
                name="bilan_attendu_fin_apres_debut",
                violation_error_message="La fin de la période ne précède pas son début.",
            ),
            models.CheckConstraint(
                condition=Q(attendu_le__gte=F("fin_le"), prevu_le__gte=F("fin_le")),
                name="bilan_attendu_apres_sa_periode",
                violation_error_message="Un bilan se dépose après la fin de sa période.",
            ),
        ]

    def __str__(self):
        return f"{self.get_nature_display()} attendu le {format_date(self.attendu_le)}"

    @property
    def est_reporte(self) -> bool:
        return self.attendu_le != self.prevu_le
