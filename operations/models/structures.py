from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Left
from stdnum.fr import siren as siren_module
from stdnum.fr import siret as siret_module

from comptes.recherche import CleRecherche

from ..enums import RoleStructure
from ..querysets import StructureQuerySet


def roles_par_defaut() -> list[str]:
    return [RoleStructure.BENEFICIAIRE.value]


class Structure(models.Model):
    """A legal entity that carries operations: the beneficiary (never the person)."""

    accord = models.ForeignKey("accord.AccordCadre", models.PROTECT, related_name="structures")
    nom = models.CharField("nom", max_length=200)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    siren_declare = models.CharField("SIREN, sans SIRET", max_length=9, blank=True)
    roles = ArrayField(
        models.CharField(max_length=20, choices=RoleStructure), verbose_name="rôles", default=roles_par_defaut
    )
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

    cle = models.GeneratedField(
        expression=CleRecherche(F("nom")), output_field=models.TextField(), db_persist=True, editable=False
    )

    siren = models.GeneratedField(
        expression=Case(When(siret="", then=F("siren_declare")), default=Left("siret", 9)),
        output_field=models.CharField(max_length=9),
        db_persist=True,
        editable=False,
        db_index=True,
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
                condition=Q(siren_declare="") | Q(siren_declare__regex=r"^\d{9}$"),
                name="structure_siren_neuf_chiffres",
                violation_error_message="Un SIREN compte neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siren_declare="") | Q(siret=""),
                name="structure_siren_ou_siret",
                violation_error_message="Un SIRET contient déjà son SIREN : laissez le SIREN vide.",
            ),
            models.UniqueConstraint(
                fields=["accord", "siren_declare"],
                condition=~Q(siren_declare=""),
                name="structure_siren_unique",
                violation_error_message="Une structure porte déjà ce SIREN, sans SIRET.",
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
    def dire_roles(self) -> str:
        return ", ".join(RoleStructure(role).label for role in self.roles).capitalize()

    def clean(self):
        self.siret = "".join(self.siret.split())
        self.siren_declare = "".join(self.siren_declare.split())
        if self.siret and not siret_module.is_valid(self.siret):
            raise ValidationError(
                {"siret": "Ce SIRET n’existe pas : vérifiez ses quatorze chiffres, ou laissez le champ vide."}
            )
        if self.siret.startswith(self.siren_declare):
            self.siren_declare = ""  # a SIRET says its SIREN
        if self.siren_declare and not siren_module.is_valid(self.siren_declare):
            raise ValidationError(
                {"siren_declare": "Ce SIREN n’existe pas : vérifiez ses neuf chiffres, ou laissez le champ vide."}
            )
        if self.siret and self.siren_declare:
            raise ValidationError({"siren_declare": "Ce SIREN n’est pas celui du SIRET : corrigez l’un des deux."})
        if not self.roles:
            raise ValidationError({"roles": "Choisissez au moins un rôle."})


class ContactStructure(models.Model):
    """Whom to reach in a structure, for work: professional data only, on the name or the function."""

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="contacts")
    ordre = models.PositiveSmallIntegerField(default=0)
    nom = models.CharField("nom", max_length=120, blank=True)
    fonction = models.CharField("fonction", max_length=120, blank=True)
    courriel = models.EmailField("adresse électronique professionnelle", blank=True)
    telephone = models.CharField("téléphone professionnel", max_length=20, blank=True)

    class Meta:
        ordering = ["ordre", "pk"]
        verbose_name = "contact"
        constraints = [
            models.CheckConstraint(
                condition=~Q(nom="", fonction="") | ~Q(courriel="", telephone=""),
                name="contact_structure_non_vide",
                violation_error_message="Donnez au moins un nom, une fonction ou un moyen de joindre ce contact.",
            ),
        ]

    def __str__(self):
        return self.nom or self.fonction or self.courriel or self.telephone
