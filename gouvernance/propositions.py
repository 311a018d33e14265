"""What the rules suggest for an agenda. Proposed beside it, never put on it unasked."""

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from accord.montants import INSECABLE, format_date
from operations.enums import Statut
from operations.models import Operation
from operations.situation import compute_situation

from .alertes import compute_alertes
from .enums import TypePoint
from .models import PointOperation

PRECEDENTE = "precedente"
SITUATION = "situation"
OPERATIONS = "operations"
ATTENTION = "attention"
QUESTIONS_DIVERSES = "diverses"


@dataclass(frozen=True)
class Proposition:
    """An item a rule suggests: why (`origine`, `detail`), and what it would say on the agenda."""

    cle: str
    origine: str
    titre: str
    detail: str
    nature: str = TypePoint.INFORMATION
    duree_minutes: int = 10
    rapporteur: str = ""
    texte: str = ""
    operations: QuerySet = field(default_factory=Operation.objects.none)  # read by who puts them on the agenda
    nombre: int = 0


def get_precedente(reunion):
    """The meeting of the same committee before this one."""
    return reunion.comite.reunions.non_annulees().filter(date__lt=reunion.date).order_by("-date").first()


def operations_a_examiner(reunion):
    """Instructed operations of the agreement that this agenda does not examine yet."""
    inscrites = PointOperation.objects.filter(point__reunion=reunion).values("operation")
    return (
        Operation.objects.filter(accord=reunion.comite.accord_id, statut=Statut.INSTRUITE)
        .exclude(pk__in=inscrites)
        .select_related("enveloppe__organisme", "enveloppe__fonds")
        .order_by("enveloppe__ordre", "numero")
    )


def _pluriel(nombre: int, singulier: str, pluriel: str) -> str:
    return f"{nombre}{INSECABLE}{pluriel if nombre > 1 else singulier}"


def _precedente(reunion) -> list[Proposition]:
    precedente = get_precedente(reunion)
    if precedente is None:
        return []
    jour = format_date(precedente.date)
    return [
        Proposition(
            PRECEDENTE,
            "Réunion précédente",
            f"Revenir sur la réunion du {jour}",
            "Ce qui a été dit, et ce qui en a été fait.",
            TypePoint.AVIS,
            5,
            "Secrétariat",
        )
    ]


def _operations(reunion, cles) -> list[Proposition]:
    operations = operations_a_examiner(reunion)
    combien = operations.count()
    if not combien:
        return []
    nombre = _pluriel(combien, "opération instruite", "opérations instruites")
    suite = (
        "Rejoint le point qui examine déjà des opérations."
        if OPERATIONS in cles
        else "Une fiche chacune dans le dossier."
    )
    return [
        Proposition(
            OPERATIONS,
            "Instruites",
            "Opérations à examiner avant les instances",
            f"{nombre} {'attendent' if combien > 1 else 'attend'} un avis. {suite}",
            TypePoint.AVIS,
            min(10 + 7 * combien, 90),
            "Instructeurs",
            operations=operations,
            nombre=combien,
        )
    ]


RENVOI = "Les montants, à la date des chiffres du dossier, sont au chapitre «\u202fPoints d’attention\u202f»."


def compute_propositions(reunion, *, situation=None) -> list[Proposition]:
    """Items the rules suggest for a meeting and that its agenda does not have yet, in the order of a usual meeting."""
    accord = reunion.comite.accord
    situation = situation or compute_situation(accord, au=min(reunion.date, timezone.localdate()))
    cles = set(reunion.points.values_list("proposition", flat=True))
    organismes = list(dict.fromkeys(s.enveloppe.organisme.nom_court for s in situation.enveloppes))
    propositions = [
        *_precedente(reunion),
        Proposition(
            SITUATION,
            "À chaque réunion",
            "Situation des enveloppes",
            "Les chiffres sont figés quand le dossier est produit.",
            TypePoint.INFORMATION,
            20,
            ", ".join(organismes)[:120],
        ),
        *_operations(reunion, cles),
        *(
            Proposition(
                alerte.cle[:60],
                "Alerte",
                alerte.objet[:200],
                alerte.texte,
                TypePoint.DEBAT,
                15,
                texte=RENVOI,  # an amount copied here would contradict the figures of another day
            )
            for alerte in compute_alertes(situation)
        ),
        Proposition(
            ATTENTION,
            "À chaque réunion",
            "Points d’attention",
            "Les alertes sur les chiffres et ce que l’accord laisse à préciser.",
            TypePoint.INFORMATION,
            10,
        ),
        Proposition(
            QUESTIONS_DIVERSES,
            "À chaque réunion",
            "Questions diverses",
            "Ferme la réunion.",
            TypePoint.INFORMATION,
            5,
            "Tous",
        ),
    ]
    return [p for p in propositions if p.cle not in cles or p.cle == OPERATIONS]
