"""Who the persons are: encrypted, apart, and every look at them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from ..enums import NatureConsultation
from .participations import Participation


class Identite(models.Model):
    """The names, birth date and contacts of a participation, encrypted with a key that the database does not know.

    `chiffre` is opened by `chiffrement.dechiffrer`; `cle` names the key that closed it. The prints are keyed
    hashes: `exacte` and `tolerantes` compare persons (`empreintes`) among those that `par_jour` or `par_noms` brings
    together, `jetons` finds one by a word of their name inside one body. Emptied (`purgee_le`), the row stays and
    says since when.
    """

    participation = models.OneToOneField(
        Participation, models.CASCADE, primary_key=True, related_name="identite", db_column="participation_id"
    )
    cle = models.CharField("clé", max_length=20, blank=True)
    chiffre = models.BinaryField("données chiffrées", null=True)
    exacte = models.BigIntegerField("empreinte exacte", null=True)
    par_jour = models.BigIntegerField("empreinte du jour de naissance", null=True)
    par_noms = models.BigIntegerField("empreinte des noms", null=True)
    tolerantes = ArrayField(models.BigIntegerField(), verbose_name="empreintes tolérantes", default=list)
    jetons = ArrayField(models.BigIntegerField(), verbose_name="jetons de recherche", default=list)
    purgee_le = models.DateField("effacée le", null=True, blank=True)

    class Meta:
        verbose_name = "identité"
        verbose_name_plural = "identités"
        constraints = [
            models.CheckConstraint(
                condition=Q(purgee_le__isnull=True, chiffre__isnull=False)
                | Q(
                    purgee_le__isnull=False,
                    chiffre__isnull=True,
                    exacte__isnull=True,
                    par_jour__isnull=True,
                    par_noms__isnull=True,
                    tolerantes=[],
                    jetons=[],
                ),
                name="identite_entiere_ou_effacee",
            ),
        ]
        indexes = [
            models.Index(fields=["exacte"], name="identite_exacte"),
            models.Index(fields=["cle"], name="identite_cle"),
            models.Index(fields=["par_jour"], name="identite_par_jour"),
            models.Index(fields=["par_noms"], name="identite_par_noms"),
            GinIndex(fields=["jetons"], name="identite_jetons"),
        ]

    def __str__(self):
        return f"Identité de la fiche {self.participation_id}"  # never a name: this text goes to the journal


class ConsultationIdentite(models.Model):
    """Somebody looked at an identity: who, whose, when, and why. Append-only."""

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="consultations")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    nature = models.CharField("nature", max_length=12, choices=NatureConsultation)
    motif = models.CharField("motif", max_length=300, blank=True)
    consultee_le = models.DateTimeField("consultée le")

    class Meta:
        ordering = ["-consultee_le", "-pk"]
        verbose_name = "consultation d’identité"
        verbose_name_plural = "consultations d’identité"
        indexes = [models.Index(fields=["-consultee_le"], name="consultation_recentes")]

    def __str__(self):
        return f"{self.get_nature_display()}, fiche {self.participation_id}"
