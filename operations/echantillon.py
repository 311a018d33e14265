"""The sample of a control: seeded and replayable. Pure: items in, sample out.

Every item at or above a threshold is drawn; among the others, those whose hash with the seed comes first. The hash is
SHA-256 of what the item says, so the same seed and the same list give the same sample, whatever the version of Python.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

METHODE = "seuil-sha256-1"


@dataclass(frozen=True)
class Tirage:
    """A drawn item; `est_systematique` when its amount made it so."""

    ligne: Any
    est_systematique: bool


def _dire(ligne) -> str:
    champs = (ligne.rang, ligne.categorie, ligne.piece, ligne.payee_le.isoformat(), ligne.fournisseur, ligne.montant)
    return "\x1f".join(map(str, champs))


def tirer(lignes: Iterable, *, graine: str, seuil: Decimal, taille: int) -> list[Tirage]:
    """Draw `taille` items below `seuil`, in euros, beside all those that reach it; in the order of the list."""
    systematiques, autres = [], []
    for ligne in lignes:
        (systematiques if ligne.montant >= seuil else autres).append(ligne)

    def rang_au_sort(ligne) -> tuple[str, int]:
        return hashlib.sha256(f"{graine}\x1f{_dire(ligne)}".encode()).hexdigest(), ligne.rang

    tires = sorted(autres, key=rang_au_sort)[:taille]
    tirages = [Tirage(ligne, True) for ligne in systematiques] + [Tirage(ligne, False) for ligne in tires]
    return sorted(tirages, key=lambda tirage: tirage.ligne.rang)


def imprimer(tirages: Sequence[Tirage]) -> str:
    """The text of a sample, one item a line: what a replay compares."""
    return "".join(f"{int(t.est_systematique)}\x1f{_dire(t.ligne)}\n" for t in tirages)


def empreinte(tirages: Sequence[Tirage]) -> str:
    return hashlib.sha256(imprimer(tirages).encode()).hexdigest()
