"""How long each step takes: days between two dates of an operation, over the twelve months before a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Aggregate, Count, DurationField, F
from django.db.models.functions import TruncQuarter

from operations.etapes import ETAPES, Etape
from operations.models import Operation

TRIMESTRES = 8
MINIMUM_MESURE = 5  # below, the ninth decile of so few files says nothing about the next one


class Centile(Aggregate):
    """`percentile_disc`: a value that was really measured, never an average of two."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Delai:
    """Days of a step: median, ninth decile, and how many operations were measured; None when none was."""

    etape: Etape
    nombre: int
    mediane: int | None
    decile: int | None

    @property
    def decile_fiable(self) -> int | None:
        return self.decile if self.nombre >= MINIMUM_MESURE else None


@dataclass(frozen=True)
class Trimestre:
    """The median of the steps that ended in a quarter; None when none did."""

    debut: date
    mediane: int | None

    @property
    def nom(self) -> str:
        return f"{(self.debut.month + 2) // 3}e trimestre {self.debut.year}".replace("1e ", "1er ")


def _trimestres_avant(au: date) -> list[date]:
    """First days of the last eight quarters, the one of `au` included."""
    rang = au.year * 4 + (au.month - 1) // 3
    return [date(r // 4, r % 4 * 3 + 1, 1) for r in range(rang - TRIMESTRES + 1, rang + 1)]


def _jours(duree: timedelta | None) -> int | None:
    return None if duree is None else duree.days


def _operations(accord, organisme: str, fonds: str):
    operations = Operation.objects.filter(accord=accord)
    if organisme:
        operations = operations.filter(enveloppe__organisme__code=organisme)
    return operations.filter(enveloppe__fonds__code=fonds) if fonds else operations


def compute_trimestres(accord, au: date, *, organisme: str = "", fonds: str = "") -> dict[str, list[Trimestre]]:
    """Measure each step quarter by quarter, over eight quarters up to `au`; one query by step."""
    debuts = _trimestres_avant(au)
    trimestres = {}
    for etape in ETAPES:
        mesures = dict(
            _operations(accord, organisme, fonds)
            .filter(**{f"{etape.fin}__gte": debuts[0], f"{etape.fin}__lte": au, f"{etape.debut}__isnull": False})
            .order_by()
            .annotate(trimestre=TruncQuarter(etape.fin))
            .values("trimestre")
            .annotate(mediane=Centile(F(etape.fin) - F(etape.debut), part="0.5"))
            .values_list("trimestre", "mediane")
        )
        trimestres[etape.code] = [Trimestre(debut, _jours(mesures.get(debut))) for debut in debuts]
    return trimestres


def compute_delais(accord, au: date, *, organisme: str = "", fonds: str = "") -> list[Delai]:
    """Measure each step that ended in the twelve months up to `au`, in one query.

    The dates are those of the files as they read today: a file instructed again after an adjournment counts its last
    instruction.
    """
    operations = _operations(accord, organisme, fonds)
    mesures = {}
    for etape in ETAPES:
        duree = F(etape.fin) - F(etape.debut)
        finies = etape.mesurees(au)
        mesures |= {
            f"{etape.code}_nombre": Count("pk", filter=finies),
            f"{etape.code}_mediane": Centile(duree, part="0.5", filter=finies),
            f"{etape.code}_decile": Centile(duree, part="0.9", filter=finies),
        }
    valeurs = operations.aggregate(**mesures)
    return [
        Delai(
            etape,
            valeurs[f"{etape.code}_nombre"],
            _jours(valeurs[f"{etape.code}_mediane"]),
            _jours(valeurs[f"{etape.code}_decile"]),
        )
        for etape in ETAPES
    ]
