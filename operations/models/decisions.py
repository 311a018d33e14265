"""What was said of an application: admissible or not, instructed, decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accord.models.champs import montant_field

from ..enums import AvisInstruction, ReponseLigne, ReponsePartage, SensDecision, SensRecevabilite
from ..querysets import InstructionQuerySet
from .operations import Operation


class Recevabilite(models.Model):
    """`reprise_le`: the day the file was handed back to this step."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="recevabilites")
    sens = models.CharField("conclusion", max_length=12, choices=SensRecevabilite)
    prononcee_le = models.DateField("prononcée le")
    pieces_recues = models.JSONField("pièces reçues", default=list)
    motif = models.TextField("motif", blank=True)
    reprise_le = models.DateField("reprise le", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-prononcee_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reprise_le__isnull=True) | Q(reprise_le__gte=F("prononcee_le")),
                name="recevabilite_reprise_apres",
            ),
            models.CheckConstraint(
                condition=Q(sens=SensRecevabilite.RECEVABLE) | ~Q(motif=""),
                name="recevabilite_irrecevable_donc_motivee",
                violation_error_message="Une demande irrecevable porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_sens_display()}"


class Instruction(models.Model):
    """`rouverte_le`: the day the file was handed back to its instruction.

    `reponse_partage` is the single answer of the first instructions; since, each line has its own
    (`ReponseLignePartage`).
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="instructions")
    conclue_le = models.DateField("conclue le")
    avis = models.CharField("avis", max_length=12, choices=AvisInstruction)
    rapport = models.TextField("rapport")
    reponse_partage = models.CharField("ligne de partage", max_length=12, choices=ReponsePartage, blank=True)
    justification_partage = models.TextField("ce qui le montre", blank=True)
    lien_transition = models.TextField("lien avec la transition", blank=True)
    est_sans_conflit = models.BooleanField("aucun conflit d’intérêts", default=False)
    mesure_conflit = models.TextField("mesure prise", blank=True)
    rouverte_le = models.DateField("rouverte le", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = InstructionQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(rouverte_le__isnull=True) | Q(rouverte_le__gte=F("conclue_le")),
                name="instruction_rouverte_apres",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_avis_display()}"


class ReponseLignePartage(models.Model):
    """What an instruction answers to one line of demarcation."""

    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="reponses")
    ligne = models.ForeignKey("accord.LignePartage", models.PROTECT, related_name="+")
    reponse = models.CharField("réponse", max_length=12, choices=ReponseLigne)
    justification = models.TextField("justification", blank=True)

    class Meta:
        ordering = ["ligne__ordre", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["instruction", "ligne"], name="reponse_unique_par_ligne"),
            models.CheckConstraint(
                condition=~Q(reponse=ReponseLigne.NON_RESPECTEE) | ~Q(justification=""),
                name="reponse_non_respectee_donc_justifiee",
                violation_error_message="Dites pourquoi la ligne n’est pas respectée et ce qui est prévu.",
            ),
        ]

    def __str__(self):
        return f"{self.ligne}, {self.get_reponse_display()}"


class DecisionProgrammation(models.Model):
    """The decision of the OI’s own instance. Committees prepare it, they do not take it (`AC 6`).

    `annulee_le`: the day an entry made by error was undone; it then counts at no date.
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="decisions")
    sens = models.CharField("décision", max_length=12, choices=SensDecision)
    instance = models.CharField("instance", max_length=150)
    decidee_le = models.DateField("décidée le")
    ue_programme = montant_field("montant européen programmé", null=True, blank=True)
    depassement_accepte = montant_field("dépassement de l’enveloppe accepté", null=True, blank=True)
    motif = models.TextField("motif", blank=True)
    annulee_le = models.DateField("annulée le", null=True, blank=True)
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
