"""Keys of a folder of data: drawn at random once, kept in a file that only its owner reads."""

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path


def lire_ou_creer(dossier: Path, nom: str) -> str:
    """32 bytes in base64. Two processes that start together agree on the key of the first one."""
    fichier = dossier / "cles" / nom
    fichier.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    provisoire = fichier.with_suffix(f".{os.getpid()}")
    try:
        return fichier.read_text()
    except FileNotFoundError:
        provisoire.touch(mode=0o600)
        provisoire.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    with suppress(FileExistsError):  # another process was first
        os.link(provisoire, fichier)
    provisoire.unlink()
    return fichier.read_text()
