"""An operation given up, or taken back from programming."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ..enums import Statut
from .ecritures import Ecriture
from .operations import Operation

RETRAITS = [Statut.ABANDONNEE, Statut.DEPROGRAMMEE]


class Retrait(models.Model):
    """Where the operation stood before, so that a withdrawal entered by error can be undone exactly."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="retraits")
    statut = models.CharField("retrait", max_length=20, choices=[(s.value, s.label) for s in RETRAITS])
    le = models.DateField("à la date du")
    statut_avant = models.CharField("statut d’avant", max_length=20, choices=Statut)
    avant_depuis_le = models.DateField("dans ce statut depuis le")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="+", null=True, blank=True)
    motif = models.TextField("motif")
    annule_le = models.DateField("annulé le", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["-le", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation"], condition=Q(annule_le__isnull=True), name="retrait_un_seul_en_vigueur"
            ),
            models.CheckConstraint(condition=Q(le__gte=F("avant_depuis_le")), name="retrait_apres_le_statut"),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_statut_display()}"
