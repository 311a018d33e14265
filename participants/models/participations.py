"""One record per person and operation: what the indicators need, and no name."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from ..enums import (
    Diplome,
    MotifSortie,
    OuiNon,
    Reponse,
    Sexe,
    SourceQpv,
    StatutEmploi,
    TypeContrat,
)
from ..querysets import ParticipationQuerySet

CHAMPS_SORTIE = [
    "motif_sortie",
    "statut_emploi_sortie",
    "type_contrat",
    "en_formation_sortie",
    "qualification_obtenue",
    "recherche_active",
]
SORTIE_VIDE = Q(**dict.fromkeys(CHAMPS_SORTIE, ""))


def choix_field(verbose_name: str, choices, **options) -> models.CharField:
    """One answer among a list; empty while it is not given."""
    longueur = max(len(valeur) for valeur in choices.values)
    return models.CharField(verbose_name, max_length=longueur, choices=choices, blank=True, **options)


class Participation(models.Model):
    """A person on an operation, from the first day to the last; a return later is the same record (`domaine.md` 3.1).

    No name and no birth date: those are in `Identite`, which can be emptied without changing one indicator. What the
    indicators take from them (the age at entry, the neighbourhood) is kept here.
    """

    operation = models.ForeignKey("operations.Operation", models.PROTECT, related_name="participations")
    pseudonyme = models.CharField("identifiant", max_length=40)
    entree_le = models.DateField("entrée")
    sexe = choix_field("sexe", Sexe)
    age_entree = models.PositiveSmallIntegerField("âge à l’entrée", null=True, blank=True)
    statut_emploi = choix_field("situation à l’entrée", StatutEmploi)
    duree_chomage_mois = models.PositiveSmallIntegerField("mois de chômage à l’entrée", null=True, blank=True)
    en_formation = choix_field("en formation à l’entrée", OuiNon)
    niveau_diplome = choix_field("diplôme le plus élevé", Diplome)
    minima_sociaux = choix_field("minima sociaux", Reponse)
    brsa = choix_field("bénéficiaire du RSA", Reponse)
    reconnaissance_handicap = choix_field("handicap reconnu", Reponse)
    origine_etrangere = choix_field("origine étrangère", Reponse)
    nationalite_hors_ue = choix_field("nationalité hors Union européenne", Reponse)
    minorite = choix_field("minorité", Reponse)
    sans_logement = choix_field("sans logement ou exclu du logement", Reponse)
    participant_plie = choix_field("suivi par un PLIE", OuiNon)
    code_insee = models.CharField("commune", max_length=5, blank=True)
    code_qpv = models.CharField("quartier prioritaire", max_length=10, blank=True)
    source_qpv = choix_field("quartier connu par", SourceQpv)
    en_qpv = models.BooleanField("réside en quartier prioritaire", null=True, blank=True, editable=False)
    est_rural = models.BooleanField("réside en zone rurale", null=True, blank=True, editable=False)

    sortie_le = models.DateField("sortie", null=True, blank=True)
    motif_sortie = choix_field("motif de sortie", MotifSortie)
    statut_emploi_sortie = choix_field("situation à la sortie", StatutEmploi)
    type_contrat = choix_field("contrat à la sortie", TypeContrat)
    en_formation_sortie = choix_field("en formation à la sortie", OuiNon)
    qualification_obtenue = choix_field("qualification obtenue", OuiNon)
    recherche_active = choix_field("en recherche active d’emploi", OuiNon)

    retour_le = models.DateField("dernier retour", null=True, blank=True, editable=False)
    personne = models.BigIntegerField("personne", null=True, blank=True, editable=False)
    entree_saisie_le = models.DateField("entrée saisie le", editable=False)
    sortie_saisie_le = models.DateField("sortie saisie le", null=True, blank=True, editable=False)
    annulee_le = models.DateField("annulée le", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ParticipationQuerySet.as_manager()

    os_l: bool  # set by `with_os_l`
    ftj: bool  # set by `for_indicateurs`
    retard_entree: bool  # these three are set by `completude.Suivi.annoter`
    retard_sortie: bool
    retard_resultats: bool

    class Meta:
        ordering = ["operation", "-entree_le", "pseudonyme"]
        verbose_name = "fiche de participant"
        verbose_name_plural = "fiches de participants"
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "pseudonyme"],
                name="participation_unique",
                violation_error_message="Cette opération a déjà une fiche avec cet identifiant.",
            ),
            models.CheckConstraint(
                condition=Q(pseudonyme__regex=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"),
                name="participation_pseudonyme_lisible",
                violation_error_message="L’identifiant s’écrit avec des chiffres, des lettres, des points et des "
                "tirets, sans espace ni accent.",
            ),
            models.CheckConstraint(
                condition=Q(sortie_le__isnull=True) | Q(sortie_le__gte=F("entree_le")),
                name="participation_sortie_apres_entree",
                violation_error_message="La date de sortie précède la date d’entrée.",
            ),
            models.CheckConstraint(
                condition=Q(sortie_le__isnull=False) | SORTIE_VIDE,
                name="participation_sortie_datee",
                violation_error_message="Des données de sortie sont remplies\u00a0: donnez aussi la date de sortie.",
            ),
            models.CheckConstraint(
                condition=Q(age_entree__isnull=True) | Q(age_entree__lte=120),
                name="participation_age_humain",
                violation_error_message="L’âge à l’entrée dépasse 120 ans\u00a0: vérifiez la date de naissance.",
            ),
            models.CheckConstraint(
                condition=Q(duree_chomage_mois__isnull=True) | Q(statut_emploi=StatutEmploi.CHOMEUR),
                name="participation_duree_de_chomeur",
                violation_error_message="Une durée de chômage ne se donne que pour une personne au chômage à l’entrée.",
            ),
            models.CheckConstraint(
                condition=Q(type_contrat="") | Q(statut_emploi_sortie=StatutEmploi.EMPLOI),
                name="participation_contrat_en_emploi",
                violation_error_message="Un contrat ne se donne que pour une personne en emploi à la sortie.",
            ),
            models.CheckConstraint(
                condition=Q(code_insee="") | Q(code_insee__regex=r"^\d[\dAB]\d{3}$"),
                name="participation_code_insee",
                violation_error_message="Un code INSEE de commune a cinq caractères, comme 62498.",
            ),
        ]
        indexes = [
            models.Index(fields=["operation", "entree_le"], name="participation_entrees"),
            models.Index(fields=["operation", "sortie_le"], name="participation_sorties"),
            models.Index(fields=["personne"], name="participation_personne"),
            models.Index(fields=["-entree_le", "-id"], name="participation_dernieres"),
        ]

    def __str__(self):
        return self.pseudonyme

    def get_absolute_url(self):
        return reverse("participants:fiche", args=[self.operation.accord.slug, self.operation.numero, self.pk])

    @property
    def est_adresse_connue(self) -> bool:
        """The commune or a neighbourhood is given (`domaine.md` 2.6)."""
        return bool(self.code_insee or self.code_qpv)


def compute_age(naissance: date, le: date) -> int:
    """Full years on a day, the birthday included; born on 29 February, one more on 1 March of common years."""
    return le.year - naissance.year - ((le.month, le.day) < (naissance.month, naissance.day))


class EntitesSoutenues(models.Model):
    """How many entities an operation supports, as counted on a day (EECO18, EECO19); the latest one holds."""

    operation = models.ForeignKey("operations.Operation", models.PROTECT, related_name="entites")
    code = models.CharField("indicateur", max_length=10)
    nombre = models.PositiveIntegerField("nombre")
    constate_le = models.DateField("constaté le")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        ordering = ["operation", "code", "constate_le"]
        verbose_name = "entités soutenues"
        verbose_name_plural = "entités soutenues"
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "code", "constate_le"],
                name="entites_une_valeur_par_jour",
                violation_error_message="Un nombre est déjà saisi à cette date.",
            ),
        ]

    def __str__(self):
        return f"{self.code}\u00a0: {self.nombre}"
