"""The steps of a file between two of its dates: the days they take are measured over the twelve months before a day."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Model, Q, QuerySet

from .enums import NaturePaiement
from .models import ControleServiceFait, Convention, Operation, Paiement


@dataclass(frozen=True)
class Etape:
    """A step, on the rows that carry its two dates. `chemin` leads from a row to its operation, empty for itself."""

    code: str
    libelle: str
    debut: str
    fin: str
    modele: type[Model] = Operation
    chemin: str = ""
    valides: Q = field(default_factory=Q)

    def vers(self, champ: str) -> str:
        """The path from a row to a field of its operation."""
        return f"{self.chemin}__{champ}" if self.chemin else champ

    def franchies(self, depuis: date, au: date) -> QuerySet:
        """The rows that finished this step between two days, both included."""
        return self.modele._default_manager.filter(
            self.valides, **{f"{self.fin}__range": (depuis, au), f"{self.debut}__isnull": False}
        ).order_by()

    def mesurees(self, au: date) -> QuerySet:
        """The rows that finished this step in the twelve months up to `au`."""
        return self.franchies(un_an_avant(au), au).exclude(**{self.fin: un_an_avant(au)})


ETAPES = [
    Etape("recevabilite", "Dépôt à recevabilité", "deposee_le", "recevable_le"),
    Etape("instruction", "Recevabilité à instruction", "recevable_le", "instruite_le"),
    Etape("programmation", "Instruction à programmation", "instruite_le", "programmee_le"),
    Etape(
        "convention",
        "Programmation à convention",
        "operation__programmee_le",
        "notifiee_le",
        Convention,
        "operation",
        Q(annulee_le__isnull=True),
    ),
    Etape(
        "controle",
        "Bilan à contrôle de service fait",
        "bilan__depose_le",
        "conclu_le",
        ControleServiceFait,
        "bilan__convention__operation",
        Q(annule_le__isnull=True, bilan__annule_le__isnull=True),
    ),
    Etape(
        "paiement",
        "Demande à paiement",
        "demande_le",
        "paye_le",
        Paiement,
        "operation",
        Q(annule_le__isnull=True) & ~Q(nature=NaturePaiement.RECOUVREMENT),
    ),
]


def un_an_avant(jour: date) -> date:
    """The same day a year earlier; 28 February for a 29."""
    return jour.replace(year=jour.year - 1, day=28 if (jour.month, jour.day) == (2, 29) else jour.day)
