"""Structures as CSV lines, as `exports` writes operations; their contacts stay on their page."""

from collections.abc import Iterable, Iterator

from comptes.tableur import proteger

from .exports import ecrire_csv

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
            proteger(s.nom),
            s.siret,
            s.siren,
            s.dire_roles,
            s.organisme.code if s.organisme else "",
            proteger(s.adresse),
            s.code_postal,
            proteger(str(s.commune or "")),
            str(s.nombre_operations),
        ]
        for s in structures
    )
    return ecrire_csv(COLONNES, lignes)
