"""The spaces of French typography, put where a person typed ordinary ones."""

import re

from .montants import FINE, INSECABLE

REGLES = [
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), FINE),  # 31 592 507
    (re.compile(r" (?=[%;?!»])"), FINE),
    (re.compile(r" (?=(?:M|Md)?€|:)"), INSECABLE),
    (re.compile(r"(?<=«) "), FINE),
    (re.compile(r"(?<=n°) "), INSECABLE),
]


def espacer(texte: str) -> str:
    """Return the text with its no-break spaces; the same text again when it already has them."""
    for motif, espace in REGLES:
        texte = motif.sub(espace, texte)
    return texte
