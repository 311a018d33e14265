"""The instruction grid of a call, and the marks that an instruction gives."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from .appels import AppelAProjets
from .decisions import Instruction


class CritereInstruction(models.Model):
    """A line of the grid of a call: what is marked, up to how much, and how much it weighs."""

    appel = models.ForeignKey(AppelAProjets, models.CASCADE, related_name="criteres")
    rang = models.PositiveSmallIntegerField("rang")
    libelle = models.CharField("critère", max_length=200)
    poids = models.PositiveSmallIntegerField("poids", default=1, validators=[MinValueValidator(1)])
    note_max = models.PositiveSmallIntegerField("note maximum", default=5, validators=[MinValueValidator(1)])
    seuil = models.PositiveSmallIntegerField("note sous laquelle justifier", null=True, blank=True)

    class Meta:
        ordering = ["rang", "pk"]
        verbose_name = "critère d’instruction"
        verbose_name_plural = "critères d’instruction"
        constraints = [
            models.UniqueConstraint(
                fields=["appel", "libelle"],
                name="critere_unique_dans_appel",
                violation_error_message="Un critère de cette grille porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(poids__gte=1, note_max__gte=1),
                name="critere_poids_et_note_positifs",
                violation_error_message="Le poids et la note maximum valent au moins 1.",
            ),
            models.CheckConstraint(
                condition=Q(seuil__isnull=True) | Q(seuil__gte=1, seuil__lte=F("note_max")),
                name="critere_seuil_dans_la_note",
                violation_error_message="Choisissez un seuil entre 1 et la note maximum, ou laissez-le vide.",
            ),
        ]

    def __str__(self):
        return self.libelle


class NoteInstruction(models.Model):
    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="notes")
    critere = models.ForeignKey(CritereInstruction, models.PROTECT, related_name="notes")
    note = models.DecimalField("note", max_digits=5, decimal_places=1)
    justification = models.TextField("justification", blank=True)

    class Meta:
        ordering = ["critere__rang", "pk"]
        verbose_name = "note d’instruction"
        verbose_name_plural = "notes d’instruction"
        constraints = [
            models.UniqueConstraint(fields=["instruction", "critere"], name="note_unique_par_critere"),
            models.CheckConstraint(condition=Q(note__gte=0), name="note_non_negative"),
        ]

    def __str__(self):
        return f"{self.critere} {self.note}"

    @property
    def points(self) -> Decimal:
        return self.note * self.critere.poids

    @property
    def est_sous_le_seuil(self) -> bool:
        return self.critere.seuil is not None and self.note < self.critere.seuil
