"""Official GeoJSON files: their objects with their number, their properties whatever the spelling, their shapes.

Shapely is imported where a shape is read: the pages that show none do not pay for it.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fichier import FichierIllisible, FichierRefuse
from .montants import format_nombre

WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")
REPARATION = 0.01  # a shape that crosses itself is put right when its area moves by less than 1 %
AUTRE_PROJECTION = "convertissez le fichier en degrés WGS\u00a084 (EPSG:4326)."


class GeometrieFausse(Exception):
    """A shape that cannot be a territory: why, in French."""


@dataclass(frozen=True)
class ObjetGeo:
    """One object of the file, numbered from 1 as a person counts."""

    numero: int
    proprietes: dict[str, Any]
    geometrie: Any

    def lire(self, *noms: str) -> str:
        """The first of these properties that says something; case, hyphens and underscores do not count."""
        for nom in noms:
            valeur = self.proprietes.get(nom)
            if isinstance(valeur, list):
                valeur = ",".join(str(v) for v in valeur)
            if valeur is not None and not isinstance(valeur, bool | dict) and str(valeur).strip():
                return str(valeur).strip()
        return ""


def lire_geojson(chemin: Path) -> list[ObjetGeo]:
    """Read a collection of objects; refuse what is not one, or is not in degrees."""
    try:
        contenu = json.loads(chemin.read_text(encoding="utf-8-sig"))
    except OSError:
        raise FichierIllisible(f"Le fichier «\u202f{chemin}\u202f» est introuvable, ou ne se lit pas.") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as erreur:
        ou = f", ligne {erreur.lineno}" if isinstance(erreur, json.JSONDecodeError) else ""
        raise FichierIllisible(f"{chemin.name}{ou}\u00a0: ce n’est pas un fichier GeoJSON.") from None
    objets = contenu.get("features") if isinstance(contenu, dict) else None
    if not isinstance(objets, list) or not objets:
        raise FichierRefuse(
            [f"{chemin.name}\u00a0: aucun objet. Un fichier GeoJSON porte une liste «\u202ffeatures\u202f»."]
        )
    projection = _nommer_projection(contenu)
    if projection and not projection.endswith(WGS84):
        raise FichierRefuse(
            [f"{chemin.name}\u00a0: coordonnées en «\u202f{projection}\u202f»\u202f; {AUTRE_PROJECTION}"]
        )
    return list(_lire_objets(objets))


def _nommer_projection(contenu: dict) -> str:
    try:
        return str(contenu["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        return ""


def _lire_objets(objets: list) -> Iterator[ObjetGeo]:
    for numero, objet in enumerate(objets, 1):
        objet = objet if isinstance(objet, dict) else {}
        proprietes = objet.get("properties") if isinstance(objet.get("properties"), dict) else {}
        noms = {_cle(nom): valeur for nom, valeur in proprietes.items()}
        yield ObjetGeo(numero, noms, objet.get("geometry"))


def _cle(nom: str) -> str:
    return str(nom).casefold().replace("_", "").replace("-", "").replace(" ", "")


def lire_forme(geometrie: Any):
    """A valid Shapely polygon, or several, from the geometry of an object; raises GeometrieFausse."""
    import shapely

    polygones = [_lire_polygone(polygone) for polygone in _lister_polygones(geometrie)]
    forme = shapely.MultiPolygon(polygones) if len(polygones) > 1 else polygones[0]
    return forme if forme.is_valid else _reparer(forme)


def _lister_polygones(geometrie: Any) -> list:
    if not isinstance(geometrie, dict):
        raise GeometrieFausse("il n’a pas de géométrie.")
    genre, coordonnees = geometrie.get("type"), geometrie.get("coordinates")
    if genre not in ("Polygon", "MultiPolygon"):
        raise GeometrieFausse(f"sa géométrie est «\u202f{genre}\u202f»\u202f; attendu\u00a0: Polygon ou MultiPolygon.")
    polygones = [coordonnees] if genre == "Polygon" else coordonnees
    if not isinstance(polygones, list) or not polygones:
        raise GeometrieFausse("sa géométrie est vide.")
    return polygones


def _lire_polygone(anneaux: Any):
    import shapely

    if not isinstance(anneaux, list) or not anneaux:
        raise GeometrieFausse("sa géométrie est vide.")
    lus = [_lire_anneau(anneau) for anneau in anneaux]
    return shapely.Polygon(lus[0], lus[1:])


def _lire_anneau(anneau: Any) -> list[tuple[float, float]]:
    if not isinstance(anneau, list):
        raise GeometrieFausse("ses coordonnées ne se lisent pas.")
    points = [_lire_point(point) for point in anneau]
    if len(points) < 4 or points[0] != points[-1]:
        raise GeometrieFausse("un de ses contours n’est pas fermé\u00a0: le dernier point répète le premier.")
    return points


def _lire_point(point: Any) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) < 2:
        raise GeometrieFausse("ses coordonnées ne se lisent pas.")
    x, y = point[:2]
    if any(isinstance(v, bool) or not isinstance(v, int | float) or not math.isfinite(v) for v in (x, y)):
        raise GeometrieFausse("ses coordonnées ne se lisent pas.")
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        ecrites = f"{format_nombre(round(x))} et {format_nombre(round(y))}"
        raise GeometrieFausse(f"ses coordonnées ({ecrites}) ne sont pas des degrés\u202f; {AUTRE_PROJECTION}")
    return float(x), float(y)


def _reparer(forme):
    """Put right a contour that touches or crosses itself a little; refuse one whose shape is not certain."""
    import shapely

    reparee = shapely.make_valid(forme)
    polygones = [p for p in shapely.get_parts(reparee) if p.geom_type == "Polygon"]
    polygones += [p for m in shapely.get_parts(reparee) if m.geom_type == "MultiPolygon" for p in m.geoms]
    aire = sum(polygone.area for polygone in polygones)
    if not aire:
        raise GeometrieFausse("son contour n’enferme aucune surface.")
    if abs(aire - forme.area) > REPARATION * aire:
        raise GeometrieFausse("son contour se croise.")
    return shapely.MultiPolygon(polygones) if len(polygones) > 1 else polygones[0]


def build_contour(forme, fichier: str) -> dict[str, Any]:
    """The columns of a stored contour."""
    import shapely

    ouest, sud, est, nord = forme.bounds
    geometrie = json.loads(shapely.to_geojson(forme))
    return {"geometrie": geometrie, "ouest": ouest, "sud": sud, "est": est, "nord": nord, "fichier": fichier}
