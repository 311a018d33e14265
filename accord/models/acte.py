"""The act itself: the agreement, its parties, its amendments."""

from functools import cached_property

from django.db import models
from django.db.models import F, Q

from ..enums import QualitePartie, StatutAvenant
from ..querysets import AccordQuerySet
from .champs import FaitSource, montant_field


class AccordCadre(FaitSource):
    """A framework agreement between a département, its partners and the State."""

    slug = models.SlugField("identifiant", max_length=60, unique=True)
    titre = models.CharField("titre", max_length=200)
    territoire = models.CharField("territoire", max_length=100)
    code_departement = models.CharField("département", max_length=3)
    periode = models.CharField("période", max_length=20)
    acte = models.CharField("acte", max_length=300)
    delibere_le = models.DateField("délibéré le")
    debut_le = models.DateField("début")
    fin_le = models.DateField("fin")
    chef_de_file = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="+")

    objects = AccordQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = "accord-cadre"
        verbose_name_plural = "accords-cadres"
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le__gt=F("debut_le")),
                name="accord_fin_apres_debut",
                violation_error_message="L’accord finit après son début.",
            ),
        ]

    def __str__(self):
        return self.titre

    @cached_property
    def titres_sources(self) -> dict[str, str]:
        """The pages consulted, by the code that the sources of facts name."""
        return dict(self.donnees.filter(rubrique="sources").values_list("code", "valeur"))


class Partie(FaitSource):
    """A body bound to the agreement: it signed it, or is associated with it."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="parties")
    organisme = models.ForeignKey("comptes.Organisme", models.PROTECT, related_name="parties")
    qualite = models.CharField("qualité", max_length=20, choices=QualitePartie)
    ordre = models.PositiveSmallIntegerField(default=0)
    signataire = models.CharField("signataire", max_length=120, blank=True)
    fonction = models.CharField("fonction", max_length=120, blank=True)
    signe_le = models.DateField("signé le", null=True, blank=True)

    class Meta:
        ordering = ["ordre", "organisme__code"]
        constraints = [
            models.UniqueConstraint(fields=["accord", "organisme"], name="partie_unique"),
            models.CheckConstraint(
                condition=~Q(qualite=QualitePartie.SIGNATAIRE) | ~Q(fonction=""),
                name="partie_signataire_a_une_fonction",
                violation_error_message="Un signataire porte une fonction.",
            ),
        ]

    def __str__(self):
        return str(self.organisme)


class Avenant(FaitSource):
    """An amendment of the agreement; once signed, its lines become movements (`AC 8`)."""

    accord = models.ForeignKey(AccordCadre, models.CASCADE, related_name="avenants")
    numero = models.PositiveSmallIntegerField("numéro")
    objet = models.CharField("objet", max_length=300)
    statut = models.CharField("statut", max_length=10, choices=StatutAvenant, default=StatutAvenant.PROJET)
    signe_le = models.DateField("signé le", null=True, blank=True)

    class Meta:
        ordering = ["numero"]
        constraints = [
            models.UniqueConstraint(fields=["accord", "numero"], name="avenant_numero_unique"),
            models.CheckConstraint(
                condition=~Q(statut=StatutAvenant.SIGNE) | Q(signe_le__isnull=False),
                name="avenant_signe_donc_date",
                violation_error_message="Un avenant signé porte sa date de signature.",
            ),
        ]

    def __str__(self):
        return f"Avenant n° {self.numero}"


class LigneAvenant(models.Model):
    """What an amendment changes on one envelope, in euros."""

    avenant = models.ForeignKey(Avenant, models.CASCADE, related_name="lignes")
    enveloppe = models.ForeignKey("accord.Enveloppe", models.PROTECT, related_name="+")
    tranche = models.ForeignKey("accord.Tranche", models.PROTECT, related_name="+", null=True, blank=True)
    montant = montant_field("montant")

    class Meta:
        verbose_name = "ligne d’avenant"
        verbose_name_plural = "lignes d’avenant"
        constraints = [
            models.CheckConstraint(condition=~Q(montant=0), name="ligne_avenant_non_nulle"),
        ]

    def __str__(self):
        return f"{self.avenant}, {self.enveloppe}"
