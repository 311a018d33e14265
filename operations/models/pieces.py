"""The documents of an operation: typed, kept version by version, never deleted."""

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse

from ..enums import TypePiece, VerdictAntivirus
from .bilans import BilanExecution, ControleServiceFait
from .conventions import Convention
from .operations import Operation
from .paiements import Paiement

OBJETS = ["convention", "bilan", "controle", "paiement"]


def nom_au_hasard(version: "VersionPiece", nom: str) -> str:
    """Where a file is kept: nothing of its name, which comes from outside, reaches the disk."""
    hasard = uuid.uuid4().hex
    return f"pieces/{hasard[:2]}/{hasard}"


class Piece(models.Model):
    """A document of an operation; what was sent is in its versions. One withdrawn keeps its reason."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="pieces")
    type = models.CharField("type de pièce", max_length=30, choices=TypePiece)
    libelle = models.CharField("libellé", max_length=200)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="pieces", null=True, blank=True)
    bilan = models.ForeignKey(BilanExecution, models.PROTECT, related_name="pieces", null=True, blank=True)
    controle = models.ForeignKey(
        ControleServiceFait,
        models.PROTECT,
        related_name="pieces",
        null=True,
        blank=True,
        verbose_name="contrôle de service fait",
    )
    paiement = models.ForeignKey(Paiement, models.PROTECT, related_name="pieces", null=True, blank=True)
    retiree_le = models.DateTimeField("retirée le", null=True, blank=True)
    retiree_par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    motif_retrait = models.TextField("motif du retrait", blank=True)

    class Meta:
        ordering = ["type", "libelle", "pk"]
        verbose_name = "pièce"
        constraints = [
            models.UniqueConstraint(
                "operation",
                "type",
                Upper("libelle"),
                *OBJETS,
                condition=Q(retiree_le__isnull=True),
                nulls_distinct=False,
                name="piece_unique",
                violation_error_message="Une pièce porte déjà ce nom\u00a0: déposez-en une nouvelle version.",
            ),
            models.CheckConstraint(
                condition=~Q(libelle=""), name="piece_nommee", violation_error_message="Nommez la pièce."
            ),
            models.CheckConstraint(
                condition=Q(retiree_le__isnull=True, retiree_par__isnull=True, motif_retrait="")
                | Q(retiree_le__isnull=False, retiree_par__isnull=False) & ~Q(motif_retrait=""),
                name="piece_retiree_donc_motivee",
                violation_error_message="Un retrait porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.libelle}, {self.operation.numero}"

    @property
    def est_retiree(self) -> bool:
        return self.retiree_le is not None


class VersionPiece(models.Model):
    """One file of a document, as it was received: the database refuses to change or delete it."""

    piece = models.ForeignKey(Piece, models.PROTECT, related_name="versions")
    numero = models.PositiveSmallIntegerField("version", editable=False)
    fichier = models.FileField("fichier", upload_to=nom_au_hasard, max_length=60, unique=True)
    nom = models.CharField("nom du fichier", max_length=150)
    taille = models.PositiveBigIntegerField("taille en octets", validators=[MinValueValidator(1)])
    format = models.CharField("format reconnu", max_length=10)
    type_mime = models.CharField("type de contenu", max_length=100)
    empreinte = models.CharField("SHA-256", max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    verdict = models.CharField("analyse antivirus", max_length=15, choices=VerdictAntivirus)
    deposee_le = models.DateTimeField("déposée le", editable=False)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["piece", "-numero"]
        verbose_name = "version de pièce"
        verbose_name_plural = "versions de pièces"
        constraints = [
            models.UniqueConstraint(fields=["piece", "numero"], name="version_piece_unique"),
            models.CheckConstraint(condition=Q(taille__gt=0), name="version_piece_non_vide"),
            models.CheckConstraint(
                condition=Q(empreinte__regex=r"^[0-9a-f]{64}$"), name="version_piece_empreinte_lisible"
            ),
        ]
        indexes = [models.Index(fields=["empreinte"], name="version_piece_empreinte")]

    def __str__(self):
        return f"{self.piece}, version {self.numero}"

    def get_absolute_url(self):
        operation = self.piece.operation
        return reverse(
            "operations:piece_fichier", args=[operation.accord.slug, operation.numero, self.piece_id, self.numero]
        )
