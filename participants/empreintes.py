"""Keyed prints that compare persons without their names (design §5).

Two records are presumed the same person when their exact prints agree, or when one tolerant print is common to both.
A person leaves one tolerant print for each text reached by removing one letter of the surname, or of the first name,
or by hiding one digit of the birth date: two spellings one typing error apart (a letter added, lost, changed, or two
swapped) share a print. Accents, hyphens, case, the order of surname and first name, that of day and month are put aside
first. Without the key, kept outside the database, a print says nothing.
"""

import hmac
import re
import unicodedata
from datetime import date
from functools import lru_cache

from django.conf import settings

from .chiffrement import lire_cle

HORS_LETTRES = re.compile(r"[^A-Z]+")
LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ß": "SS", "Ø": "O", "Ł": "L"})
MASQUE = 2**63 - 1


@lru_cache(maxsize=65_536)
def normaliser(nom: str) -> str:
    """Capital letters only: no accent, hyphen, space or apostrophe."""
    decompose = unicodedata.normalize("NFKD", nom.upper().translate(LIGATURES))
    return HORS_LETTRES.sub("", "".join(c for c in decompose if not unicodedata.combining(c)))


@lru_cache(maxsize=4)
def _cle(texte: str) -> bytes:
    return lire_cle(texte)


def _condenser(usage: str, texte: str) -> int:
    """A keyed print in 63 bits; two usages of the same text never meet."""
    condense = hmac.digest(_cle(settings.CLE_EMPREINTES), f"{usage}|{texte}".encode(), "sha256")
    return int.from_bytes(condense[:8]) & MASQUE


def ordonner_date(naissance: date) -> str:
    """Year, then day and month in increasing order: swapped, they read the same."""
    petit, grand = sorted((naissance.month, naissance.day))
    return f"{naissance.year:04d}{petit:02d}{grand:02d}"


def _amputer(texte: str) -> set[str]:
    """The text, and the text without each of its letters."""
    return {texte} | {texte[:i] + texte[i + 1 :] for i in range(len(texte))}


def empreinte_exacte(nom: str, prenom: str, naissance: date) -> int:
    """Same letters in surname and first name, same birth date."""
    return _condenser("exacte", f"{normaliser(nom)}|{normaliser(prenom)}|{naissance.isoformat()}")


def _paire(un: str, autre: str, jour: str) -> str:
    """Surname and first name in alphabetical order: given the other way round, they read the same."""
    return f"{min(un, autre)}|{max(un, autre)}|{jour}"


def empreintes_tolerantes(nom: str, prenom: str, naissance: date) -> list[int]:
    """Prints that two spellings of the same person share."""
    un, autre = normaliser(nom), normaliser(prenom)
    jour = ordonner_date(naissance)
    textes = {_paire(ampute, autre, jour) for ampute in _amputer(un)}
    textes |= {_paire(un, ampute, jour) for ampute in _amputer(autre)}
    textes |= {_paire(un, autre, f"{jour[:i]}*{jour[i + 1 :]}") for i in range(len(jour))}
    return sorted(_condenser("tolerante", texte) for texte in textes)


def jetons_recherche(organisme_id: int, *mots: str) -> list[int]:
    """Prints of each word, within one body: the same word gives another print elsewhere."""
    lus = {normaliser(mot) for texte in mots for mot in texte.split()} - {""}
    return sorted(_condenser(f"recherche-{organisme_id}", mot) for mot in lus)
