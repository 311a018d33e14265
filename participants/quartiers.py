"""How many persons live in a priority neighbourhood, among those whose address is known (`domaine.md` 1.8).

Read from the counters, so by whole months of entry (`au` is the end of one), and complete records only.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum
from django.db.models.functions import ExtractYear

from accord.models import AccordCadre

from .models import CompteurTerritoire

QUATRE_DECIMALES = Decimal("0.0001")
NOMBRES = ("en_qpv", "adresses_connues", "eeco01")


@dataclass(frozen=True)
class Residence:
    """Persons: in a neighbourhood, of known address, in all. A share has four decimals, None over nobody."""

    en_qpv: int
    adresses_connues: int
    participants: int

    @property
    def adresses_inconnues(self) -> int:
        return self.participants - self.adresses_connues

    @property
    def part(self) -> Decimal | None:
        return _part(self.en_qpv, self.adresses_connues)

    @property
    def part_inconnue(self) -> Decimal | None:
        return _part(self.adresses_inconnues, self.participants)

    def __add__(self, autre: "Residence") -> "Residence":
        return Residence(
            self.en_qpv + autre.en_qpv,
            self.adresses_connues + autre.adresses_connues,
            self.participants + autre.participants,
        )


PERSONNE = Residence(0, 0, 0)


def _part(nombre: int, sur: int) -> Decimal | None:
    return (Decimal(nombre) / sur).quantize(QUATRE_DECIMALES, ROUND_HALF_UP) if sur else None


def _compter(accord: AccordCadre, au: date, *cles, **criteres):
    compteurs = CompteurTerritoire.objects.filter(
        operation__enveloppe__accord=accord, mois__lte=au, eeco01__gt=0, **criteres
    )
    return compteurs.order_by().values_list(*cles).annotate(*(Sum(nombre) for nombre in NOMBRES))


def compter_residences(accord: AccordCadre, au: date) -> dict[tuple[int, int], Residence]:
    """By envelope (its key) and year of entry."""
    lignes = _compter(accord, au, "operation__enveloppe", ExtractYear("mois"))
    return {(enveloppe, annee): Residence(*nombres) for enveloppe, annee, *nombres in lignes}


def compter_residences_par_epci(accord: AccordCadre, au: date, fonds: str) -> dict[str, Residence]:
    """By EPCI of residence, for one fund; the empty SIREN is elsewhere or unknown."""
    lignes = _compter(accord, au, "epci", operation__enveloppe__fonds__code=fonds)
    return {siren: Residence(*nombres) for siren, *nombres in lignes}
