"""The steps of a file between two of its dates: the days they take are measured over the twelve months before a day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q


@dataclass(frozen=True)
class Etape:
    code: str
    libelle: str
    debut: str
    fin: str

    def mesurees(self, au: date) -> Q:
        """The operations that finished this step in the twelve months up to `au`."""
        return Q(**{f"{self.fin}__gt": un_an_avant(au), f"{self.fin}__lte": au, f"{self.debut}__isnull": False})


ETAPES = [
    Etape("recevabilite", "Dépôt à recevabilité", "deposee_le", "recevable_le"),
    Etape("instruction", "Recevabilité à instruction", "recevable_le", "instruite_le"),
    Etape("programmation", "Instruction à programmation", "instruite_le", "programmee_le"),
]


def un_an_avant(jour: date) -> date:
    """The same day a year earlier; 28 February for a 29."""
    return jour.replace(year=jour.year - 1, day=28 if (jour.month, jour.day) == (2, 29) else jour.day)
