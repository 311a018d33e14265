"""In which priority neighbourhood: the generation valid that day, by address or by code (`domaine.md` 2.6, « QPV »)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from comptes.recherche import CleRecherche, contient

from .models import Commune, Qpv


def qpv_du_code(code: str, le: date) -> Qpv | None:
    """The neighbourhood of this code, when its generation is the one valid that day; any other code says nothing."""
    return Qpv.objects.valables_le(le).filter(code=_ecrire_code(code)).first()


def qpv_du_point(longitude: float, latitude: float, le: date) -> Qpv | None:
    """The neighbourhood valid that day that holds an address, its limit included; the first code when two do."""
    import shapely

    point = shapely.Point(longitude, latitude)
    dans_le_cadre = Qpv.objects.valables_le(le).filter(
        contour__ouest__lte=longitude,
        contour__est__gte=longitude,
        contour__sud__lte=latitude,
        contour__nord__gte=latitude,
    )
    for qpv in dans_le_cadre.select_related("contour").order_by("code"):
        if shapely.geometry.shape(qpv.contour.geometrie).covers(point):
            return qpv
    return None


def sont_dessines(le: date) -> bool:
    """True when the neighbourhoods valid that day have their shapes: an address can then be inside one, or outside."""
    return Qpv.objects.valables_le(le).filter(contour__isnull=False).exists()


def chercher_quartiers(q: str = "", generation: str = "") -> QuerySet[Qpv]:
    """Those whose name, code or commune answers every word; the latest generation first."""
    trouves = Qpv.objects.select_related("contour").prefetch_related("communes").alias(cle=CleRecherche("nom"))
    if generation:
        trouves = trouves.filter(generation=generation)
    for mot in q.split():
        siennes = Commune.objects.filter(quartiers=OuterRef("pk")).alias(cle=CleRecherche("nom"))
        communes = siennes.filter(contient([mot], "cle"))
        trouves = trouves.filter(contient([mot], "cle") | Q(code__icontains=mot) | Exists(communes))
    return trouves.order_by("-generation", "code")


def compter_generations() -> list[Any]:
    """How many neighbourhoods of each generation are loaded, how many with a shape, and when they hold."""
    generations = Qpv.objects.order_by().values("generation")
    comptes = generations.annotate(
        nombre=Count("pk"), contours=Count("contour"), valide_du=Min("valide_du"), valide_au=Max("valide_au")
    )
    return list(comptes.order_by("-generation"))


def _ecrire_code(code: str) -> str:
    return code.strip().upper()


class Adresse(NamedTuple):
    """Where somebody lived on the day of entry; no coordinate when the address was not located."""

    longitude: float | None
    latitude: float | None
    le: date


class QpvDuJour:
    """The same answers for a whole file: every neighbourhood is read once, then looked up in memory."""

    def __init__(self):
        import shapely

        self._par_code: dict[str, list[Qpv]] = {}
        self._dessines: dict[date, bool] = {}
        self._quartiers = list(Qpv.objects.select_related("contour").order_by("code", "generation"))
        for qpv in self._quartiers:
            self._par_code.setdefault(qpv.code, []).append(qpv)
        self._avec_contour = [qpv for qpv in self._quartiers if hasattr(qpv, "contour")]
        formes = [shapely.geometry.shape(qpv.contour.geometrie) for qpv in self._avec_contour]
        self._arbre = shapely.STRtree(formes)

    def du_code(self, code: str, le: date) -> Qpv | None:
        return next((qpv for qpv in self._par_code.get(_ecrire_code(code), []) if qpv.est_valable_le(le)), None)

    def sont_dessines(self, le: date) -> bool:
        """`sont_dessines`, for a day that comes again and again."""
        if le not in self._dessines:
            self._dessines[le] = any(qpv.est_valable_le(le) for qpv in self._avec_contour)
        return self._dessines[le]

    def du_point(self, longitude: float, latitude: float, le: date) -> Qpv | None:
        return self.des_adresses([Adresse(longitude, latitude, le)])[0]

    def des_adresses(self, adresses: Iterable[Adresse]) -> list[Qpv | None]:
        """One answer per address, in their order."""
        import shapely

        adresses = list(adresses)
        situees = [rang for rang, a in enumerate(adresses) if a.longitude is not None and a.latitude is not None]
        trouves: list[Qpv | None] = [None] * len(adresses)
        if not situees:
            return trouves
        points = shapely.points([(adresses[rang].longitude, adresses[rang].latitude) for rang in situees])
        paires = sorted(zip(*self._arbre.query(points, predicate="intersects").tolist(), strict=True))
        for place, rang_qpv in paires:  # by code: the first one stays
            rang, qpv = situees[place], self._avec_contour[rang_qpv]
            if trouves[rang] is None and qpv.est_valable_le(adresses[rang].le):
                trouves[rang] = qpv
        return trouves
