"""Pages of the territories, under `/<accord>/territoires/`."""

from django.urls import reverse


def build_onglets(accord, courant: str) -> list[dict]:
    """The three lists, one URL each."""
    noms = {"liste": "Périmètres", "epcis": "EPCI", "quartiers": "Quartiers prioritaires"}
    return [
        {"libelle": libelle, "url": reverse(f"territoires:{nom}", args=[accord.slug]), "courant": nom == courant}
        for nom, libelle in noms.items()
    ]
