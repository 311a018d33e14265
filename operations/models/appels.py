from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone

from accord.models.champs import montant_field
from accord.montants import format_date

from ..enums import ProfilCout, StatutAppel, TypePiece
from ..querysets import AppelQuerySet


class AppelAProjets(models.Model):
    """A call for projects of an OI, on one of its envelopes (`domaine.md` 4.5)."""

    enveloppe = models.ForeignKey("accord.Enveloppe", models.PROTECT, related_name="appels")
    code = models.CharField("code", max_length=30)
    intitule = models.CharField("intitulé", max_length=200)
    objectif_specifique = models.ForeignKey(
        "accord.ObjectifSpecifique", models.PROTECT, related_name="+", verbose_name="objectif spécifique"
    )
    service_gestionnaire = models.CharField("service gestionnaire", max_length=150, blank=True)
    theme = models.CharField("thème", max_length=150, blank=True)
    region = models.CharField("région", max_length=60, blank=True)
    dispositifs = models.ManyToManyField("accord.Dispositif", related_name="appels", blank=True)
    axes = models.ManyToManyField("accord.AxeStrategique", related_name="appels", blank=True)
    types_action = models.ManyToManyField(
        "accord.TypeAction", related_name="appels", blank=True, verbose_name="types d’action"
    )
    publics_cibles = models.ManyToManyField(
        "accord.PublicCible", related_name="appels", blank=True, verbose_name="publics visés"
    )
    publics = models.TextField("publics visés, en mots", blank=True)
    epcis = models.ManyToManyField("accord.Epci", related_name="appels", blank=True, verbose_name="EPCI")
    perimetres = models.ManyToManyField(
        "accord.PerimetreTerritorial", related_name="appels", blank=True, verbose_name="périmètres"
    )
    territoire = models.CharField("périmètre géographique, en mots", max_length=200, blank=True)
    ouvert_le = models.DateField("ouvert le")
    limite_depot_le = models.DateField("date limite de dépôt")
    periode_debut_le = models.DateField("début des opérations", null=True, blank=True)
    periode_fin_le = models.DateField("fin des opérations", null=True, blank=True)
    duree_min_mois = models.PositiveSmallIntegerField("durée minimale, en mois", null=True, blank=True)
    duree_max_mois = models.PositiveSmallIntegerField("durée maximale, en mois", null=True, blank=True)
    ue_prevu = montant_field("montant européen prévu", null=True, blank=True)
    ue_min = montant_field("montant européen minimum", null=True, blank=True)
    cout_total_min = montant_field("coût total minimum", null=True, blank=True)
    taux_max = models.DecimalField("taux d’intervention maximum", max_digits=5, decimal_places=4, null=True, blank=True)
    profils_cout = ArrayField(
        models.CharField(max_length=10, choices=ProfilCout),
        verbose_name="options de coûts admises",
        default=list,
        blank=True,
    )
    enonce_priorite_qpv = models.BooleanField("énonce la priorité aux quartiers prioritaires", default=False)
    clause_qpv = models.TextField("phrase de l’appel sur les quartiers prioritaires", blank=True)
    statut = models.CharField("statut", max_length=10, choices=StatutAppel, default=StatutAppel.BROUILLON)
    publie_le = models.DateField("publié le", null=True, blank=True)
    reponse_partage = models.TextField("comment la ligne de partage est tenue", blank=True)
    chevauchements = models.JSONField("chevauchements vus à la publication", null=True, blank=True, editable=False)

    objects = AppelQuerySet.as_manager()

    class Meta:
        ordering = ["-ouvert_le", "code"]
        verbose_name = "appel à projets"
        verbose_name_plural = "appels à projets"
        constraints = [
            models.UniqueConstraint(
                "enveloppe",
                Upper("code"),
                name="appel_code_unique",
                violation_error_message="Un appel porte déjà ce code sur cette enveloppe.",
            ),
            models.CheckConstraint(
                condition=Q(limite_depot_le__gte=F("ouvert_le")),
                name="appel_limite_apres_ouverture",
                violation_error_message="Choisissez une date limite qui ne précède pas l’ouverture.",
            ),
            models.CheckConstraint(
                condition=Q(periode_debut_le__isnull=True)
                | Q(periode_fin_le__isnull=True)
                | Q(periode_fin_le__gte=F("periode_debut_le")),
                name="appel_fin_apres_debut",
                violation_error_message="La fin des opérations ne précède pas leur début.",
            ),
            models.CheckConstraint(
                condition=Q(duree_min_mois__isnull=True) | Q(duree_min_mois__gte=1),
                name="appel_duree_min_positive",
                violation_error_message="Une opération dure au moins un mois.",
            ),
            models.CheckConstraint(
                condition=Q(duree_max_mois__isnull=True)
                | Q(duree_max_mois__gte=1)
                & (Q(duree_min_mois__isnull=True) | Q(duree_max_mois__gte=F("duree_min_mois"))),
                name="appel_duree_max_apres_min",
                violation_error_message="La durée maximale ne précède pas la durée minimale.",
            ),
            models.CheckConstraint(
                condition=(Q(ue_min__isnull=True) | Q(ue_min__gte=0))
                & (Q(cout_total_min__isnull=True) | Q(cout_total_min__gte=0)),
                name="appel_minimums_positifs",
                violation_error_message="Un minimum ne descend pas sous zéro.",
            ),
            models.CheckConstraint(
                condition=Q(statut=StatutAppel.BROUILLON) | Q(enonce_priorite_qpv=True),
                name="appel_publie_donc_priorite_qpv",
                violation_error_message="Un appel publié énonce la priorité aux quartiers prioritaires.",
            ),
            models.CheckConstraint(
                condition=Q(statut=StatutAppel.BROUILLON) | Q(publie_le__isnull=False),
                name="appel_publie_donc_date",
            ),
            models.CheckConstraint(
                condition=Q(taux_max__isnull=True) | Q(taux_max__gt=0, taux_max__lte=1),
                name="appel_taux_entre_0_et_1",
                violation_error_message="Un taux se place entre 0 et 100 %.",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.intitule}"

    @property
    def est_termine(self) -> bool:
        """Published, with its last day to apply over: nothing can be filed any more, whether or not it was closed."""
        return self.statut == StatutAppel.PUBLIE and self.limite_depot_le < timezone.localdate()

    @property
    def etat_lisible(self) -> tuple[str, str]:
        """The status and the words of its badge today."""
        if self.est_termine:
            return StatutAppel.CLOS, f"Dépôt terminé le {format_date(self.limite_depot_le)}"
        return self.statut, self.get_statut_display()

    @property
    def manque_qpv(self) -> str:
        """What the priority to QPV still lacks before the call can be published, in words; empty when nothing."""
        manques = []
        if not self.enonce_priorite_qpv:
            manques.append("la case à cocher")
        if not self.clause_qpv.strip():
            manques.append("la phrase à recopier")
        return " et ".join(manques)

    def lire_profils(self) -> list[str]:
        """The cost options it allows, in words; all of them when empty."""
        return [ProfilCout(code).label for code in self.profils_cout]

    def lire_pieces_obligatoires(self) -> list[str]:
        """The names of the pieces without which an application is not admissible, in the order of the call."""
        return [piece.libelle for piece in self.pieces_attendues.all() if piece.obligatoire]


class PieceAttendue(models.Model):
    """A piece that a call asks for: its type for the tools, its name for people."""

    appel = models.ForeignKey(AppelAProjets, models.CASCADE, related_name="pieces_attendues")
    ordre = models.PositiveSmallIntegerField(default=0)
    type = models.CharField("type", max_length=30, choices=TypePiece)
    libelle = models.CharField("nom", max_length=200)
    obligatoire = models.BooleanField("obligatoire", default=True)

    class Meta:
        ordering = ["ordre", "pk"]
        verbose_name = "pièce attendue"
        verbose_name_plural = "pièces attendues"
        constraints = [
            models.UniqueConstraint(
                fields=["appel", "libelle"],
                name="piece_attendue_libelle_unique",
                violation_error_message="Cet appel demande déjà une pièce de ce nom.",
            ),
        ]

    def __str__(self):
        return self.libelle
