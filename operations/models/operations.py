"""A project funded by one envelope, and its financing plan."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse

from accord.models.champs import montant_field
from comptes.recherche import CleRecherche

from ..enums import STATUTS_INSTRUITS, STATUTS_PROGRAMMES, STATUTS_RECEVABLES, ProfilCout, Statut, VersionPlan
from ..querysets import OperationQuerySet, PlanQuerySet

if TYPE_CHECKING:
    from .plans import LignesPlan

CONTREPARTIES = [
    "contrepartie_etat",
    "contrepartie_region",
    "contrepartie_departement",
    "contrepartie_epci_commune",
    "contrepartie_autre_public",
    "contrepartie_prive",
]
RESSOURCES = ["ue", *CONTREPARTIES, "autofinancement", "recettes"]


class Operation(models.Model):
    """A project, from its application on. Its amounts are in its plans and in the ledger."""

    enveloppe = models.ForeignKey("accord.Enveloppe", models.PROTECT, related_name="operations")
    accord = models.ForeignKey("accord.AccordCadre", models.PROTECT, related_name="operations", editable=False)
    appel = models.ForeignKey(
        "AppelAProjets",
        models.PROTECT,
        related_name="operations",
        null=True,
        blank=True,
        verbose_name="appel à projets",
    )
    structure = models.ForeignKey("Structure", models.PROTECT, related_name="operations", verbose_name="bénéficiaire")
    numero = models.CharField("numéro", max_length=20)
    intitule = models.CharField("intitulé", max_length=200)
    resume = models.TextField("résumé", blank=True)
    objectif_specifique = models.ForeignKey(
        "accord.ObjectifSpecifique", models.PROTECT, related_name="+", verbose_name="objectif spécifique"
    )
    dispositif = models.ForeignKey(
        "accord.Dispositif", models.PROTECT, related_name="operations", null=True, blank=True
    )
    axe = models.ForeignKey("accord.AxeStrategique", models.PROTECT, related_name="operations", null=True, blank=True)
    type_action = models.ForeignKey(
        "accord.TypeAction",
        models.PROTECT,
        related_name="operations",
        null=True,
        blank=True,
        verbose_name="type d’action",
    )
    epcis = models.ManyToManyField("accord.Epci", related_name="operations", blank=True, verbose_name="territoire")
    debut_le = models.DateField("début")
    fin_le = models.DateField("fin")
    part_qpv_declaree = models.DecimalField(
        "part consacrée aux quartiers prioritaires", max_digits=5, decimal_places=4, null=True, blank=True
    )
    statut = models.CharField("statut", max_length=20, choices=Statut, default=Statut.DEPOSEE)
    deposee_le = models.DateField("déposée le")
    recevable_le = models.DateField("recevable le", null=True, blank=True)
    instruite_le = models.DateField("instruite le", null=True, blank=True)
    instruite_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    programmee_le = models.DateField("programmée le", null=True, blank=True)
    statut_depuis_le = models.DateField("dans ce statut depuis le")
    version = models.PositiveIntegerField(default=1, editable=False)
    cle = models.GeneratedField(
        expression=CleRecherche(Concat(F("numero"), Value(" "), F("intitule"))),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )

    objects = OperationQuerySet.as_manager()

    class Meta:
        ordering = ["-numero"]
        verbose_name = "opération"
        constraints = [
            models.UniqueConstraint(
                fields=["accord", "numero"],
                name="operation_numero_unique",
                violation_error_message="Une opération porte déjà ce numéro Ma démarche FSE+.",
            ),
            models.CheckConstraint(
                condition=Q(numero__regex=r"^[A-Za-z0-9][A-Za-z0-9_-]*$"),
                name="operation_numero_lisible",
                violation_error_message="Le numéro s’écrit avec des chiffres, des lettres et des tirets, sans espace.",
            ),
            models.CheckConstraint(
                condition=Q(fin_le__gte=F("debut_le")),
                name="operation_fin_apres_debut",
                violation_error_message="La date de fin précède la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(part_qpv_declaree__isnull=True) | Q(part_qpv_declaree__gte=0, part_qpv_declaree__lte=1),
                name="operation_part_qpv_entre_0_et_1",
                violation_error_message="La part consacrée aux quartiers se place entre 0 et 100 %.",
            ),
            models.CheckConstraint(  # a status brings its date with it
                condition=~Q(statut__in=STATUTS_RECEVABLES) | Q(recevable_le__isnull=False),
                name="operation_recevable_donc_datee",
            ),
            models.CheckConstraint(
                condition=~Q(statut__in=STATUTS_INSTRUITS) | Q(instruite_le__isnull=False, instruite_par__isnull=False),
                name="operation_instruite_donc_datee_et_signee",
            ),
            models.CheckConstraint(
                condition=~Q(statut__in=[*STATUTS_PROGRAMMES, Statut.DEPROGRAMMEE]) | Q(programmee_le__isnull=False),
                name="operation_programmee_donc_datee",
            ),
        ]
        indexes = [
            models.Index(fields=["accord", "statut"], name="operation_par_statut"),
            GinIndex(OpClass(F("cle"), "gin_trgm_ops"), name="operation_recherche"),
        ]

    def __str__(self):
        return f"{self.numero} {self.intitule}"

    def get_absolute_url(self):
        return reverse("operations:detail", args=[self.accord.slug, self.numero])


class PlanFinancement(models.Model):
    """One version of the financing plan, in euros: eligible cost on one side, resources on the other.

    The latest `numero` of a version is the one in force (`domaine.md` 4.4). Its totals are the sums of its lines when
    it has some; `lignes` carries those of an unsaved plan to the service that records both.
    """

    lignes: "LignesPlan | None" = None

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="plans")
    version = models.CharField("version", max_length=12, choices=VersionPlan)
    numero = models.PositiveSmallIntegerField("numéro", default=1, editable=False)
    profil = models.CharField("établissement des coûts", max_length=6, choices=ProfilCout, default=ProfilCout.REEL)
    cout_total_eligible = montant_field("coût total éligible")
    ue = montant_field("participation européenne")
    contrepartie_etat = montant_field("État", default=0)
    contrepartie_region = montant_field("Région", default=0)
    contrepartie_departement = montant_field("Département", default=0)
    contrepartie_epci_commune = montant_field("intercommunalités et communes", default=0)
    contrepartie_autre_public = montant_field("autres financeurs publics", default=0)
    contrepartie_prive = montant_field("financeurs privés", default=0)
    autofinancement = montant_field("autofinancement", default=0)
    recettes = montant_field("recettes", default=0)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["operation", "version", "numero"]
        verbose_name = "plan de financement"
        constraints = [
            models.UniqueConstraint(fields=["operation", "version", "numero"], name="plan_version_unique"),
            models.CheckConstraint(
                condition=Q(cout_total_eligible__gt=0),
                name="plan_cout_positif",
                violation_error_message="Le coût total éligible est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{champ}__gte": 0 for champ in RESSOURCES}),
                name="plan_ressources_non_negatives",
                violation_error_message="Une ressource n’est jamais négative.",
            ),
            models.CheckConstraint(
                condition=Q(ue__gt=0, ue__lte=F("cout_total_eligible")),
                name="plan_ue_dans_le_cout",
                violation_error_message="La participation européenne est positive et ne dépasse pas le coût total.",
            ),
            models.CheckConstraint(
                condition=Q(version=VersionPlan.DEMANDE)
                | Q(
                    cout_total_eligible=F("ue")
                    + F("contrepartie_etat")
                    + F("contrepartie_region")
                    + F("contrepartie_departement")
                    + F("contrepartie_epci_commune")
                    + F("contrepartie_autre_public")
                    + F("contrepartie_prive")
                    + F("autofinancement")
                    + F("recettes")
                ),
                name="plan_instruit_equilibre",
                violation_error_message="Le plan s’équilibre au centime : ressources et coût total sont égaux.",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.get_version_display()}"

    @property
    def total_ressources(self):
        return sum(getattr(self, champ) for champ in RESSOURCES)

    @property
    def ecart(self):
        """Resources less cost, in euros: negative when money is missing."""
        return self.total_ressources - self.cout_total_eligible

    @property
    def taux_ue(self):
        return self.ue / self.cout_total_eligible
