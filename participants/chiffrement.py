"""Identities are closed with AES-256-GCM; the keys live outside the database.

`CLES_IDENTITES` holds `nom:clé` pairs (32 bytes in base64), the first one closes, all of them open: a new key goes
first, `tourner_cles` closes everything again with it, then the old one is removed.
"""

import base64
import json
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE = 12
OCTETS = 32


class CleAbsente(Exception):
    """The key that closed an identity is not in `CLES_IDENTITES`, or its content was tampered with."""


def lire_cle(texte: str) -> bytes:
    """32 bytes written in base64 (`ImproperlyConfigured` otherwise)."""
    try:
        cle = base64.b64decode(texte, altchars=b"-_", validate=True)
    except ValueError:
        cle = b""
    if len(cle) != OCTETS:
        raise ImproperlyConfigured("Une clé compte 32 octets, écrits en base64.")
    return cle


def est_une_cle(texte: str) -> bool:
    try:
        lire_cle(texte)
    except ImproperlyConfigured:
        return False
    return True


@lru_cache(maxsize=4)
def _ouvrir(paires: tuple[str, ...]) -> dict[str, AESGCM]:
    cles = {}
    for paire in paires:
        nom, _, texte = paire.partition(":")
        cles[nom] = AESGCM(lire_cle(texte))
    return cles


def trousseau() -> dict[str, AESGCM]:
    return _ouvrir(tuple(settings.CLES_IDENTITES))


def cle_courante() -> str:
    """The name of the key that closes."""
    return next(iter(trousseau()))


def contexte(operation_id: int, pseudonyme: str) -> bytes:
    """What ties a closed identity to its record: it does not open elsewhere."""
    return f"{operation_id}:{pseudonyme}".encode()


def fermer(octets: bytes, lien: bytes) -> bytes:
    """Close bytes with the current key."""
    nonce = os.urandom(NONCE)
    return nonce + trousseau()[cle_courante()].encrypt(nonce, octets, lien)


def ouvrir(chiffre: bytes, cle: str, lien: bytes) -> bytes:
    """Open bytes; `CleAbsente` when their key is unknown or when they were moved or altered."""
    try:
        return trousseau()[cle].decrypt(chiffre[:NONCE], chiffre[NONCE:], lien)
    except (KeyError, InvalidTag) as refus:
        raise CleAbsente(f"La clé «\u202f{cle}\u202f» n’ouvre pas ces données.") from refus


ecrire_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def chiffrer(clair: dict, lien: bytes) -> bytes:
    """Close an identity (text values) with the current key."""
    return fermer(ecrire_json(clair).encode(), lien)


def dechiffrer(chiffre: bytes, cle: str, lien: bytes) -> dict:
    """Open an identity; `CleAbsente` when its key is unknown or when it was moved or altered."""
    return json.loads(ouvrir(chiffre, cle, lien))
