"""How long each step takes: days between two dates of an operation, over the twelve months before a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Aggregate, Count, DurationField, F, QuerySet
from django.db.models.functions import TruncQuarter

from operations.etapes import ETAPES, Etape

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


def _dans(etape: Etape, lignes: QuerySet, accord, organisme: str, fonds: str) -> QuerySet:
    """Keep the rows of an agreement, of a body, of a fund."""
    lignes = lignes.filter(**{etape.vers("accord"): accord})
    if organisme:
        lignes = lignes.filter(**{etape.vers("enveloppe__organisme__code"): organisme})
    return lignes.filter(**{etape.vers("enveloppe__fonds__code"): fonds}) if fonds else lignes


def compute_trimestres(accord, au: date, *, organisme: str = "", fonds: str = "") -> dict[str, list[Trimestre]]:
    """Measure each step quarter by quarter, over eight quarters up to `au`; one query by step."""
    debuts = _trimestres_avant(au)
    trimestres = {}
    for etape in ETAPES:
        mesures = dict(
            _dans(etape, etape.franchies(debuts[0], au), accord, organisme, fonds)
            .annotate(trimestre=TruncQuarter(etape.fin))
            .values("trimestre")
            .annotate(mediane=Centile(F(etape.fin) - F(etape.debut), part="0.5"))
            .values_list("trimestre", "mediane")
        )
        trimestres[etape.code] = [Trimestre(debut, _jours(mesures.get(debut))) for debut in debuts]
    return trimestres


def compute_delais(accord, au: date, *, organisme: str = "", fonds: str = "", etapes=ETAPES) -> list[Delai]:
    """Measure each step that ended in the twelve months up to `au`; one query by step.

    The dates are those of the files as they read today: a file instructed again after an adjournment counts its last
    instruction. An operation controlled or paid several times counts once in `nombre`, each time in the measure.
    """
    delais = []
    for etape in etapes:
        duree = F(etape.fin) - F(etape.debut)
        mesure = _dans(etape, etape.mesurees(au), accord, organisme, fonds).aggregate(
            nombre=Count(etape.vers("pk"), distinct=True),
            mediane=Centile(duree, part="0.5"),
            decile=Centile(duree, part="0.9"),
        )
        delais.append(Delai(etape, mesure["nombre"], _jours(mesure["mediane"]), _jours(mesure["decile"])))
    return delais
