"""The name of a file, as a person gave it."""

import unicodedata
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError

LONGUEUR = 150


def lire_nom(nom: str) -> str:
    """Return a name in its composed form; refuse one that is a path or holds invisible signs (`code="nom"`)."""
    nom = unicodedata.normalize("NFC", nom or "").strip()
    if "/" in nom or "\\" in nom:
        raise ValidationError(
            "Le nom du fichier contient un chemin. Renommez-le sans barre oblique, puis déposez-le de nouveau.",
            code="nom",
        )
    if not nom or nom.startswith("."):
        raise ValidationError("Ce fichier n’a pas de nom. Renommez-le, puis déposez-le de nouveau.", code="nom")
    if any(unicodedata.category(signe).startswith("C") for signe in nom):
        raise ValidationError(
            "Le nom du fichier contient des caractères invisibles. Renommez-le, puis déposez-le de nouveau.",
            code="nom",
        )
    if len(nom) > LONGUEUR:
        raise ValidationError(
            f"Le nom du fichier dépasse {LONGUEUR} caractères. Raccourcissez-le, puis déposez-le de nouveau.",
            code="nom",
        )
    return nom


def extension(nom: str) -> str:
    """The letters after the last point, in lower case, without the point."""
    return PurePosixPath(nom).suffix.lower().lstrip(".")
