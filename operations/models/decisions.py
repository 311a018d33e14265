"""What was said of an application: admissible or not, instructed, decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accord.models.champs import montant_field

from ..enums import AvisInstruction, ReponsePartage, SensDecision, SensRecevabilite
from .operations import Operation


class Recevabilite(models.Model):
    operation = models.ForeignKey(Operation, models.CASCADE, related_name="recevabilites")
    sens = models.CharField("conclusion", max_length=12, choices=SensRecevabilite)
    prononcee_le = models.DateField("prononcée le")
    pieces_recues = models.JSONField("pièces reçues", default=list)
    motif = models.TextField("motif", blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-prononcee_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sens=SensRecevabilite.RECEVABLE) | ~Q(motif=""),
                name="recevabilite_irrecevable_donc_motivee",
                violation_error_message="Une demande irrecevable porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_sens_display()}"


class Instruction(models.Model):
    operation = models.ForeignKey(Operation, models.CASCADE, related_name="instructions")
    conclue_le = models.DateField("conclue le")
    avis = models.CharField("avis", max_length=12, choices=AvisInstruction)
    rapport = models.TextField("rapport")
    reponse_partage = models.CharField("ligne de partage", max_length=12, choices=ReponsePartage)
    justification_partage = models.TextField("ce qui le montre", blank=True)
    lien_transition = models.TextField("lien avec la transition", blank=True)
    est_sans_conflit = models.BooleanField("aucun conflit d’intérêts", default=False)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-conclue_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(est_sans_conflit=True),
                name="instruction_sans_conflit",
                violation_error_message="Un agent en conflit d’intérêts n’instruit pas la demande.",
            ),
            models.CheckConstraint(
                condition=~Q(reponse_partage=ReponsePartage.SUCCESSIVES) | ~Q(justification_partage=""),
                name="instruction_etapes_successives_justifiees",
                violation_error_message="Dites ce qui montre que les étapes sont successives et distinctes.",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_avis_display()}"


class DecisionProgrammation(models.Model):
    """The decision of the OI’s own instance. Committees prepare it, they do not take it (`AC 6`)."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="decisions")
    sens = models.CharField("décision", max_length=12, choices=SensDecision)
    instance = models.CharField("instance", max_length=150)
    decidee_le = models.DateField("décidée le")
    ue_programme = montant_field("montant européen programmé", null=True, blank=True)
    depassement_accepte = montant_field("dépassement de l’enveloppe accepté", null=True, blank=True)
    motif = models.TextField("motif", blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-decidee_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sens=SensDecision.FAVORABLE, ue_programme__isnull=False, ue_programme__gt=0)
                | ~Q(sens=SensDecision.FAVORABLE) & Q(ue_programme__isnull=True),
                name="decision_favorable_donc_montant",
            ),
            models.CheckConstraint(
                condition=Q(sens=SensDecision.FAVORABLE) | ~Q(motif=""),
                name="decision_non_favorable_donc_motivee",
                violation_error_message="Un refus ou un ajournement porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_sens_display()}"
