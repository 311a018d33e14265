"""Files of participants that were sent, and how the columns of each source are read."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accord.montants import format_date


class EtatImport(models.TextChoices):
    A_ASSOCIER = "a_associer", "Colonnes à associer"
    EN_CONTROLE = "en_controle", "Contrôle en cours"
    CONTROLE = "controle", "Contrôlé"
    EN_IMPORT = "en_import", "Import en cours"
    IMPORTE = "importe", "Importé"


class CorrespondanceImport(models.Model):
    """How one source writes: which of its titles is which of our columns, and what its answers mean.

    `colonnes`: a simplified title → the name of a column, empty when it is left out. `traductions`: the name of a
    column → a simplified answer → one of our codes.
    """

    accord = models.ForeignKey("accord.AccordCadre", models.CASCADE, related_name="+")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")
    nom = models.CharField("nom de la source", max_length=80)
    colonnes = models.JSONField(default=dict)
    traductions = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["nom"]
        verbose_name = "correspondance de colonnes"
        verbose_name_plural = "correspondances de colonnes"
        constraints = [models.UniqueConstraint(fields=["accord", "organisme", "nom"], name="correspondance_unique")]

    def __str__(self):
        return self.nom


class ImportQuerySet(models.QuerySet):
    def for_user(self, user):
        """A file of persons is known by who sent it, and by nobody else."""
        return self.filter(auteur=user)

    def gardes(self):
        return self.filter(Q(importe_le__isnull=False) | Q(expire_le__gt=timezone.now()))

    def purger(self) -> int:
        """Forget the files that were never imported and are past their time; return how many."""
        return self.filter(importe_le__isnull=True, expire_le__lte=timezone.now()).delete()[0]


class ImportParticipants(models.Model):
    """A file of participants, from its sending to its import.

    The file, its name and the cells that are wrong hold personal data: they are closed with the key of the identities
    while they wait (`contenu`, `constat`), and go once imported or expired. What stays is counts.
    """

    cle = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    accord = models.ForeignKey("accord.AccordCadre", models.CASCADE, related_name="+")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, null=True, related_name="+")
    operation = models.ForeignKey("operations.Operation", models.PROTECT, null=True, blank=True, related_name="+")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    correspondance = models.ForeignKey(CorrespondanceImport, models.SET_NULL, null=True, blank=True, related_name="+")
    etat = models.CharField("état", max_length=12, choices=EtatImport)
    cle_chiffrement = models.CharField("clé", max_length=20, blank=True)
    contenu = models.BinaryField("fichier chiffré", null=True)
    constat = models.BinaryField("constat chiffré", null=True)
    empreinte = models.CharField("empreinte SHA-256", max_length=64)
    comptes = models.JSONField(default=dict)
    travail = models.ForeignKey("comptes.Travail", models.SET_NULL, null=True, related_name="+")
    envoye_le = models.DateTimeField("envoyé le")
    expire_le = models.DateTimeField("gardé jusqu’au")
    importe_le = models.DateTimeField("importé le", null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-envoye_le"]
        verbose_name = "import de participants"
        verbose_name_plural = "imports de participants"
        constraints = [
            models.CheckConstraint(
                condition=Q(importe_le__isnull=True) | Q(contenu__isnull=True, constat__isnull=True),
                name="import_participants_vide_apres",
            ),
        ]

    def __str__(self):
        return f"Import de participants du {format_date(timezone.localdate(self.envoye_le))}"

    def get_absolute_url(self):
        return reverse("participants:import_fichier", args=[self.accord.slug, self.pk])
