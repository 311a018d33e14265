"""Structures as CSV lines, as `exports` writes operations; their contacts stay on their page."""

from collections.abc import Iterable, Iterator
from itertools import chain

from comptes.classeurs import stream_csv

COLONNES = [
    "nom",
    "siret",
    "siren",
    "roles",
    "organisme_de_l_accord",
    "adresse",
    "code_postal",
    "commune",
    "operations",
]


def build_csv_structures(structures: Iterable) -> Iterator[bytes]:
    """`operations` counts those that the person knows (`nombre_operations`)."""
    lignes = (
        [
            s.nom,
            s.siret,
            s.siren,
            s.dire_roles,
            s.organisme.code if s.organisme else "",
            s.adresse,
            s.code_postal,
            str(s.commune or ""),
            s.nombre_operations,
        ]
        for s in structures
    )
    return stream_csv(chain([COLONNES], lignes))
