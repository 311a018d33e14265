"""Who (Utilisateur, Organisme), may (Habilitation), did (JournalAudit)."""

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus

from .enums import NATURES_DU_ROLE, NatureOrganisme, Role
from .querysets import HabilitationQuerySet, OrganismeQuerySet, UtilisateurManager


class Organisme(models.Model):
    """A body that takes part in an agreement: OI, State service, PLIE, partner."""

    code = models.CharField("code", max_length=40, unique=True)
    nom = models.CharField("nom", max_length=200)
    nom_court = models.CharField("nom court", max_length=60)
    nature = models.CharField("nature", max_length=20, choices=NatureOrganisme)
    parent = models.ForeignKey("self", models.PROTECT, verbose_name="rattaché à", null=True, blank=True)
    alias = models.JSONField("autres noms", default=list, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    objects = OrganismeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9_]+$"),
                name="organisme_code_en_capitales",
                violation_error_message="Le code s’écrit en capitales, chiffres et tirets bas.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organisme_pas_son_propre_parent",
            ),
        ]

    def __str__(self):
        return self.nom_court


COMPTE_EXISTANT = "Un compte existe déjà avec cette adresse électronique."


class Utilisateur(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    email = models.EmailField("adresse électronique", unique=True, error_messages={"unique": COMPTE_EXISTANT})
    prenom = models.CharField("prénom", max_length=80)
    nom = models.CharField("nom", max_length=80)
    is_active = models.BooleanField("compte ouvert", default=True)
    is_staff = models.BooleanField("accès technique", default=False)
    cree_le = models.DateTimeField("créé le", default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["prenom", "nom"]

    objects = UtilisateurManager()

    class Meta:
        ordering = ["nom", "prenom"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="utilisateur_email_unique_sans_casse",
                violation_error_message=COMPTE_EXISTANT,
            ),
        ]

    def __str__(self):
        return f"{self.prenom} {self.nom}".strip() or self.email

    get_full_name = __str__

    def get_short_name(self):
        return self.prenom

    @cached_property
    def habilitations_du_jour(self):
        """The rights in force today, read once per request."""
        return list(self.habilitations.en_vigueur().select_related("organisme"))

    def has_role(self, role, organisme=None) -> bool:
        """True when the role is held today, for this organisation when one is given."""
        pk = getattr(organisme, "pk", organisme)
        return any(h.role == role and (pk is None or h.organisme_id == pk) for h in self.habilitations_du_jour)

    def roles(self) -> set[str]:
        return {h.role for h in self.habilitations_du_jour}

    def organismes_ids(self, *roles) -> list[int]:
        """Ids of the organisations where the person holds one of these roles (any role when none is named)."""
        return sorted({h.organisme_id for h in self.habilitations_du_jour if not roles or h.role in roles})


class Habilitation(models.Model):
    """A role held by a person for an organisation, from a day to another (both included)."""

    utilisateur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="habilitations")
    organisme = models.ForeignKey(Organisme, models.PROTECT, related_name="habilitations")
    role = models.CharField("rôle", max_length=20, choices=Role)
    debut_le = models.DateField("à partir du")
    fin_le = models.DateField("jusqu’au", null=True, blank=True)
    motif = models.CharField("mandat ou motif", max_length=200, blank=True)

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        ordering = ["organisme__code", "role", "debut_le"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le__isnull=True) | Q(fin_le__gte=F("debut_le")),
                name="habilitation_fin_apres_debut",
                violation_error_message="Choisissez une date de fin qui ne précède pas le début.",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.AUDITEUR) | Q(fin_le__isnull=False),
                name="habilitation_auditeur_datee",
                violation_error_message="Un mandat d’audit porte une date de fin.",
            ),
            ExclusionConstraint(
                name="habilitation_sans_chevauchement",
                expressions=[
                    ("utilisateur", RangeOperators.EQUAL),
                    ("organisme", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        Func(
                            "debut_le",
                            "fin_le",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Cette personne a déjà ce rôle sur cette période.",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()}, {self.organisme}"

    def clean(self):
        """Refuse a role for a kind of body that cannot hold it: a State reader belongs to a State service."""
        natures = NATURES_DU_ROLE.get(self.role)
        if self.organisme_id and natures and self.organisme.nature not in natures:
            attendues = " ou ".join(n.label for n in NatureOrganisme if n in natures)
            raise ValidationError(
                {
                    "role": f"Ce rôle ne se donne que pour un organisme de nature «\u202f{attendues}\u202f»\u00a0: "
                    f"{self.organisme.nom_court} est «\u202f{self.organisme.get_nature_display()}\u202f»."
                },
                code="nature",
            )


class LigneChainee(models.Model):
    """A line of an append-only table: the database numbers it, chains it to the one before, and refuses to change it.

    `rang` and `empreinte` are written by the trigger of the table (see the migration `0002_chaine`).
    """

    rang = models.BigIntegerField(editable=False, default=0)
    empreinte = models.CharField(max_length=64, editable=False, default="")
    enregistree_le = models.DateTimeField("enregistrée le", editable=False)

    class Meta:
        abstract = True


class Chaine(models.Model):
    """The head of each chain: how many lines, and the print of the last one."""

    nom = models.CharField(max_length=80, primary_key=True)
    nombre = models.BigIntegerField(default=0)
    empreinte = models.CharField(max_length=64, default="")

    def __str__(self):
        return self.nom


class JournalAudit(LigneChainee):
    """Who did what to which object, when, why and with which values. Append-only."""

    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    objet_type = models.CharField(max_length=60)
    objet_id = models.CharField(max_length=40)
    objet_libelle = models.CharField(max_length=300)
    acte = models.CharField(max_length=60)
    motif = models.TextField(blank=True)
    valeurs = models.JSONField(default=dict)

    class Meta:
        ordering = ["-rang"]
        verbose_name = "ligne du journal"
        indexes = [models.Index(fields=["objet_type", "objet_id"], name="journal_objet")]

    def __str__(self):
        return f"{self.enregistree_le:%Y-%m-%d %H:%M} {self.acte} {self.objet_libelle}"


class Travail(models.Model):
    """A job that somebody started, as people follow it; its turn and its arguments are in the queue."""

    tache = models.OneToOneField("django_tasks_database.DBTaskResult", models.CASCADE, primary_key=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    libelle = models.CharField("travail", max_length=120)
    suite = models.CharField("page du résultat", max_length=300)
    etape = models.CharField("étape", max_length=120, blank=True)
    fait = models.PositiveIntegerField("parties faites", default=0)
    total = models.PositiveIntegerField("parties à faire", null=True, blank=True)
    motif = models.TextField("raison de l’échec", blank=True)

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"

    def __str__(self):
        return self.libelle

    def get_absolute_url(self):
        return reverse("travail", args=[self.pk])

    @property
    def est_fini(self) -> bool:
        return self.tache.status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)

    @property
    def est_en_echec(self) -> bool:
        return self.tache.status == TaskResultStatus.FAILED

    @property
    def texte(self) -> str:
        """Where it is, in one sentence."""
        if self.est_en_echec:
            return self.motif
        if self.est_fini:
            return "Terminé."
        if self.tache.status == TaskResultStatus.READY:
            return "En attente de son tour."
        etape = self.etape or "En cours"
        if not self.total:
            return f"{etape}…"
        return f"{etape}\u00a0: {_milliers(self.fait)} sur {_milliers(self.total)}"


def _milliers(nombre: int) -> str:
    return f"{nombre:,}".replace(",", "\u202f")
