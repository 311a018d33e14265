"""Applications that wait for an act: since when, and how long is long."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Min, Q

from accord.models import Parametre
from operations.enums import Statut
from operations.models import Operation

from .delais import Delai


@dataclass(frozen=True)
class Attente:
    """A step that somebody owes: the statuses that wait for it, and the date the wait is counted from."""

    code: str
    quoi: str
    statuts: tuple[str, ...]
    parametre: str


ATTENTES = [
    Attente("recevabilite", "leur recevabilité", (Statut.DEPOSEE,), "recevabilite_delai_jours"),
    Attente("instruction", "leur instruction", (Statut.RECEVABLE, Statut.AJOURNEE), "instruction_delai_jours"),
    Attente("programmation", "la décision de l’instance", (Statut.INSTRUITE,), "programmation_delai_jours"),
]


@dataclass(frozen=True)
class Seuil:
    """Days beyond which a file is late, and where that number comes from."""

    jours: int
    origine: str


def lire_delais(accord, jour: date) -> dict[str, Seuil]:
    """Delays that the agreement sets (parameters in days, valid that day); empty when it sets none."""
    codes = {a.parametre: a.code for a in ATTENTES}
    parametres = Parametre.objects.filter(accord=accord, code__in=codes).valables_le(jour)
    return {
        codes[p.code]: Seuil(int(p.valeur), "délai de l’accord" if p.est_verifie else "délai à vérifier")
        for p in parametres
        if p.valeur.isdecimal()
    }


def seuils_mesures(delais: list[Delai]) -> dict[str, Seuil]:
    """Where no delay is set: what nine files in ten took less than, when enough were measured."""
    return {
        d.etape.code: Seuil(d.decile_fiable, "neuf dossiers sur dix ont pris moins de temps")
        for d in delais
        if d.decile_fiable
    }


@dataclass(frozen=True)
class AttenteLongue:
    attente: Attente
    seuil: Seuil
    nombre: int
    plus_ancienne: date

    def jours(self, jour: date) -> int:
        return (jour - self.plus_ancienne).days


def compute_attentes_longues(accord, jour: date, seuils: dict[str, Seuil], **perimetre) -> list[AttenteLongue]:
    """Count the files that wait for longer than the threshold of their step, in one query."""
    concernees = [a for a in ATTENTES if a.code in seuils]
    if not concernees:
        return []
    mesures = {}
    for attente in concernees:
        longues = Q(statut__in=attente.statuts, statut_depuis_le__lt=jour - timedelta(days=seuils[attente.code].jours))
        mesures[f"{attente.code}_nombre"] = Count("pk", filter=longues)
        mesures[f"{attente.code}_depuis"] = Min(F("statut_depuis_le"), filter=longues)
    valeurs = Operation.objects.filter(accord=accord, **perimetre).aggregate(**mesures)
    return [
        AttenteLongue(a, seuils[a.code], valeurs[f"{a.code}_nombre"], valeurs[f"{a.code}_depuis"])
        for a in concernees
        if valeurs[f"{a.code}_nombre"]
    ]
