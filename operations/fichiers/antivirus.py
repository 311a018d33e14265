"""The virus scanner, when there is one: clamd, spoken to over a socket (`INSTREAM`)."""

import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from ..enums import VerdictAntivirus

LOT = 64 * 1024
DELAI = 60  # seconds
PANNE = (
    "L’antivirus ne répond pas\u00a0: rien n’est enregistré. Réessayez dans quelques minutes\u202f; "
    "si cela dure, prévenez votre administrateur."
)


def est_configure() -> bool:
    return bool(settings.ANTIVIRUS_URL)


def analyser(fichier: IO[bytes], nom: str) -> VerdictAntivirus:
    """Send a file to the scanner; refuse it when a virus is found or when nobody answers.

    Without a scanner the verdict says so: the page shows it.
    """
    if not est_configure():
        return VerdictAntivirus.NON_ANALYSEE
    fichier.seek(0)
    try:
        reponse = _demander(fichier)
    except OSError:
        raise ValidationError(PANNE, code="antivirus") from None
    finally:
        fichier.seek(0)
    if reponse.endswith(" FOUND"):
        virus = reponse.removeprefix("stream: ").removesuffix(" FOUND")
        raise ValidationError(
            f"L’antivirus refuse «\u202f{nom}\u202f» ({virus}). Prévenez la personne qui vous l’a envoyé.", code="virus"
        )
    if reponse != "stream: OK":
        raise ValidationError(PANNE, code="antivirus")
    return VerdictAntivirus.SAINE


def _demander(fichier: IO[bytes]) -> str:
    with _connecter() as prise:
        prise.sendall(b"zINSTREAM\0")
        while lot := fichier.read(LOT):
            prise.sendall(struct.pack("!I", len(lot)) + lot)
        prise.sendall(struct.pack("!I", 0))
        reponse = b""
        while not reponse.endswith(b"\0") and (lot := prise.recv(4096)):
            reponse += lot
    return reponse.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connecter() -> socket.socket:
    adresse = urlsplit(settings.ANTIVIRUS_URL)
    if adresse.scheme == "unix":
        prise = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        prise.settimeout(DELAI)
        try:
            prise.connect(adresse.path)
        except OSError:
            prise.close()
            raise
        return prise
    return socket.create_connection((adresse.hostname or "", adresse.port or 3310), timeout=DELAI)
