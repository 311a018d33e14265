"""Questions of the State, or of the other OI, on an operation, and what was answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from ..enums import SensMessage, StatutObservation
from ..querysets import ObservationQuerySet
from .operations import Operation


class Observation(models.Model):
    """A question on an operation, to be answered by its OI before a date. What is said is in its messages."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="observations")
    numero = models.PositiveSmallIntegerField("numéro", editable=False)
    objet = models.CharField("objet", max_length=150)
    organisme = models.ForeignKey(
        "comptes.Organisme", models.PROTECT, related_name="observations", verbose_name="organisme qui demande"
    )
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="observations")
    posee_le = models.DateField("posée le")
    echeance_le = models.DateField("réponse attendue le")
    statut = models.CharField("statut", max_length=10, choices=StatutObservation, default=StatutObservation.OUVERTE)
    statut_depuis_le = models.DateField("dans ce statut depuis le")

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["-numero"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "numero"], name="observation_numero_unique"),
            models.CheckConstraint(
                condition=~Q(objet=""), name="observation_objet_dit", violation_error_message="Donnez un objet."
            ),
            models.CheckConstraint(
                condition=Q(echeance_le__gte=models.F("posee_le")),
                name="observation_echeance_apres_question",
                violation_error_message="La réponse est attendue après la question.",
            ),
        ]
        indexes = [models.Index(fields=["statut", "echeance_le"], name="observation_par_echeance")]

    def __str__(self):
        return f"Observation n° {self.numero}, {self.operation.numero}"

    def get_absolute_url(self):
        return reverse("operations:observation", args=[self.operation.accord.slug, self.operation.numero, self.numero])

    @property
    def badge(self) -> str:
        return f"observation_{self.statut}"


class MessageObservation(models.Model):
    """One message of a thread, in the name of a body. Nobody rewrites it."""

    observation = models.ForeignKey(Observation, models.PROTECT, related_name="messages")
    sens = models.CharField("nature", max_length=12, choices=SensMessage)
    texte = models.TextField("message", max_length=8000)
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ecrit_le = models.DateTimeField("écrit le")

    class Meta:
        ordering = ["pk"]
        verbose_name = "message"
        constraints = [
            models.CheckConstraint(
                condition=~Q(texte=""),
                name="message_observation_non_vide",
                violation_error_message="Écrivez votre message.",
            ),
        ]

    def __str__(self):
        return f"{self.observation}, {self.get_sens_display().lower()}"
