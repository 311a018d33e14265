"""The indicators of an agreement as of a day, by fund, body, specific objective and gender; or of one operation.

Read from the counters: the full months before, then a count of the records of the month begun, by the same rules.
The FSE+ and the FTJ are never added.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear

from accord.models import AccordCadre, Enveloppe

from .compteurs import MESURES, MESURES_TERRITOIRE, MOMENTS, compter_par, compter_territoires
from .indicateurs import REGLES
from .lignes import LIGNES, Ligne
from .models import CompteurIndicateur, CompteurTerritoire, EntitesSoutenues, Participation

TOTAL = "T"
TOUS = ""
PERSONNES = "PERSONNES"  # different persons, of one body in one fund


class Niveau(NamedTuple):
    """Where a figure is read: a fund, then one body or all (empty), one specific objective or all."""

    fonds: str
    organisme: str = TOUS
    objectif: str = TOUS

    def contient(self, autre: "Niveau") -> bool:
        return self.fonds == autre.fonds and all(
            mien in (TOUS, sien) for mien, sien in zip(self[1:], autre[1:], strict=True)
        )


class Cellule(NamedTuple):
    """One figure: the place, the gender (`TOTAL` for all), the code of the line."""

    niveau: Niveau
    sexe: str
    code: str


@dataclass(frozen=True)
class Rapport:
    """A share of persons with its two terms; `valeur` has four decimals, None when there is nobody to divide by."""

    numerateur: int
    denominateur: int

    @property
    def valeur(self) -> Decimal | None:
        if not self.denominateur:
            return None
        return (Decimal(self.numerateur) / self.denominateur).quantize(Decimal("0.0001"), "ROUND_HALF_UP")

    def to_json(self) -> dict:
        return {
            "numerateur": self.numerateur,
            "denominateur": self.denominateur,
            "valeur": None if self.valeur is None else str(self.valeur),
        }


@dataclass
class Figures:
    """Every figure of an agreement, or of one operation, at a day: `mailles` are the finest, the rest their sums."""

    accord: AccordCadre
    au: date
    mailles: dict[Niveau, dict[str, Counter]] = field(default_factory=dict)
    personnes: dict[Niveau, int] = field(default_factory=dict)
    entites: dict[Niveau, Counter] = field(default_factory=dict)
    _sommes: dict[tuple[Niveau, str], Counter] = field(default_factory=dict)

    def compteurs(self, niveau: Niveau, sexe: str = TOTAL) -> Counter:
        if (niveau, sexe) not in self._sommes:
            self._sommes[niveau, sexe] = self._sommer(niveau, sexe)
        return self._sommes[niveau, sexe]

    def _sommer(self, niveau: Niveau, sexe: str) -> Counter:
        somme: Counter = Counter()
        for maille, par_sexe in self.mailles.items():
            if niveau.contient(maille):
                for genre, compteurs in par_sexe.items():
                    if sexe in (TOTAL, genre):
                        somme.update(compteurs)
        return somme

    def nombre(self, cellule: Cellule) -> int:
        if cellule.code == PERSONNES:
            return self.personnes.get(cellule.niveau, 0)
        return LIGNES[cellule.code].compter(self.compteurs(cellule.niveau, cellule.sexe))

    def rapport(self, niveau: Niveau, ligne: Ligne, sexe: str = TOTAL) -> Rapport:
        """A result over its reference population among those who left, or a share over what it is a share of."""
        compteurs = self.compteurs(niveau, sexe)
        return Rapport(ligne.compter(compteurs), LIGNES[ligne.population].compter(compteurs))

    def nombre_entites(self, niveau: Niveau, code: str) -> int:
        return sum(nombres[code] for maille, nombres in self.entites.items() if niveau.contient(maille))

    def niveaux(self, fonds: str) -> Iterator[Niveau]:
        """The fund, its objectives, then each body and its objectives; a level that repeats another is left out."""
        mailles = [maille for maille in self.mailles if maille.fonds == fonds]
        organismes = list(dict.fromkeys(maille.organisme for maille in mailles))
        objectifs = sorted({maille.objectif for maille in mailles})
        yield Niveau(fonds)
        if len(organismes) > 1 and len(objectifs) > 1:
            yield from (Niveau(fonds, TOUS, objectif) for objectif in objectifs)
        for organisme in organismes:
            yield Niveau(fonds, organisme)
            yield from sorted(m for m in mailles if m.organisme == organisme)

    @property
    def tous_niveaux(self) -> list[Niveau]:
        return [niveau for fonds in self.fonds for niveau in self.niveaux(fonds)]

    @property
    def fonds(self) -> list[str]:
        return list(dict.fromkeys(maille.fonds for maille in self.mailles))


MAILLE = ["operation__enveloppe", "operation__objectif_specifique__code"]


def debut_live(au: date) -> date:
    """The first day that the counters do not cover whole: they hold full months."""
    return au.replace(day=1) if (au + timedelta(days=1)).day != 1 else au + timedelta(days=1)


def _lire_sommes(ligne: dict, mesures: list[str]) -> Counter:
    return Counter({mesure: ligne[f"n_{mesure}"] for mesure in mesures})


def _sommer(au: date, portee: Q, cles: list[str]) -> Iterator[tuple[tuple, Counter]]:
    """Counters of the full months, then the records of the month begun: (keys, what is counted), four queries."""
    debut = debut_live(au)
    gardes = CompteurIndicateur.objects.filter(portee, mois__lt=debut).order_by()
    for ligne in gardes.values(*cles).annotate(**{f"n_{mesure}": Sum(mesure) for mesure in MESURES}):
        yield tuple(ligne[c] for c in cles), _lire_sommes(ligne, MESURES)
    fiches = Participation.objects.filter(portee)
    for quand in MOMENTS:
        recentes = fiches.filter(**{f"{quand}__gte": debut, f"{quand}__lte": au})
        for ligne in compter_par(recentes, quand, *cles):
            yield tuple(ligne.pop(c) for c in cles), Counter(ligne)


def _places(accord: AccordCadre) -> dict[int, tuple[str, str]]:
    """The fund and the body of each envelope."""
    return {e.pk: (e.fonds.code, e.organisme.code) for e in Enveloppe.objects.for_accord(accord)}


def compute_figures(accord: AccordCadre, au: date, portee: Q | None = None) -> Figures:
    """Gather the figures of an agreement, or of a part of its records, in nine queries."""
    places = _places(accord)
    portee = Q(operation__accord=accord) & (portee or Q())
    figures = Figures(accord, au)
    for (enveloppe, objectif, sexe), nombres in _sommer(au, portee, [*MAILLE, "sexe"]):
        par_sexe = figures.mailles.setdefault(Niveau(*places[enveloppe], objectif), {})
        par_sexe.setdefault(sexe, Counter()).update(nombres)
    figures.mailles = {
        maille: figures.mailles[maille]
        for place in places.values()
        for maille in sorted(m for m in figures.mailles if (m.fonds, m.organisme) == place)
    }
    _compter_personnes(figures, portee, places)
    _compter_entites(figures, portee, places)
    return figures


def _compter_personnes(figures: Figures, portee: Q, places: dict) -> None:
    """How many different persons each body counts in a fund; a record whose person is not known is one of its own."""
    lignes = (
        Participation.objects.for_indicateurs()
        .filter(portee, REGLES["EECO01"].q, entree_le__lte=figures.au)
        .order_by()
        .values_list("operation__enveloppe")
        .annotate(connues=Count("personne", distinct=True), sans=Count("pk", filter=Q(personne__isnull=True)))
    )
    for enveloppe, connues, inconnues in lignes:
        fonds, organisme = places[enveloppe]
        figures.personnes[Niveau(fonds, organisme)] = connues + inconnues


def _compter_entites(figures: Figures, portee: Q, places: dict) -> None:
    """Entities supported: the latest number of each operation, at most at the date."""
    derniers = (
        EntitesSoutenues.objects.filter(portee, constate_le__lte=figures.au)
        .order_by("operation_id", "code", "-constate_le")
        .distinct("operation_id", "code")
    )
    for enveloppe, objectif, code, nombre in derniers.values_list(*MAILLE, "code", "nombre"):
        fonds, organisme = places[enveloppe]
        figures.entites.setdefault(Niveau(fonds, organisme, objectif), Counter())[code] += nombre


def participants_par_operation(
    accord: AccordCadre, au: date, portee: Q | None = None
) -> dict[int, tuple[Niveau, Counter]]:
    """The counters of each operation that has records, all genders together."""
    places = _places(accord)
    operations: dict[int, tuple[Niveau, Counter]] = {}
    for (enveloppe, objectif, operation), nombres in _sommer(
        au, Q(operation__accord=accord) & (portee or Q()), [*MAILLE, "operation_id"]
    ):
        niveau = Niveau(*places[enveloppe], objectif)
        operations.setdefault(operation, (niveau, Counter()))[1].update(nombres)
    return operations


# -- territories: what the page of priority neighbourhoods and its map read


@dataclass(frozen=True)
class PartQpvParticipants:
    """Participants of a body and a fund who entered in a year (None for all): in a neighbourhood, of known address."""

    organisme: str
    fonds: str
    annee: int | None
    en_qpv: int
    adresses_connues: int
    eeco01: int

    @property
    def part(self) -> Rapport:
        """Over known addresses only (`domaine.md` 1.8)."""
        return Rapport(self.en_qpv, self.adresses_connues)

    @property
    def adresses_inconnues(self) -> Rapport:
        return Rapport(self.eeco01 - self.adresses_connues, self.eeco01)


def parts_qpv_participants(accord: AccordCadre, au: date, *, par_annee: bool = True) -> list[PartQpvParticipants]:
    """By envelope (body × fund) in the order of the agreement, then by year of entry; only where somebody entered."""
    debut = debut_live(au)
    sommes: dict[tuple[int, int | None], Counter] = {}
    gardes: Any = (
        CompteurIndicateur.objects.filter(operation__accord=accord, mois__lt=debut)
        .order_by()
        .values("operation__enveloppe", annee=ExtractYear("mois"))
        .annotate(**{f"n_{mesure}": Sum(mesure) for mesure in MESURES_TERRITOIRE})
    )
    for ligne in gardes:
        cle = (ligne["operation__enveloppe"], ligne["annee"] if par_annee else None)
        sommes.setdefault(cle, Counter()).update(_lire_sommes(ligne, MESURES_TERRITOIRE))
    recentes = Participation.objects.filter(operation__accord=accord, entree_le__gte=debut, entree_le__lte=au)
    for ligne in compter_par(recentes, "entree_le", "operation__enveloppe"):
        cle = (ligne["operation__enveloppe"], au.year if par_annee else None)
        sommes.setdefault(cle, Counter()).update({m: ligne[m] for m in MESURES_TERRITOIRE})
    rangs = {pk: (rang, place) for rang, (pk, place) in enumerate(_places(accord).items())}
    return [
        PartQpvParticipants(
            rangs[pk][1][1], rangs[pk][1][0], annee, *(n[m] for m in ("en_qpv", "adresses_connues", "eeco01"))
        )
        for (pk, annee), n in sorted(sommes.items(), key=lambda item: (rangs[item[0][0]][0], item[0][1] or 0))
        if n["eeco01"]
    ]


def participants_par_epci(
    accord: AccordCadre, au: date, fonds: str | None = None, organisme: str | None = None
) -> dict[str, Counter]:
    """`eeco01`, `adresses_connues` and `en_qpv` by SIREN of the EPCI of residence; empty: elsewhere or unknown.

    Two funds are never added: name one, or one body of a single fund.
    """
    debut = debut_live(au)
    portee = Q(operation__accord=accord)
    if fonds:
        portee &= Q(operation__enveloppe__fonds__code=fonds)
    if organisme:
        portee &= Q(operation__enveloppe__organisme__code=organisme)
    sommes: dict[str, Counter] = {}
    gardes: Any = CompteurTerritoire.objects.filter(portee, mois__lt=debut).order_by()
    for ligne in gardes.values("epci").annotate(**{f"n_{m}": Sum(m) for m in MESURES_TERRITOIRE}):
        sommes.setdefault(ligne["epci"], Counter()).update(_lire_sommes(ligne, MESURES_TERRITOIRE))
    for ligne in compter_territoires(Participation.objects.filter(portee, entree_le__gte=debut, entree_le__lte=au)):
        sommes.setdefault(ligne["epci"], Counter()).update({m: ligne[m] for m in MESURES_TERRITOIRE})
    return sommes
