"""The details of a report, and the work of its control: items, sample, contradictory phase."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accord.models.champs import montant_field

from ..enums import CategorieDepense, MotifEcart, NatureRessource, ResultatVerification
from .bilans import BilanExecution, ControleServiceFait


class DepenseDeclaree(models.Model):
    """The expenses of a report on one post and one year, in euros; a flat-rate line keeps its base and its rate."""

    bilan = models.ForeignKey(BilanExecution, models.PROTECT, related_name="depenses_declarees")
    categorie = models.CharField("poste", max_length=25, choices=CategorieDepense)
    annee = models.PositiveSmallIntegerField("année")
    montant = montant_field("montant")
    assiette = montant_field("assiette", null=True, blank=True)
    taux = models.DecimalField("taux", max_digits=5, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["annee", "pk"]
        verbose_name = "dépense déclarée"
        verbose_name_plural = "dépenses déclarées"
        constraints = [
            models.UniqueConstraint(fields=["bilan", "categorie", "annee"], name="depense_declaree_unique"),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="depense_declaree_positive",
                violation_error_message="Une dépense déclarée est supérieure à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(assiette__isnull=True, taux__isnull=True)
                | Q(assiette__isnull=False, taux__isnull=False, assiette__gt=0, taux__gt=0, taux__lte=1),
                name="depense_declaree_forfait_explique",
            ),
        ]

    def __str__(self):
        return f"{self.get_categorie_display()} {self.annee}"

    @property
    def est_forfait(self) -> bool:
        return self.taux is not None


class RessourcePercue(models.Model):
    """Money received beside the fund during a report, by funder, in euros; own funds are not among them."""

    bilan = models.ForeignKey(BilanExecution, models.PROTECT, related_name="ressources_percues")
    nature = models.CharField("origine", max_length=30, choices=NatureRessource)
    financeur = models.CharField("financeur", max_length=200, blank=True)
    montant = montant_field("montant")

    class Meta:
        ordering = ["pk"]
        verbose_name = "ressource perçue"
        verbose_name_plural = "ressources perçues"
        constraints = [
            models.UniqueConstraint(fields=["bilan", "nature", "financeur"], name="ressource_percue_unique"),
            models.CheckConstraint(condition=Q(montant__gt=0), name="ressource_percue_positive"),
            models.CheckConstraint(
                condition=~Q(nature=NatureRessource.AUTOFINANCEMENT), name="ressource_percue_hors_autofinancement"
            ),
        ]

    def __str__(self):
        return self.financeur or self.get_nature_display()


class LigneDepense(models.Model):
    """One expense item of a report: what a control samples. Items never change once a sample is drawn."""

    bilan = models.ForeignKey(BilanExecution, models.CASCADE, related_name="lignes")
    rang = models.PositiveIntegerField("rang")
    categorie = models.CharField("poste", max_length=25, choices=CategorieDepense)
    piece = models.CharField("référence de la pièce", max_length=100)
    payee_le = models.DateField("payée le")
    fournisseur = models.CharField("fournisseur ou salarié", max_length=200)
    montant = montant_field("montant")

    class Meta:
        ordering = ["rang"]
        verbose_name = "ligne de dépense"
        verbose_name_plural = "lignes de dépense"
        constraints = [
            models.UniqueConstraint(fields=["bilan", "rang"], name="ligne_depense_rang_unique"),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="ligne_depense_positive",
                violation_error_message="Le montant d’une ligne est supérieur à zéro.",
            ),
        ]

    def __str__(self):
        return f"{self.piece}, {self.fournisseur}"


class OuvertureControle(models.Model):
    """The work of a control: who leads it, the sample that was drawn, the contradictory phase, until it concludes.

    `controle` is its conclusion; one given up keeps its day and its reason.
    """

    bilan = models.ForeignKey(BilanExecution, models.PROTECT, related_name="ouvertures")
    controleur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ouvert_le = models.DateField("ouvert le")
    methode = models.CharField("méthode de tirage", max_length=30, blank=True)
    graine = models.CharField("graine", max_length=64, blank=True)
    seuil = montant_field("seuil d’examen systématique", null=True, blank=True)
    taille = models.PositiveIntegerField("lignes tirées au sort", null=True, blank=True)
    population = models.PositiveIntegerField("lignes dans la liste", null=True, blank=True)
    empreinte = models.CharField("empreinte de l’échantillon", max_length=64, blank=True)
    tire_le = models.DateField("échantillon tiré le", null=True, blank=True)
    conclusions_provisoires = models.TextField("conclusions provisoires", blank=True)
    envoyees_le = models.DateField("conclusions provisoires envoyées le", null=True, blank=True)
    reponse_attendue_le = models.DateField("réponse attendue le", null=True, blank=True)
    reponse = models.TextField("réponse du bénéficiaire", blank=True)
    reponse_le = models.DateField("réponse reçue le", null=True, blank=True)
    controle = models.OneToOneField(
        ControleServiceFait, models.PROTECT, related_name="ouverture", null=True, blank=True
    )
    abandonne_le = models.DateField("abandonné le", null=True, blank=True)
    abandon = models.TextField("motif de l’abandon", blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "contrôle ouvert"
        verbose_name_plural = "contrôles ouverts"
        constraints = [
            models.UniqueConstraint(
                fields=["bilan"],
                condition=Q(abandonne_le__isnull=True),
                name="ouverture_controle_unique",
                violation_error_message="Le contrôle de ce bilan est déjà ouvert.",
            ),
            models.CheckConstraint(
                condition=Q(tire_le__isnull=True, graine="", empreinte="")
                | (
                    Q(tire_le__isnull=False, seuil__isnull=False, taille__isnull=False, population__isnull=False)
                    & ~Q(graine="")
                    & ~Q(empreinte="")
                ),
                name="ouverture_controle_tirage_complet",
            ),
            models.CheckConstraint(
                condition=Q(envoyees_le__isnull=True, reponse_attendue_le__isnull=True, reponse_le__isnull=True)
                | Q(
                    envoyees_le__isnull=False,
                    reponse_attendue_le__isnull=False,
                    reponse_attendue_le__gte=F("envoyees_le"),
                ),
                name="ouverture_controle_contradictoire_date",
                violation_error_message="La réponse est attendue après l’envoi des conclusions provisoires.",
            ),
            models.CheckConstraint(
                condition=Q(reponse_le__isnull=True) | Q(reponse_le__gte=F("envoyees_le")),
                name="ouverture_controle_reponse_apres_envoi",
                violation_error_message="La réponse ne précède pas l’envoi des conclusions provisoires.",
            ),
            models.CheckConstraint(
                condition=Q(abandonne_le__isnull=True) | ~Q(abandon=""), name="ouverture_controle_abandon_motive"
            ),
        ]

    def __str__(self):
        return f"Contrôle du {self.bilan}"


class LigneEchantillon(models.Model):
    """One item of the sample, and what its verification gave."""

    ouverture = models.ForeignKey(OuvertureControle, models.PROTECT, related_name="echantillon")
    ligne = models.ForeignKey(LigneDepense, models.PROTECT, related_name="+")
    est_systematique = models.BooleanField("au-dessus du seuil")
    resultat = models.CharField("résultat", max_length=10, choices=ResultatVerification, blank=True)
    ecarte = montant_field("montant écarté", default=Decimal("0.00"))
    typologie = models.CharField("typologie", max_length=20, choices=MotifEcart, blank=True)
    motif = models.TextField("motif", blank=True)

    class Meta:
        ordering = ["ligne__rang"]
        verbose_name = "ligne de l’échantillon"
        verbose_name_plural = "lignes de l’échantillon"
        constraints = [
            models.UniqueConstraint(fields=["ouverture", "ligne"], name="ligne_echantillon_unique"),
            models.CheckConstraint(
                condition=(Q(resultat=ResultatVerification.ECARTEE, ecarte__gt=0) & ~Q(typologie="") & ~Q(motif=""))
                | (~Q(resultat=ResultatVerification.ECARTEE) & Q(ecarte=0, typologie="", motif="")),
                name="ligne_echantillon_ecart_motive",
                violation_error_message="Un montant écarté se dit avec sa typologie et son motif.",
            ),
        ]

    def __str__(self):
        return str(self.ligne)
