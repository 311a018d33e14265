"""What the agreement tells: parameters, diagnosis, the former programme, the points to watch."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from ..querysets import ParametreQuerySet
from .acte import AccordCadre
from .champs import FaitSource


class Parametre(FaitSource):
    """A rate, delay, date or threshold that may change: dated, sourced, never a constant in the code."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="parametres")
    code = models.CharField("code", max_length=60)
    libelle = models.CharField("libellé", max_length=300)
    sujet = models.CharField("sujet", max_length=80)
    valeur = models.CharField("valeur", max_length=200)
    unite = models.CharField("unité", max_length=30, blank=True)
    valide_du = models.DateField("valable du")
    valide_au = models.DateField("valable jusqu’au", null=True, blank=True)
    est_verifie = models.BooleanField("vérifié", default=False)

    objects = ParametreQuerySet.as_manager()

    class Meta:
        ordering = ["sujet", "code", "valide_du"]
        verbose_name = "paramètre"
        verbose_name_plural = "paramètres"
        constraints = [
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="parametre_fin_apres_debut",
            ),
            ExclusionConstraint(
                name="parametre_une_valeur_par_jour",
                expressions=[
                    ("accord", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            "valide_du",
                            "valide_au",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Ce paramètre a déjà une valeur sur cette période.",
            ),
        ]

    def __str__(self):
        return self.code


class DonneeContexte(FaitSource):
    """A fact of the agreement or of its diagnosis: a value with its unit, date, field and source."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="donnees")
    rubrique = models.CharField("rubrique", max_length=60)
    code = models.CharField("code", max_length=80)
    ordre = models.PositiveSmallIntegerField(default=0)
    libelle = models.CharField("libellé", max_length=300)
    valeur = models.TextField("valeur publiée")
    valeur_calculee = models.CharField("valeur recalculée", max_length=200, blank=True)
    unite = models.CharField("unité", max_length=30, blank=True)
    date_valeur = models.CharField("date ou période", max_length=40, blank=True)
    champ = models.CharField("champ", max_length=200, blank=True)

    class Meta:
        ordering = ["rubrique", "ordre", "code"]
        verbose_name = "fait de l’accord"
        verbose_name_plural = "faits de l’accord"
        constraints = [models.UniqueConstraint(fields=["accord", "code"], name="donnee_code_unique")]

    def __str__(self):
        return self.libelle


class BilanAnterieur(FaitSource):
    """A figure of the 2014-2020 programme: as published, and as recomputed. Never merged."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="bilans_anterieurs")
    code = models.CharField("code", max_length=60)
    ordre = models.PositiveSmallIntegerField(default=0)
    libelle = models.CharField("libellé", max_length=200)
    perimetre = models.CharField("périmètre", max_length=40)
    valeur_publiee = models.CharField("publié", max_length=120, blank=True)
    valeur_calculee = models.CharField("recalculé", max_length=120, blank=True)
    unite = models.CharField("unité", max_length=30, blank=True)

    class Meta:
        ordering = ["ordre", "perimetre"]
        verbose_name = "chiffre du bilan 2014-2020"
        verbose_name_plural = "chiffres du bilan 2014-2020"
        constraints = [
            models.UniqueConstraint(fields=["accord", "code", "perimetre"], name="bilan_anterieur_unique"),
            models.CheckConstraint(
                condition=~Q(valeur_publiee="", valeur_calculee=""), name="bilan_anterieur_a_une_valeur"
            ),
        ]

    def __str__(self):
        return f"{self.libelle}, {self.perimetre}"


class PointAttention(FaitSource):
    """An inconsistency of the agreement, and how the product treats it (I1 to I37)."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="points_attention")
    code = models.CharField("numéro", max_length=10)
    ordre = models.PositiveSmallIntegerField()
    constat = models.TextField("constat")
    traitement = models.TextField("traitement")

    class Meta:
        ordering = ["ordre"]
        verbose_name = "point d’attention"
        verbose_name_plural = "points d’attention"
        constraints = [models.UniqueConstraint(fields=["accord", "code"], name="point_attention_unique")]

    def __str__(self):
        return self.code
