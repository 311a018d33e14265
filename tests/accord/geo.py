"""GeoJSON files written by hand: squares on a grid, as the official files shape them."""

import json

from tests.factories import AccordFactory, ParametreFactory

ORIGINE = (2.0, 50.0)  # longitude and latitude of the corner of square (0, 0), in degrees
COTE = 0.1


def carre(colonne=0, rangee=0, cote=COTE):
    """The ring of a square of the grid, closed."""
    x, y = round(ORIGINE[0] + colonne * COTE, 6), round(ORIGINE[1] + rangee * COTE, 6)
    droite, haut = round(x + cote, 6), round(y + cote, 6)
    return [[x, y], [droite, y], [droite, haut], [x, haut], [x, y]]


def polygone(*anneaux):
    return {"type": "Polygon", "coordinates": list(anneaux) or [carre()]}


def objet(geometrie=None, **proprietes):
    return {"type": "Feature", "properties": proprietes, "geometry": geometrie or polygone()}


def ecrire_geojson(dossier, *objets, nom="quartiers.geojson", **reste):
    chemin = dossier / nom
    contenu = {"type": "FeatureCollection", "features": list(objets), **reste}
    chemin.write_text(json.dumps(contenu, ensure_ascii=False), encoding="utf-8")
    return chemin


def poser_parametres_qpv(accord=None):
    """What the agreement says of the two generations."""
    accord = accord or AccordFactory()
    ParametreFactory(accord=accord, code="qpv_motif_2015", valeur=r"^QP062\d{3}$")
    ParametreFactory(accord=accord, code="qpv_motif_2024", valeur=r"^QN062\d{2}[A-Z]$")
    ParametreFactory(accord=accord, code="qpv_bascule", valeur="2024-01-01", unite="date")
    return accord
