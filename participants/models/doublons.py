"""The same person with both bodies at once, and what each of them says about it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ..enums import SensDoublon, SensPartage
from ..querysets import DoublonQuerySet
from .participations import Participation


class DoublonPresume(models.Model):
    """Two records of two bodies whose prints agree and whose days overlap; neither body reads the other’s names.

    The first record is the one of the body that comes first (lower id). Written by `doublons`; `ecarte_le` when the
    records no longer agree or no longer overlap.
    """

    premiere = models.ForeignKey(Participation, models.CASCADE, related_name="doublons_premiers")
    seconde = models.ForeignKey(Participation, models.CASCADE, related_name="doublons_seconds")
    est_exact = models.BooleanField("empreintes identiques")
    detecte_le = models.DateField("détecté le")
    ecarte_le = models.DateField("écarté le", null=True, blank=True)

    objects = DoublonQuerySet.as_manager()

    class Meta:
        ordering = ["-detecte_le", "-pk"]
        verbose_name = "doublon présumé"
        verbose_name_plural = "doublons présumés"
        constraints = [
            models.UniqueConstraint(fields=["premiere", "seconde"], name="doublon_unique"),
            models.CheckConstraint(condition=~Q(premiere=F("seconde")), name="doublon_deux_fiches"),
        ]

    def __str__(self):
        return f"Doublon présumé {self.pk}"


class DecisionDoublon(models.Model):
    """What one body concludes about a presumed duplicate; the last one that was not undone holds."""

    doublon = models.ForeignKey(DoublonPresume, models.CASCADE, related_name="decisions")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")
    sens = models.CharField("décision", max_length=20, choices=SensDoublon)
    motif = models.TextField("motif")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decidee_le = models.DateField("décidée le")
    annulee_le = models.DateField("annulée le", null=True, blank=True)

    class Meta:
        ordering = ["decidee_le", "pk"]
        verbose_name = "décision sur un doublon"
        verbose_name_plural = "décisions sur les doublons"
        constraints = [
            models.UniqueConstraint(
                fields=["doublon", "organisme"],
                condition=Q(annulee_le__isnull=True),
                name="doublon_une_decision_par_organisme",
                violation_error_message="Votre organisme a déjà décidé\u00a0: annulez d’abord cette décision.",
            ),
        ]

    def __str__(self):
        return self.get_sens_display()


class DecisionPartage(models.Model):
    """What a body concludes about a record that a line of demarcation does not admit; undone, never removed."""

    participation = models.ForeignKey(Participation, models.CASCADE, related_name="decisions_partage")
    ligne = models.ForeignKey("accord.LignePartage", models.PROTECT, related_name="+")
    sens = models.CharField("décision", max_length=12, choices=SensPartage)
    motif = models.TextField("motif")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decidee_le = models.DateField("décidée le")
    annulee_le = models.DateField("annulée le", null=True, blank=True)

    class Meta:
        ordering = ["decidee_le", "pk"]
        verbose_name = "décision sur une ligne de partage"
        verbose_name_plural = "décisions sur les lignes de partage"
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "ligne"],
                condition=Q(annulee_le__isnull=True),
                name="partage_une_decision_par_fiche",
                violation_error_message="Une décision existe déjà\u00a0: annulez-la d’abord.",
            ),
        ]

    def __str__(self):
        return self.get_sens_display()
