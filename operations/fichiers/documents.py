"""PDF and images: they open, without a password, and they run nothing."""

from typing import IO

from django.core.exceptions import ValidationError
from PIL import Image, UnidentifiedImageError

from comptes import isolement

from . import pdf_isole


def controler_pdf(fichier: IO[bytes]) -> None:
    """Refuse a PDF that needs a password, is broken, or carries scripts: what an auditor reads must not move.

    It is opened in a process of its own: what it packs may be a thousand times its size.
    A PDF protected against changes only, as banks send them, opens without a password: it is accepted.
    """
    try:
        refus, _ = isolement.lancer(pdf_isole.__file__, contenu=fichier.read(), refus=pdf_isole.REFUS)
    except isolement.Demesure:
        raise ValidationError(
            "se déplie en un volume démesuré. Imprimez-le en PDF depuis votre lecteur, puis déposez cette copie.",
            code="bombe",
        ) from None
    if refus == pdf_isole.MOT_DE_PASSE:
        raise ValidationError(
            "demande un mot de passe. Enregistrez-le sans protection, puis déposez cette copie.", code="mot_de_passe"
        )
    if refus == pdf_isole.ABIME:
        raise _abime("PDF")
    if refus == pdf_isole.ACTIF:
        raise ValidationError(
            "contient un script. Imprimez-le en PDF depuis votre lecteur, puis déposez cette copie.", code="actif"
        )


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
