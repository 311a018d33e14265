"""Applications that wait for an act: since when, and how long is long."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Aggregate, Count, F, Min, Q

from accord.models import Parametre
from operations.enums import Statut
from operations.models import Operation

from .delais import Delai


@dataclass(frozen=True)
class Attente:
    """What a file of that status waits for, and the step whose delay applies to it."""

    statut: str
    quoi: str
    etape: str


ATTENTES = [
    Attente(Statut.DEPOSEE, "la recevabilité", "recevabilite"),
    Attente(Statut.RECEVABLE, "l’instruction", "instruction"),
    Attente(Statut.AJOURNEE, "la reprise de l’instruction", "instruction"),
    Attente(Statut.INSTRUITE, "la décision de l’instance", "programmation"),
]


@dataclass(frozen=True)
class Seuil:
    """Days beyond which a file is late, and where that number comes from."""

    jours: int
    origine: str

    def limite(self, jour: date) -> date:
        """A file is late when it has waited since before that day."""
        return jour - timedelta(days=self.jours)


def lire_delais(accord, jour: date) -> dict[str, Seuil]:
    """Delays that the agreement sets (parameters in days, valid that day); empty when it sets none."""
    codes = {f"{a.etape}_delai_jours": a.etape for a in ATTENTES}
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
    concernees = [a for a in ATTENTES if a.etape in seuils]
    if not concernees:
        return []
    mesures: dict[str, Aggregate] = {}
    for attente in concernees:
        longues = Q(statut=attente.statut, statut_depuis_le__lt=seuils[attente.etape].limite(jour))
        mesures[f"{attente.statut}_nombre"] = Count("pk", filter=longues)
        mesures[f"{attente.statut}_depuis"] = Min(F("statut_depuis_le"), filter=longues)
    valeurs = Operation.objects.filter(accord=accord, **perimetre).aggregate(**mesures)
    return [
        AttenteLongue(a, seuils[a.etape], valeurs[f"{a.statut}_nombre"], valeurs[f"{a.statut}_depuis"])
        for a in concernees
        if valeurs[f"{a.statut}_nombre"]
    ]
