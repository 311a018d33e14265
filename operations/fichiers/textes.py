"""CSV and TXT: real text, and not a page or an image that a browser would run."""

import codecs
import re
from typing import IO

from django.core.exceptions import ValidationError

LOT = 64 * 1024
BALISES = re.compile(r"^\ufeff?\s*<\s*(!doctype|!--|\?xml|html|head|body|svg|script|iframe|meta|style)\b", re.I)
CONTROLES = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def controler(fichier: IO[bytes]) -> None:
    """Refuse what is neither UTF-8 nor Windows-1252 text, or that opens like a web page."""
    for encodage in ("utf-8", "cp1252"):
        fichier.seek(0)
        try:
            _lire(fichier, encodage)
        except UnicodeDecodeError:
            continue
        return
    raise _binaire()


def _binaire() -> ValidationError:
    return ValidationError(
        "n’est pas du texte. Enregistrez-le en UTF-8 depuis votre tableur, puis déposez cette copie.", code="contenu"
    )


def _lire(fichier: IO[bytes], encodage: str) -> None:
    decodeur = codecs.getincrementaldecoder(encodage)()
    debut = True
    while lot := fichier.read(LOT):
        texte = decodeur.decode(lot)
        if debut and BALISES.match(texte):
            raise ValidationError(
                "est une page ou une image pour navigateur (HTML, SVG), pas du texte. Déposez-en une copie en PDF.",
                code="contenu",
            )
        if CONTROLES.search(texte):
            raise _binaire()
        debut = False
    decodeur.decode(b"", final=True)
