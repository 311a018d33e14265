"""PDF and images: they open, without a password, and they run nothing."""

import re
from typing import IO, BinaryIO, cast

import pikepdf
from django.core.exceptions import ValidationError
from PIL import Image, UnidentifiedImageError

ACTIONS = re.compile(rb"/S\s*/(JavaScript|Launch)\b")


def controler_pdf(fichier: IO[bytes]) -> None:
    """Refuse a PDF that needs a password, is broken, or carries scripts: what an auditor reads must not move.

    A PDF protected against changes only, as banks send them, opens without a password: it is accepted.
    """
    try:
        with pikepdf.open(cast(BinaryIO, fichier)) as pdf:
            vide, actif = not len(pdf.pages), any(ACTIONS.search(_ecrire(objet)) for objet in pdf.objects)
    except pikepdf.PasswordError:
        raise ValidationError(
            "demande un mot de passe. Enregistrez-le sans protection, puis déposez cette copie.", code="mot_de_passe"
        ) from None
    except pikepdf.PdfError:
        raise _abime("PDF") from None
    if vide:
        raise _abime("PDF")
    if actif:
        raise ValidationError(
            "contient un script. Imprimez-le en PDF depuis votre lecteur, puis déposez cette copie.", code="actif"
        )


def _ecrire(objet) -> bytes:
    """The object as text; of a stream, its dictionary: names come out without escapes."""
    return (objet.stream_dict if isinstance(objet, pikepdf.Stream) else objet).unparse(resolved=True)


def _abime(nom: str) -> ValidationError:
    return ValidationError(
        f"ne s’ouvre pas\u00a0: ce {nom} est incomplet ou abîmé. Refaites-le, puis déposez-le de nouveau.", code="abime"
    )


def controler_image(fichier: IO[bytes]) -> None:
    try:
        with Image.open(fichier, formats=["PNG", "JPEG"]) as image:
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise ValidationError(
            "ne s’ouvre pas\u00a0: cette image est incomplète ou abîmée. Refaites-la, puis déposez-la de nouveau.",
            code="abime",
        ) from None
