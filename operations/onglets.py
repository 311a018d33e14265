"""The tabs of an operation, one address each."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Onglet:
    nom: str  # of the address
    libelle: str
    espace: str = "operations"  # its namespace


ONGLETS = [
    Onglet("detail", "Synthèse"),
    Onglet("plan", "Plan de financement"),
    Onglet("instruction", "Instruction"),
    Onglet("convention", "Convention"),
    Onglet("bilans", "Bilans et CSF"),
    Onglet("paiements", "Paiements"),
    Onglet("pieces", "Pièces"),
    Onglet("observations", "Observations"),
    Onglet("journal", "Journal"),
]


def inserer_onglet(onglet: Onglet, *, apres: str) -> None:
    """The tab of another app, which says it when it is ready: this one does not import it."""
    rang = next(rang for rang, connu in enumerate(ONGLETS, start=1) if connu.nom == apres)
    ONGLETS.insert(rang, onglet)


def build_onglets(operation, courant: str, compteurs: dict[str, int]) -> list[dict]:
    """Dicts for components/onglets.html; `compteurs` is what waits in a tab."""
    return [
        {
            "libelle": onglet.libelle,
            "url": reverse(f"{onglet.espace}:{onglet.nom}", args=[operation.accord.slug, operation.numero]),
            "courant": onglet.nom == courant,
            "compteur": compteurs.get(onglet.nom) or None,
        }
        for onglet in ONGLETS
    ]
