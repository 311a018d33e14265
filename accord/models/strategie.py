"""What the money is for: dispositifs, axes, types of action, lines of demarcation, indicators."""

from django.db import models
from django.db.models import F, Q

from ..enums import FamilleIndicateur
from .acte import AccordCadre
from .champs import FaitSource
from .enveloppes import Enveloppe, Fonds


class Dispositif(FaitSource):
    """A measure of an OI for one fund; a tree (`AC 5`, `AC 7`)."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="dispositifs")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, related_name="enfants", null=True, blank=True)
    code = models.CharField("code", max_length=60)
    ordre = models.PositiveSmallIntegerField(default=0)
    libelle = models.CharField("libellé", max_length=200)

    class Meta:
        ordering = ["fonds__ordre", "ordre", "code"]
        constraints = [models.UniqueConstraint(fields=["accord", "code"], name="dispositif_code_unique")]

    def __str__(self):
        return self.libelle


class ElementStrategie(FaitSource):
    """A coded line of an OI’s strategy."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="%(class)ss")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")
    code = models.CharField("code", max_length=10)
    libelle = models.CharField("libellé", max_length=300)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.libelle}"


class AxeStrategique(ElementStrategie):
    class Meta(ElementStrategie.Meta):
        verbose_name = "axe"
        verbose_name_plural = "axes"
        constraints = [models.UniqueConstraint(fields=["accord", "organisme", "code"], name="axe_code_unique")]


class ObjectifTransversal(ElementStrategie):
    class Meta(ElementStrategie.Meta):
        verbose_name = "objectif transversal"
        verbose_name_plural = "objectifs transversaux"
        constraints = [models.UniqueConstraint(fields=["accord", "organisme", "code"], name="objectif_code_unique")]


class TypeAction(ElementStrategie):
    class Meta(ElementStrategie.Meta):
        verbose_name = "type d’action"
        verbose_name_plural = "types d’action"
        constraints = [
            models.UniqueConstraint(fields=["accord", "organisme", "code"], name="type_action_code_unique"),
        ]


class PublicCible(FaitSource):
    """A public that calls for projects may aim at, for the days it is valid.

    `champ` names the data that lines of demarcation read (`LignePartage.criteres`); empty when none reads it.
    """

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="publics_cibles")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+", null=True, blank=True)
    code = models.CharField("code", max_length=60)
    ordre = models.PositiveSmallIntegerField(default=0)
    libelle = models.CharField("libellé", max_length=200)
    champ = models.CharField("donnée lue", max_length=60, blank=True)
    valide_du = models.DateField("à partir du")
    valide_au = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        ordering = ["ordre", "code"]
        verbose_name = "public"
        verbose_name_plural = "publics"
        constraints = [
            models.UniqueConstraint(fields=["accord", "code"], name="public_cible_code_unique"),
            models.CheckConstraint(
                condition=Q(valide_au__isnull=True) | Q(valide_au__gte=F("valide_du")),
                name="public_cible_fin_apres_debut",
            ),
        ]

    def __str__(self):
        return self.libelle


class LignePartage(FaitSource):
    """A line of demarcation: its text, and criteria that a program can read.

    `criteres` is a list of `{"champ", "operateur", "valeur", "effet"}`; empty when the rule cannot be computed.
    """

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="lignes_partage")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+", null=True, blank=True)
    code = models.CharField("code", max_length=60)
    ordre = models.PositiveSmallIntegerField(default=0)
    regle = models.CharField("règle", max_length=120)
    texte = models.TextField("texte")
    criteres = models.JSONField("critères", default=list, blank=True)

    class Meta:
        ordering = ["ordre", "code"]
        verbose_name = "ligne de partage"
        verbose_name_plural = "lignes de partage"
        constraints = [models.UniqueConstraint(fields=["accord", "code"], name="ligne_partage_code_unique")]

    def __str__(self):
        return self.regle


class Indicateur(FaitSource):
    """A common indicator of a fund. The agreement gives no target (I33)."""

    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="indicateurs")
    code = models.CharField("code", max_length=20)
    libelle = models.CharField("libellé", max_length=200)
    famille = models.CharField("famille", max_length=15, choices=FamilleIndicateur)
    calcul = models.CharField("calcul", max_length=300)
    population = models.CharField("population de référence", max_length=200, blank=True)
    moment = models.CharField("moment", max_length=120, blank=True)

    class Meta:
        ordering = ["fonds__ordre", "code"]
        constraints = [models.UniqueConstraint(fields=["fonds", "code"], name="indicateur_code_unique")]

    def __str__(self):
        return f"{self.code} {self.libelle}"


class CibleIndicateur(FaitSource):
    """The target of an indicator for one envelope at a milestone; empty until entered from the grant’s contract."""

    enveloppe = models.ForeignKey(Enveloppe, models.CASCADE, related_name="cibles")
    indicateur = models.ForeignKey(Indicateur, models.PROTECT, related_name="cibles")
    annee = models.PositiveSmallIntegerField("échéance")
    valeur = models.DecimalField("valeur cible", max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["annee", "indicateur__code"]
        verbose_name = "cible"
        verbose_name_plural = "cibles"
        constraints = [
            models.UniqueConstraint(fields=["enveloppe", "indicateur", "annee"], name="cible_unique"),
            models.CheckConstraint(condition=Q(annee__in=[2024, 2029]), name="cible_annee_2024_ou_2029"),
        ]

    def __str__(self):
        return f"{self.indicateur.code} {self.annee}"
