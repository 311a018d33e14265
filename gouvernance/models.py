"""The committees of the agreement, their meetings, agendas and packs (`AC 6`)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accord.models.champs import FaitSource

from .enums import CodeComite, StatutReunion, TypePoint
from .querysets import ComiteQuerySet, ReunionQuerySet


class Comite(FaitSource):
    """A committee of the agreement: who sits, how often, what for."""

    accord = models.ForeignKey("accord.AccordCadre", models.PROTECT, related_name="comites")
    code = models.CharField("code", max_length=20, choices=CodeComite)
    ordre = models.PositiveSmallIntegerField(default=0)
    intitule = models.CharField("intitulé", max_length=200)
    niveau = models.CharField("niveau", max_length=120)
    composition = ArrayField(models.CharField(max_length=120), verbose_name="composition", default=list)
    frequence = models.CharField("fréquence", max_length=200)
    regle_frequence = models.JSONField("règle de fréquence", default=dict)
    finalite = models.TextField("finalité")
    membres = models.ManyToManyField("comptes.Organisme", through="Membre", related_name="comites")

    objects = ComiteQuerySet.as_manager()

    class Meta:
        ordering = ["ordre"]
        verbose_name = "comité"
        constraints = [models.UniqueConstraint(fields=["accord", "code"], name="comite_code_unique")]

    def __str__(self):
        return self.intitule

    def get_absolute_url(self):
        return reverse("gouvernance:comite", args=[self.accord.slug, self.code])


class Membre(models.Model):
    """A body that sits in a committee."""

    comite = models.ForeignKey(Comite, models.CASCADE, related_name="sieges")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")
    est_socle = models.BooleanField("invité au moins", default=False)

    class Meta:
        ordering = ["organisme__code"]
        constraints = [models.UniqueConstraint(fields=["comite", "organisme"], name="membre_unique")]

    def __str__(self):
        return str(self.organisme)


class Reunion(models.Model):
    """A meeting of a committee."""

    comite = models.ForeignKey(Comite, models.PROTECT, related_name="reunions")
    date = models.DateField("date")
    heure_debut = models.TimeField("heure de début")
    lieu = models.CharField("lieu", max_length=200)
    statut = models.CharField("statut", max_length=10, choices=StatutReunion, default=StatutReunion.PREVUE)
    motif_annulation = models.TextField("motif d’annulation", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReunionQuerySet.as_manager()

    class Meta:
        ordering = ["date", "heure_debut"]
        verbose_name = "réunion"
        constraints = [
            models.UniqueConstraint(
                fields=["comite", "date"],
                condition=~Q(statut=StatutReunion.ANNULEE),
                name="reunion_une_par_jour",
                violation_error_message="Ce comité se réunit déjà ce jour-là.",
            ),
            models.CheckConstraint(
                condition=~Q(statut=StatutReunion.ANNULEE) | ~Q(motif_annulation=""),
                name="reunion_annulee_donc_motivee",
                violation_error_message="Une annulation porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.comite}, {self.date:%d/%m/%Y}"

    def get_absolute_url(self):
        return reverse("gouvernance:reunion", args=[self.comite.accord.slug, self.pk])

    @property
    def est_annulee(self) -> bool:
        return self.statut == StatutReunion.ANNULEE


class PointOrdreDuJour(models.Model):
    """An item of the agenda, with its place, its length in minutes and the operations it examines."""

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="points")
    ordre = models.PositiveSmallIntegerField("ordre")
    titre = models.CharField("titre", max_length=200)
    nature = models.CharField("nature", max_length=12, choices=TypePoint, default=TypePoint.INFORMATION)
    duree_minutes = models.PositiveSmallIntegerField("durée en minutes", default=10)
    rapporteur = models.CharField("rapporteur", max_length=120, blank=True)
    texte = models.TextField("note", blank=True)
    proposition = models.CharField("règle qui l’a proposé", max_length=60, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    operations = models.ManyToManyField("operations.Operation", through="PointOperation", related_name="points")

    class Meta:
        ordering = ["ordre"]
        verbose_name = "point de l’ordre du jour"
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "ordre"],
                name="point_ordre_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(duree_minutes__gte=1, duree_minutes__lte=600),
                name="point_duree_entre_1_et_600",
                violation_error_message="Une durée se place entre 1 et 600 minutes.",
            ),
            models.UniqueConstraint(
                fields=["reunion", "proposition"],
                condition=~Q(proposition=""),
                name="point_proposition_unique",
                violation_error_message="Ce point est déjà à l’ordre du jour.",
            ),
        ]

    def __str__(self):
        return f"{self.ordre}. {self.titre}"


class PointOperation(models.Model):
    """An operation examined under an item, in its place."""

    point = models.ForeignKey(PointOrdreDuJour, models.CASCADE, related_name="examens")
    operation = models.ForeignKey("operations.Operation", models.PROTECT, related_name="examens")
    ordre = models.PositiveSmallIntegerField("ordre")

    class Meta:
        ordering = ["ordre"]
        verbose_name = "opération examinée"
        verbose_name_plural = "opérations examinées"
        constraints = [
            models.UniqueConstraint(fields=["point", "operation"], name="point_operation_unique"),
            models.UniqueConstraint(
                fields=["point", "ordre"],
                name="point_operation_ordre_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self):
        return str(self.operation)


class DossierSeance(models.Model):
    """A meeting pack as it went out: its frozen data, its file, the prints of both. Never rewritten."""

    reunion = models.ForeignKey(Reunion, models.PROTECT, related_name="dossiers")
    version = models.PositiveSmallIntegerField("version")
    arrete_au = models.DateField("chiffres arrêtés au")
    produit_le = models.DateTimeField("produit le")
    produit_par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    donnees = models.JSONField("données figées")
    empreinte_donnees = models.CharField("empreinte des données", max_length=64)
    fichier = models.FileField("fichier", upload_to="dossiers/")
    empreinte_fichier = models.CharField("empreinte du fichier", max_length=64)
    pages = models.PositiveSmallIntegerField("pages")

    class Meta:
        ordering = ["-version"]
        verbose_name = "dossier de séance"
        verbose_name_plural = "dossiers de séance"
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "version"],
                name="dossier_version_unique",
                violation_error_message="Cette version du dossier existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(empreinte_donnees__regex=r"^[0-9a-f]{64}$", empreinte_fichier__regex=r"^[0-9a-f]{64}$"),
                name="dossier_empreintes_sha256",
            ),
        ]

    def __str__(self):
        return f"{self.reunion}, version {self.version}"
