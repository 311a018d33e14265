from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from stdnum.fr import siret as siret_module

from comptes.recherche import CleRecherche

from ..querysets import StructureQuerySet


class Structure(models.Model):
    """A legal entity that carries operations: the beneficiary (never the person)."""

    accord = models.ForeignKey("accord.AccordCadre", models.PROTECT, related_name="structures")
    nom = models.CharField("nom", max_length=200)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    organisme = models.ForeignKey(
        "comptes.Organisme",
        models.PROTECT,
        related_name="structures",
        null=True,
        blank=True,
        verbose_name="organisme de l’accord",
        help_text="À renseigner quand la structure est un organisme de l’accord : Département, PLIE…",
    )
    adresse = models.CharField("adresse", max_length=200, blank=True)
    code_postal = models.CharField("code postal", max_length=5, blank=True)
    commune = models.ForeignKey("accord.Commune", models.PROTECT, related_name="+", null=True, blank=True)
    contact_nom = models.CharField("personne à contacter", max_length=120, blank=True)
    contact_courriel = models.EmailField("adresse électronique", blank=True)
    contact_telephone = models.CharField("téléphone", max_length=20, blank=True)

    cle = models.GeneratedField(
        expression=CleRecherche(F("nom")), output_field=models.TextField(), db_persist=True, editable=False
    )

    objects = StructureQuerySet.as_manager()

    class Meta:
        ordering = ["cle"]
        indexes = [GinIndex(OpClass(F("cle"), "gin_trgm_ops"), name="structure_recherche")]
        constraints = [
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^\d{14}$"),
                name="structure_siret_quatorze_chiffres",
                violation_error_message="Un SIRET compte quatorze chiffres.",
            ),
            models.UniqueConstraint(
                fields=["accord", "siret"],
                condition=~Q(siret=""),
                name="structure_siret_unique",
                violation_error_message="Une structure porte déjà ce SIRET.",
            ),
            models.CheckConstraint(
                condition=Q(code_postal="") | Q(code_postal__regex=r"^\d{5}$"),
                name="structure_code_postal_cinq_chiffres",
                violation_error_message="Un code postal compte cinq chiffres.",
            ),
        ]

    def __str__(self):
        return self.nom

    @property
    def siren(self) -> str:
        return self.siret[:9]

    def clean(self):
        self.siret = "".join(self.siret.split())
        if self.siret and not siret_module.is_valid(self.siret):
            raise ValidationError(
                {"siret": "Ce SIRET n’existe pas : vérifiez ses quatorze chiffres, ou laissez le champ vide."}
            )
