import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from ..querysets import FichierImportQuerySet


class FichierImport(models.Model):
    """A file of operations that somebody sent: kept between its check and its import, and for that person only.

    `bilan` is what the check found, or what the import did. Once imported, the content goes and its print stays.
    """

    cle = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    accord = models.ForeignKey("accord.AccordCadre", models.CASCADE, related_name="+")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+", verbose_name="organisme")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    nom = models.CharField("nom du fichier", max_length=200)
    contenu = models.BinaryField()
    empreinte = models.CharField("empreinte SHA-256", max_length=64)
    bilan = models.JSONField(default=dict)
    controle_le = models.DateTimeField("contrôlé le")
    expire_le = models.DateTimeField("gardé jusqu’au")
    importe_le = models.DateTimeField("importé le", null=True, blank=True)

    objects = FichierImportQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier importé"
        verbose_name_plural = "fichiers importés"
        constraints = [
            models.CheckConstraint(
                condition=Q(importe_le__isnull=True) | Q(contenu=b""), name="fichier_import_vide_apres_import"
            ),
        ]

    def __str__(self):
        return self.nom
