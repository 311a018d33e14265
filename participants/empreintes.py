"""Keyed prints that compare persons without their names (design §5).

Two records are presumed the same person when their exact prints agree, or when one tolerant print is common to both.
A person leaves one tolerant print for each text reached by removing one letter of the surname, or of the first name,
or by hiding one digit of the birth date: two spellings one typing error apart (a letter added, lost, changed, or two
swapped) share a print. One more reads all the words in alphabetical order, so that names cut elsewhere agree. Accents,
hyphens, case, the order of surname and first name, that of day and month are put aside first. Without the key, kept
outside the database, a print says nothing.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.conf import settings

from .chiffrement import lire_cle

HORS_LETTRES = re.compile(r"[^A-Z]+")
ENTRE_MOTS = re.compile(r"[\s'’\-‐‑–]+")
LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ß": "SS", "Ø": "O", "Ł": "L"})
MASQUE = 2**63 - 1
NOM_LONG = 4  # letters from which a name is recognised inside a longer word


@lru_cache(maxsize=65_536)
def normaliser(nom: str) -> str:
    """Capital letters only: no accent, hyphen, space or apostrophe."""
    decompose = unicodedata.normalize("NFKD", nom.upper().translate(LIGATURES))
    return HORS_LETTRES.sub("", "".join(c for c in decompose if not unicodedata.combining(c)))


@lru_cache(maxsize=64)
def _amorcer(cle: str, usage: str):
    """BLAKE2 keyed for one usage, ready to be copied: a file of 80 000 persons leaves two million prints."""
    amorce = hashlib.blake2s(key=lire_cle(cle), digest_size=8)
    amorce.update(f"{usage}|".encode())
    return amorce


def _condenser_octets(usage: str, messages: Iterable[bytes]) -> list[int]:
    """Keyed prints in 63 bits; two usages of the same text never meet."""
    copier, lire = _amorcer(settings.CLE_EMPREINTES, usage).copy, int.from_bytes
    empreintes = []
    for message in messages:
        condense = copier()
        condense.update(message)
        empreintes.append(lire(condense.digest()) & MASQUE)
    empreintes.sort()
    return empreintes


def _condenser_tous(usage: str, textes: Iterable[str]) -> list[int]:
    return _condenser_octets(usage, [texte.encode() for texte in textes])


def _condenser(usage: str, texte: str) -> int:
    return _condenser_tous(usage, [texte])[0]


@lru_cache(maxsize=65_536)
def _condenser_formes(cle: str, nom: str) -> tuple[bytes, list[bytes]]:
    """The keyed print of a name, and of the name without each of its letters: read once for all who bear it."""
    amorce = _amorcer(cle, "forme")

    def condenser(texte: str) -> bytes:
        condense = amorce.copy()
        condense.update(texte.encode())
        return condense.digest()

    return condenser(nom), [condenser(texte) for texte in _amputer(nom)]


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


def empreinte_jour(naissance: date) -> int:
    """Where to look for the same person: two spellings of the names keep the birth date (`empreintes_tolerantes`)."""
    return _condenser("jour", ordonner_date(naissance))


def empreinte_noms(nom: str, prenom: str) -> int:
    """Where else to look: a wrong digit in the birth date keeps the names."""
    return _condenser("noms", _paire(normaliser(nom), normaliser(prenom), ""))


def _paire(un: str, autre: str, jour: str) -> str:
    """Surname and first name in alphabetical order: given the other way round, they read the same."""
    return f"{min(un, autre)}|{max(un, autre)}|{jour}"


def empreintes_tolerantes(nom: str, prenom: str, naissance: date) -> list[int]:
    """Prints that two spellings of the same person share."""
    cle = settings.CLE_EMPREINTES
    un, formes = _condenser_formes(cle, normaliser(nom))
    autre, autres = _condenser_formes(cle, normaliser(prenom))
    jour = ordonner_date(naissance).encode()
    messages = {(f + autre if f < autre else autre + f) + jour for f in formes}
    messages |= {(f + un if f < un else un + f) + jour for f in autres}
    paire = un + autre if un < autre else autre + un
    messages |= {paire + masque for masque in _masquer(naissance)}
    messages.add(f"{' '.join(sorted(lire_mots(f'{nom} {prenom}')))}|".encode() + jour)
    return _condenser_octets("tolerante", messages)


@lru_cache(maxsize=65_536)
def _masquer(naissance: date) -> list[bytes]:
    """The date with one digit hidden, as it is written: a wrong digit may change which of day and month is greater."""
    jour = naissance.isoformat().replace("-", "").encode()
    return [jour[:i] + b"*" + jour[i + 1 :] for i in range(len(jour))]


def lire_mots(texte: str) -> list[str]:
    """The words of a text, each normalised; a hyphen and an apostrophe part them."""
    return [lu for lu in map(normaliser, ENTRE_MOTS.split(texte)) if lu]


def porte_le_nom(pseudonyme: str, nom: str) -> bool:
    """Does an identifier give the surname away? A short one must be a whole part of it, a longer one be in it."""
    lettres = normaliser(pseudonyme)
    parties = {normaliser(partie) for partie in re.split(r"[^A-Za-z]+", pseudonyme)}
    entier = normaliser(nom)
    return any(mot in lettres for mot in {entier, *lire_mots(nom)} if len(mot) >= NOM_LONG) or (
        entier != "" and entier in parties
    )


def jetons_recherche(organisme_id: int, *textes: str, naissance: str = "") -> list[int]:
    """Prints of each word of names, whole and cut at its hyphens, and of a birth date (AAAA-MM-JJ), within one body.

    The same word leaves another print in another body.
    """
    lus = {mot for texte in textes for mot in lire_mots(texte)}
    lus |= {normaliser(mot) for texte in textes for mot in texte.split()} - {""}
    if naissance:
        lus.add(naissance)
    return _condenser_tous(f"recherche-{organisme_id}", lus)
