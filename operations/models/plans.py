"""The lines of a financing plan: expenses by post and year, resources by funder, year and state."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from accord.models.champs import montant_field

from ..enums import CategorieDepense, EtatRessource, NatureRessource
from .operations import PlanFinancement

ANNEE_LISIBLE = Q(annee__gte=2000, annee__lte=2099)


class PosteDepense(models.Model):
    """An expense of one year, in euros. A flat-rate line keeps its working: base × rate, rounded to the cent."""

    plan = models.ForeignKey(PlanFinancement, models.CASCADE, related_name="postes")
    categorie = models.CharField("poste", max_length=25, choices=CategorieDepense)
    annee = models.PositiveSmallIntegerField("année")
    libelle = models.CharField("libellé", max_length=200, blank=True)
    montant = montant_field("montant")
    assiette = montant_field("assiette", null=True, blank=True)
    taux = models.DecimalField("taux", max_digits=5, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["plan", "pk"]
        verbose_name = "poste de dépense"
        constraints = [
            models.CheckConstraint(
                condition=ANNEE_LISIBLE,
                name="poste_annee_lisible",
                violation_error_message="Écrivez une année entre 2000 et 2099.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0),
                name="poste_non_negatif",
                violation_error_message="Une dépense n’est jamais négative.",
            ),
            models.CheckConstraint(  # PostgreSQL rounds a numeric half away from zero, as montants.arrondir
                condition=Q(assiette__isnull=True, taux__isnull=True)
                | Q(
                    assiette__isnull=False,  # a comparison with NULL would let the line pass
                    taux__isnull=False,
                    assiette__gt=0,
                    taux__gt=0,
                    taux__lte=1,
                    montant=Round(F("assiette") * F("taux"), precision=2, output_field=models.DecimalField()),
                ),
                name="poste_forfait_calcule",
                violation_error_message="Le montant d’un forfait est son assiette multipliée par son taux.",
            ),
            models.UniqueConstraint(
                fields=["plan", "annee"],
                condition=Q(taux__isnull=False),
                name="poste_un_forfait_par_annee",
                violation_error_message="Un plan n’a qu’un forfait par année.",
            ),
        ]

    def __str__(self):
        return f"{self.get_categorie_display()} {self.annee}"

    @property
    def est_forfait(self) -> bool:
        return self.taux is not None


class Ressource(models.Model):
    """Money beside the fund, in euros: who brings it, which year, and how sure it is."""

    plan = models.ForeignKey(PlanFinancement, models.CASCADE, related_name="ressources")
    nature = models.CharField("origine", max_length=30, choices=NatureRessource)
    financeur = models.CharField("financeur", max_length=200, blank=True)
    annee = models.PositiveSmallIntegerField("année")
    montant = montant_field("montant")
    etat = models.CharField("état", max_length=10, choices=EtatRessource, default=EtatRessource.DEMANDE)
    etat_le = models.DateField("dans cet état depuis le", null=True, blank=True)

    class Meta:
        ordering = ["plan", "pk"]
        verbose_name = "ressource"
        constraints = [
            models.CheckConstraint(
                condition=ANNEE_LISIBLE,
                name="ressource_annee_lisible",
                violation_error_message="Écrivez une année entre 2000 et 2099.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gte=0),
                name="ressource_non_negative",
                violation_error_message="Une ressource n’est jamais négative.",
            ),
        ]

    def __str__(self):
        return f"{self.financeur or self.get_nature_display()} {self.annee}"

    @property
    def est_change(self) -> bool:
        """True when a change of its state may be undone; read with its `changements`."""
        return any(changement.annule_le is None for changement in self.changements.all())


class ChangementEtat(models.Model):
    """A resource becomes surer, or less: before and after. The one that was an error keeps its day of undoing."""

    ressource = models.ForeignKey(Ressource, models.CASCADE, related_name="changements")
    etat_avant = models.CharField("état avant", max_length=10, choices=EtatRessource)
    etat_avant_le = models.DateField("dans l’état d’avant depuis le", null=True, blank=True)
    etat = models.CharField("état", max_length=10, choices=EtatRessource)
    le = models.DateField("le")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annule_le = models.DateField("annulé le", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "changement d’état"
        constraints = [
            models.CheckConstraint(condition=~Q(etat=F("etat_avant")), name="changement_etat_change"),
        ]

    def __str__(self):
        return f"{self.ressource}, {self.get_etat_display().lower()}"


@dataclass
class LignesPlan:
    """The unsaved lines of an unsaved plan. Flat-rate lines are not among them: the service computes them."""

    postes: list[PosteDepense] = field(default_factory=list)
    ressources: list[Ressource] = field(default_factory=list)

    @property
    def saisies(self) -> "LignesPlan":
        """The same without what is computed."""
        return LignesPlan([poste for poste in self.postes if not poste.est_forfait], self.ressources)
