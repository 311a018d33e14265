"""The tabs of an operation, one address each."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Onglet:
    nom: str  # of the address, in the operations namespace
    libelle: str


ONGLETS = [
    Onglet("detail", "Synthèse"),
    Onglet("plan", "Plan de financement"),
    Onglet("instruction", "Instruction"),
    Onglet("convention", "Convention"),
    Onglet("paiements", "Paiements"),
    Onglet("journal", "Journal"),
]


def build_onglets(operation, courant: str) -> list[dict]:
    """Dicts for components/onglets.html."""
    return [
        {
            "libelle": onglet.libelle,
            "url": reverse(f"operations:{onglet.nom}", args=[operation.accord.slug, operation.numero]),
            "courant": onglet.nom == courant,
        }
        for onglet in ONGLETS
    ]
