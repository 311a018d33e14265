"""The shapes of communes and EPCI from an official file; an EPCI is the union of its communes."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from comptes.journal import journaliser

from ..fichier import FichierRefuse
from ..geojson import GeometrieFausse, build_contour, lire_forme, lire_geojson
from ..models import AccordCadre, Commune, ContourCommune, ContourEpci, Epci
from ..territoires import epcis_de

CODES = ("code", "codeinsee", "inseecom", "codgeo", "depcom", "siren", "sirenepci", "codesiren", "codeepci", "epci")
EPCIS = ("epci", "sirenepci", "codeepci", "siren")
NOMS = ("nom", "libgeo", "libcom", "nomcom", "libelle", "libepci", "nomepci")
FINESSE = 0.001  # degrees: what a contour may lose when it is drawn on a page, about a tenth of a kilometre


@dataclass
class BilanContours:
    lus: int
    communes: int = 0  # contours written
    epcis: int = 0
    inchanges: int = 0
    inconnues: list[str] = field(default_factory=list)  # of the département, not in the reference list
    ailleurs: int = 0  # of other départements
    sans_contour: list[str] = field(default_factory=list)  # communes of the département that still have none
    epcis_sans_contour: list[str] = field(default_factory=list)

    @property
    def a_change(self) -> bool:
        return bool(self.communes or self.epcis)


@transaction.atomic
def charger_contours(accord: AccordCadre, chemin: Path) -> BilanContours:
    """Store the contours of a file of communes or EPCI, all or nothing; say what has no contour and what is unknown."""
    lecture = LectureContours(accord, chemin)
    bilan = lecture.bilan
    if not lecture.communes and not lecture.epcis:
        raise FichierRefuse([f"{chemin.name}\u00a0: aucun code n’est celui d’une commune ou d’un EPCI du référentiel."])
    _garder_communes(lecture)
    _garder_epcis(lecture, {**_unir(lecture), **lecture.epcis})
    sans = Commune.objects.filter(code_departement=accord.code_departement, contour=None)
    bilan.sans_contour = [f"{c.nom} ({c.code_insee})" for c in sans]
    bilan.epcis_sans_contour = [e.nom for e in epcis_de(accord).filter(contour=None)]
    if bilan.a_change:
        journaliser(
            accord,
            "contours_charges",
            auteur=None,
            fichier=chemin.name,
            communes=bilan.communes,
            epci=bilan.epcis,
            inconnues=bilan.inconnues,
        )
    return bilan


class LectureContours:
    """Sorts the objects of the file: known communes, known EPCI, unknown communes that say their EPCI."""

    def __init__(self, accord: AccordCadre, chemin: Path):
        objets = lire_geojson(chemin)
        self.fichier, self.bilan = chemin.name, BilanContours(len(objets))
        self.communes: dict[Commune, Any] = {}
        self.epcis: dict[Epci, Any] = {}
        self.rattachees: dict[Epci, list] = defaultdict(list)  # shapes that belong to an EPCI
        self._par_code = {c.code_insee: c for c in Commune.objects.select_related("epci")}
        self._par_siren = {e.siren: e for e in Epci.objects.all()}
        fautes = [faute for objet in objets if (faute := self._lire(objet, accord.code_departement))]
        if fautes:
            raise FichierRefuse(fautes)

    def _lire(self, objet, departement: str) -> str:
        code = objet.lire(*CODES)
        code = code.zfill(5) if code.isdigit() and len(code) == 4 else code
        commune, epci = self._par_code.get(code), self._par_siren.get(code)
        autour = commune.epci if commune else self._par_siren.get(objet.lire(*EPCIS))
        if not code:
            return self._faute(objet, "il n’a pas de code (INSEE ou SIREN).")
        if commune is None and epci is None and not code.startswith(departement):
            self.bilan.ailleurs += 1
            return ""
        if commune in self.communes or epci in self.epcis:
            return self._faute(objet, f"le code {code} est déjà celui d’un autre objet.")
        try:
            forme = lire_forme(objet.geometrie)
        except GeometrieFausse as faute:
            return self._faute(objet, str(faute))
        if commune:
            self.communes[commune] = forme
        elif epci:
            self.epcis[epci] = forme
            return ""
        else:
            self.bilan.inconnues.append(f"{objet.lire(*NOMS) or 'sans nom'} ({code})")
        if autour:
            self.rattachees[autour].append(forme)
        return ""

    def _faute(self, objet, constat: str) -> str:
        return f"{self.fichier}, objet n°\u00a0{objet.numero}\u00a0: {constat}"


def _garder_communes(lecture: LectureContours) -> None:
    existants = {c.commune_id: c for c in ContourCommune.objects.filter(commune__in=lecture.communes)}
    nouveaux = []
    for commune, forme in lecture.communes.items():
        colonnes = build_contour(forme, lecture.fichier)
        if _a_bouge(existants.get(commune.pk), colonnes):
            nouveaux.append(ContourCommune(commune=commune, **colonnes))
        else:
            lecture.bilan.inchanges += 1
    ContourCommune.objects.filter(commune__in=[c.commune_id for c in nouveaux]).delete()
    ContourCommune.objects.bulk_create(nouveaux)
    lecture.bilan.communes = len(nouveaux)


def _a_bouge(ancien, colonnes: dict[str, Any]) -> bool:
    return ancien is None or ancien.geometrie != colonnes["geometrie"]


def _unir(lecture: LectureContours) -> dict[Epci, Any]:
    """The union of the communes of each EPCI that the file speaks of; a commune merged since keeps its piece."""
    import shapely

    lus = {commune.pk for commune in lecture.communes}
    autres = ContourCommune.objects.filter(commune__epci__in=lecture.rattachees).exclude(commune__in=lus)
    formes = {epci: list(siennes) for epci, siennes in lecture.rattachees.items()}
    for contour in autres.select_related("commune__epci"):
        formes[contour.commune.epci].append(shapely.geometry.shape(contour.geometrie))
    return {epci: shapely.union_all(siennes) for epci, siennes in formes.items()}


def _garder_epcis(lecture: LectureContours, formes: dict[Epci, Any]) -> None:
    import shapely

    if not formes:
        return
    simples = shapely.coverage_simplify(list(formes.values()), FINESSE)  # together: two neighbours keep one limit
    existants = {c.epci_id: c for c in ContourEpci.objects.filter(epci__in=formes)}
    for epci, forme in zip(formes, simples, strict=True):
        colonnes = build_contour(forme, lecture.fichier)
        if _a_bouge(existants.get(epci.pk), colonnes):
            longitude, latitude = _repere(forme)
            reperes = {"repere_longitude": longitude, "repere_latitude": latitude}
            ContourEpci.objects.update_or_create(epci=epci, defaults=colonnes | reperes)
            lecture.bilan.epcis += 1
        else:
            lecture.bilan.inchanges += 1


def _repere(forme) -> tuple[float, float]:
    """Where a name has the most room: the middle of the widest circle inside the largest part."""
    import shapely

    plus_grande = max(shapely.get_parts(forme), key=lambda partie: partie.area)
    cercle = shapely.maximum_inscribed_circle(plus_grande, FINESSE)
    return cercle.coords[0]
