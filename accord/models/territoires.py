"""Territories, each with its vintage: communes, EPCI, QPV, dated perimeters."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from ..enums import NaturePerimetre
from ..querysets import DateQuerySet, PerimetreQuerySet
from .acte import AccordCadre
from .champs import FaitSource


class Epci(models.Model):
    """An intercommunal body with its own tax powers, and its place on the tile map."""

    siren = models.CharField("SIREN", max_length=9, unique=True)
    nom = models.CharField("nom", max_length=120)
    nom_court = models.CharField("nom court", max_length=40, blank=True)
    sigle = models.CharField("sigle", max_length=6, blank=True)
    code_departement = models.CharField("département", max_length=3)
    millesime = models.CharField("millésime", max_length=10)
    rangee = models.PositiveSmallIntegerField("rangée de la carte", null=True, blank=True)
    colonne = models.PositiveSmallIntegerField("colonne de la carte", null=True, blank=True)

    class Meta:
        ordering = ["nom"]
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        constraints = [models.CheckConstraint(condition=Q(siren__regex=r"^\d{9}$"), name="epci_siren_neuf_chiffres")]

    def __str__(self):
        return self.nom


class Commune(models.Model):
    code_insee = models.CharField("code INSEE", max_length=5, unique=True)
    nom = models.CharField("nom", max_length=100)
    code_departement = models.CharField("département", max_length=3)
    arrondissement = models.CharField("arrondissement", max_length=4, blank=True)
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="communes", null=True, blank=True)
    population = models.PositiveIntegerField("population", null=True, blank=True)
    millesime = models.CharField("millésime", max_length=10)

    class Meta:
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(condition=Q(code_insee__regex=r"^\d[\dAB]\d{3}$"), name="commune_code_insee"),
        ]

    def __str__(self):
        return self.nom


class Qpv(models.Model):
    """A priority neighbourhood of one generation; none ships with the product, they are imported."""

    code = models.CharField("code", max_length=10)
    generation = models.PositiveSmallIntegerField("génération")
    nom = models.CharField("nom", max_length=200)
    communes = models.ManyToManyField(Commune, related_name="quartiers", blank=True)
    valide_du = models.DateField("valable du")
    valide_au = models.DateField("valable jusqu’au", null=True, blank=True)

    objects = DateQuerySet.as_manager()

    class Meta:
        ordering = ["generation", "code"]
        verbose_name = "quartier prioritaire"
        verbose_name_plural = "quartiers prioritaires"
        constraints = [models.UniqueConstraint(fields=["generation", "code"], name="qpv_code_unique")]

    def __str__(self):
        return f"{self.nom} ({self.code})"

    def est_valable_le(self, jour: date) -> bool:
        return self.valide_du <= jour and (self.valide_au is None or jour <= self.valide_au)


class PerimetreTerritorial(FaitSource):
    """A named area of the agreement: mining basin, PLIE, territory of the département."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="perimetres")
    code = models.CharField("code", max_length=60)
    libelle = models.CharField("libellé", max_length=200)
    nature = models.CharField("nature", max_length=20, choices=NaturePerimetre)
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+", null=True, blank=True)
    alias = models.JSONField("autres noms", default=list, blank=True)
    epcis = models.ManyToManyField(Epci, through="PerimetreEpci", related_name="perimetres", blank=True)

    objects = PerimetreQuerySet.as_manager()

    epcis_du_jour: list["PerimetreEpci"]  # set by `avec_epcis`

    class Meta:
        ordering = ["nature", "libelle"]
        verbose_name = "périmètre"
        verbose_name_plural = "périmètres"
        constraints = [models.UniqueConstraint(fields=["accord", "code"], name="perimetre_code_unique")]

    def __str__(self):
        return self.libelle


def sans_chevauchement(nom: str, membre: str) -> ExclusionConstraint:
    """A member is in a perimeter once on any day."""
    periode = Func(
        "valide_du",
        "valide_au",
        RangeBoundary(inclusive_lower=True, inclusive_upper=True),
        function="daterange",
        output_field=DateRangeField(),
    )
    egaux = [("perimetre", RangeOperators.EQUAL), (membre, RangeOperators.EQUAL)]
    return ExclusionConstraint(
        name=nom,
        expressions=[*egaux, (periode, RangeOperators.OVERLAPS)],
        violation_error_message="Ce territoire est déjà dans le périmètre sur cette période.",
    )


class PerimetreEpci(models.Model):
    """All the communes of an EPCI inside a perimeter, from a day to another."""

    perimetre = models.ForeignKey(PerimetreTerritorial, models.CASCADE, related_name="liens_epcis")
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="+")
    valide_du = models.DateField("à partir du")
    valide_au = models.DateField("jusqu’au", null=True, blank=True)
    vient_du_fichier = models.BooleanField("dit par le fichier de l’accord", default=False)

    objects = DateQuerySet.as_manager()

    class Meta:
        ordering = ["epci__nom", "valide_du"]
        verbose_name = "EPCI d’un périmètre"
        verbose_name_plural = "EPCI d’un périmètre"
        constraints = [
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="perimetre_epci_fin_apres_debut",
            ),
            sans_chevauchement("perimetre_epci_une_fois", "epci"),
        ]

    def __str__(self):
        return f"{self.epci} dans {self.perimetre}"


class PerimetreCommune(models.Model):
    """A commune inside a perimeter, from a day to another, on top of those its EPCI bring."""

    perimetre = models.ForeignKey(PerimetreTerritorial, models.CASCADE, related_name="communes")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+")
    valide_du = models.DateField("à partir du")
    valide_au = models.DateField("jusqu’au", null=True, blank=True)

    objects = DateQuerySet.as_manager()

    class Meta:
        ordering = ["commune__nom", "valide_du"]
        verbose_name = "commune d’un périmètre"
        verbose_name_plural = "communes d’un périmètre"
        constraints = [
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="perimetre_commune_fin_apres_debut",
            ),
            sans_chevauchement("perimetre_commune_une_fois", "commune"),
        ]

    def __str__(self):
        return f"{self.commune} dans {self.perimetre}"
