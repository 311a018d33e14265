"""Money paid to the beneficiary and taken back; batches sent to the managing authority."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accord.models.champs import montant_field

from ..enums import NaturePaiement
from ..querysets import AppelFondsQuerySet, LigneAppelFondsQuerySet, PaiementQuerySet
from .ecritures import Ecriture
from .operations import Operation

DEBUT_EXERCICE = 7  # July: the accounting year goes from 1 July to 30 June (CPR 98)


def exercice_de(jour: date) -> tuple[date, date]:
    """The accounting year that contains a day: its first and last days."""
    annee = jour.year - (jour.month < DEBUT_EXERCICE)
    return date(annee, DEBUT_EXERCICE, 1), date(annee + 1, 6, 30)


class Paiement(models.Model):
    """A payment to the beneficiary, or a recovery from it: `montant` is positive, in euros; the nature signs it.

    `suites` are the other lines of the ledger that a recovery brings down. One undone keeps its day and its reason.
    """

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="paiements")
    nature = models.CharField("nature", max_length=15, choices=NaturePaiement)
    montant = montant_field("montant")
    paye_le = models.DateField("payé le")
    demande_le = models.DateField("demandé le", null=True, blank=True)
    reference = models.CharField("référence du mandat", max_length=60, blank=True)
    motif = models.TextField("motif", blank=True)
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="paiement")
    suites = models.ManyToManyField(Ecriture, related_name="+", blank=True)
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annule_le = models.DateField("annulé le", null=True, blank=True)
    motif_annulation = models.TextField("motif de l’annulation", blank=True)

    objects = PaiementQuerySet.as_manager()

    class Meta:
        ordering = ["paye_le", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(annule_le__isnull=True) | ~Q(motif_annulation=""),
                name="paiement_annule_motive",
                violation_error_message="Une annulation porte un motif.",
            ),
            models.CheckConstraint(
                condition=Q(montant__gt=0),
                name="paiement_positif",
                violation_error_message="Un paiement est supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=~Q(nature=NaturePaiement.RECOUVREMENT) | ~Q(motif=""),
                name="paiement_recouvrement_motive",
                violation_error_message="Un recouvrement porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.get_nature_display()} de {self.montant}, {self.operation.numero}"


class AppelFonds(models.Model):
    """A batch of retained amounts of one envelope, sent to the delegated managing authority."""

    enveloppe = models.ForeignKey("accord.Enveloppe", models.PROTECT, related_name="appels_fonds")
    numero = models.PositiveSmallIntegerField("numéro", editable=False)
    envoye_le = models.DateField("envoyé le")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    annule_le = models.DateField("annulé le", null=True, blank=True)
    motif_annulation = models.TextField("motif de l’annulation", blank=True)

    objects = AppelFondsQuerySet.as_manager()

    class Meta:
        ordering = ["-envoye_le", "-numero"]
        verbose_name = "appel de fonds"
        verbose_name_plural = "appels de fonds"
        constraints = [
            models.UniqueConstraint(fields=["enveloppe", "numero"], name="appel_fonds_numero_unique"),
            models.CheckConstraint(
                condition=Q(annule_le__isnull=True) | ~Q(motif_annulation=""),
                name="appel_fonds_annule_motive",
                violation_error_message="Une annulation porte un motif.",
            ),
        ]

    def __str__(self):
        return f"Appel de fonds n°\u00a0{self.numero}, {self.enveloppe.libelle}"

    def get_absolute_url(self):
        return reverse("operations:fonds_detail", args=[self.enveloppe.accord.slug, self.pk])

    @property
    def exercice(self) -> tuple[date, date]:
        """The accounting year of the batch: its first and last days."""
        return exercice_de(self.envoye_le)


class LigneAppelFonds(models.Model):
    """What one operation puts in a batch, in euros, negative when the control took back; a rejected line says why."""

    appel = models.ForeignKey(AppelFonds, models.PROTECT, related_name="lignes")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="lignes_appels_fonds")
    montant = montant_field("montant")
    ecriture = models.OneToOneField(Ecriture, models.PROTECT, related_name="ligne_appel_fonds")
    rejetee_le = models.DateField("rejetée le", null=True, blank=True)
    motif_rejet = models.TextField("motif du rejet", blank=True)

    objects = LigneAppelFondsQuerySet.as_manager()

    class Meta:
        ordering = ["operation"]
        verbose_name = "ligne d’appel de fonds"
        constraints = [
            models.UniqueConstraint(fields=["appel", "operation"], name="ligne_appel_fonds_unique"),
            models.CheckConstraint(condition=~Q(montant=0), name="ligne_appel_fonds_non_nulle"),
            models.CheckConstraint(
                condition=Q(rejetee_le__isnull=True) | ~Q(motif_rejet=""),
                name="ligne_appel_fonds_rejet_motive",
                violation_error_message="Un rejet porte un motif.",
            ),
        ]

    def __str__(self):
        return f"{self.operation.numero}, {self.montant}"
