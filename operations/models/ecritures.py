from django.conf import settings
from django.db import models
from django.db.models import Q

from accord.models.champs import montant_field
from comptes.models import LigneChainee

from ..enums import NatureEcriture
from ..querysets import EcritureQuerySet
from .operations import Operation


class Ecriture(LigneChainee):
    """What happens to the money of an operation. Append-only: taking back is a negative line.

    `montant` is signed, in euros; `date_effet` says when it is true, `enregistree_le` when we knew.
    """

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="ecritures")
    enveloppe = models.ForeignKey("accord.Enveloppe", models.PROTECT, related_name="ecritures")
    tranche = models.ForeignKey("accord.Tranche", models.PROTECT, related_name="ecritures", null=True, blank=True)
    nature = models.CharField("nature", max_length=15, choices=NatureEcriture)
    montant = montant_field("montant")
    date_effet = models.DateField("date d’effet")
    acte = models.CharField("acte", max_length=40)
    motif = models.TextField("motif", blank=True)
    annule = models.OneToOneField("self", models.PROTECT, related_name="annulee_par", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    objects = EcritureQuerySet.as_manager()

    class Meta:
        ordering = ["date_effet", "rang"]
        verbose_name = "écriture"
        indexes = [
            models.Index(fields=["enveloppe", "date_effet"], name="ecriture_par_enveloppe"),
            models.Index(fields=["operation", "nature"], name="ecriture_par_operation"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(montant=0), name="ecriture_non_nulle")]

    def __str__(self):
        return f"{self.operation.numero} {self.get_nature_display()} {self.montant}"
