"""What a favourable decision asks before or beside the contract."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from ..querysets import ConditionQuerySet
from .decisions import DecisionProgrammation


class ConditionDecision(models.Model):
    """A condition of a favourable decision: what is asked, until when, what will show it; then what showed it."""

    decision = models.ForeignKey(DecisionProgrammation, models.CASCADE, related_name="conditions")
    texte = models.CharField("condition", max_length=300)
    echeance_le = models.DateField("à lever avant le")
    preuve_attendue = models.CharField("preuve attendue", max_length=200)
    levee_le = models.DateField("levée le", null=True, blank=True)
    levee_par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    preuve = models.TextField("ce qui la lève", blank=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["echeance_le", "pk"]
        verbose_name = "condition"
        constraints = [
            models.CheckConstraint(
                condition=Q(levee_le__isnull=True, levee_par__isnull=True, preuve="")
                | (Q(levee_le__isnull=False, levee_par__isnull=False) & ~Q(preuve="")),
                name="condition_levee_donc_datee_et_prouvee",
                violation_error_message="Une condition levée porte sa date, son auteur et ce qui la lève.",
            ),
        ]

    def __str__(self):
        return self.texte

    def est_en_retard(self, jour) -> bool:
        return self.levee_le is None and self.echeance_le < jour
