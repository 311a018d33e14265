"""The money that the State notifies: funds, envelopes, tranches, movements."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from comptes.models import LigneChainee

from ..enums import CodeFonds, NatureMouvement, RegleImputation, StatutTranche
from ..querysets import EnveloppeQuerySet, MouvementQuerySet
from .acte import AccordCadre, Avenant
from .champs import FaitSource, montant_field

ENTREES = [NatureMouvement.NOTIFICATION, NatureMouvement.ABONDEMENT]
SORTIES = [NatureMouvement.REDUCTION, NatureMouvement.DEGAGEMENT]


class Fonds(FaitSource):
    """A European fund; two funds never share a total."""

    code = models.CharField("code", max_length=10, choices=CodeFonds, unique=True)
    libelle = models.CharField("libellé", max_length=120)
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ordre"]
        verbose_name_plural = "fonds"

    def __str__(self):
        return self.get_code_display()


class Priorite(FaitSource):
    """A priority of the national programme of a fund."""

    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="priorites")
    code = models.CharField("code", max_length=10)
    libelle = models.CharField("libellé", max_length=200)
    est_deleguee = models.BooleanField("déléguée aux organismes intermédiaires", default=False)

    class Meta:
        ordering = ["fonds__ordre", "code"]
        verbose_name = "priorité"
        verbose_name_plural = "priorités"
        constraints = [models.UniqueConstraint(fields=["fonds", "code"], name="priorite_unique")]

    def __str__(self):
        return f"{self.code} {self.libelle}"


class ObjectifSpecifique(FaitSource):
    """A specific objective (OS) of a priority."""

    priorite = models.ForeignKey(Priorite, models.PROTECT, related_name="objectifs")
    code = models.CharField("code", max_length=10, unique=True)
    code_ue = models.CharField("code européen", max_length=20, blank=True)
    libelle = models.CharField("libellé", max_length=300)

    class Meta:
        ordering = ["code"]
        verbose_name = "objectif spécifique"
        verbose_name_plural = "objectifs spécifiques"

    def __str__(self):
        return self.code


class Enveloppe(FaitSource):
    """A global grant: the credits of one fund delegated to one body. What it holds is the sum of its movements."""

    accord = models.ForeignKey(AccordCadre, models.PROTECT, related_name="enveloppes")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="enveloppes")
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="enveloppes")
    code = models.CharField("code", max_length=30)
    libelle = models.CharField("libellé", max_length=200)
    ordre = models.PositiveSmallIntegerField(default=0)

    objects = EnveloppeQuerySet.as_manager()

    class Meta:
        ordering = ["ordre", "code"]
        constraints = [
            models.UniqueConstraint(fields=["accord", "code"], name="enveloppe_code_unique"),
            models.UniqueConstraint(fields=["accord", "organisme", "fonds"], name="enveloppe_unique_par_fonds"),
        ]

    def __str__(self):
        return self.libelle


class Tranche(FaitSource):
    """A part of an envelope over some years (70 % then 30 %, `AC 4`). A hypothesis holds no money."""

    enveloppe = models.ForeignKey(Enveloppe, models.PROTECT, related_name="tranches")
    code = models.CharField("code", max_length=20)
    ordre = models.PositiveSmallIntegerField("ordre")
    debut_le = models.DateField("début")
    fin_le = models.DateField("fin")
    taux = models.DecimalField("part de l’enveloppe", max_digits=7, decimal_places=4)
    montant_publie = montant_field("montant à l’ouverture de l’accord")
    statut = models.CharField("statut", max_length=10, choices=StatutTranche, default=StatutTranche.PREVUE)
    acte = models.CharField("acte", max_length=200, blank=True)
    regle_imputation = models.CharField(
        "rattachement des opérations",
        max_length=20,
        choices=RegleImputation,
        default=RegleImputation.DATE_PROGRAMMATION,
    )
    est_hypothese = models.BooleanField("hypothèse", default=False)

    class Meta:
        ordering = ["enveloppe", "ordre"]
        constraints = [
            models.UniqueConstraint(fields=["enveloppe", "code"], name="tranche_code_unique"),
            models.UniqueConstraint(fields=["enveloppe", "ordre"], name="tranche_ordre_unique"),
            models.CheckConstraint(condition=Q(fin_le__gt=F("debut_le")), name="tranche_fin_apres_debut"),
            models.CheckConstraint(condition=Q(taux__gt=0, taux__lte=1), name="tranche_taux_entre_0_et_1"),
        ]

    def __str__(self):
        return self.code


class MouvementEnveloppe(LigneChainee):
    """What comes into an envelope, or leaves it. Append-only: a correction is an opposite line.

    `montant` is signed, in euros: what comes in is positive, what leaves is negative.
    """

    enveloppe = models.ForeignKey(Enveloppe, models.PROTECT, related_name="mouvements")
    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="mouvements", null=True, blank=True)
    nature = models.CharField("nature", max_length=15, choices=NatureMouvement)
    montant = montant_field("montant")
    date_effet = models.DateField("date d’effet")
    reference = models.CharField("référence", max_length=80)
    acte = models.CharField("acte", max_length=300)
    motif = models.CharField("motif", max_length=300, blank=True)
    avenant = models.ForeignKey(Avenant, models.PROTECT, related_name="mouvements", null=True, blank=True)
    annule = models.OneToOneField("self", models.PROTECT, related_name="annule_par", null=True, blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    objects = MouvementQuerySet.as_manager()

    class Meta:
        ordering = ["date_effet", "rang"]
        verbose_name = "mouvement d’enveloppe"
        verbose_name_plural = "mouvements d’enveloppe"
        indexes = [models.Index(fields=["enveloppe", "date_effet"], name="mouvement_par_date")]
        constraints = [
            models.UniqueConstraint(fields=["enveloppe", "reference"], name="mouvement_reference_unique"),
            models.CheckConstraint(condition=~Q(montant=0), name="mouvement_non_nul"),
            models.CheckConstraint(
                condition=Q(annule__isnull=False)
                | ~Q(nature__in=ENTREES, montant__lt=0) & ~Q(nature__in=SORTIES, montant__gt=0),
                name="mouvement_signe_selon_nature",
                violation_error_message="Un abondement ajoute, une réduction ou un dégagement retire.",
            ),
        ]

    def __str__(self):
        return f"{self.get_nature_display()} {self.reference}"
