"""Look into a PDF: file in, what is wrong out, as an exit status. Played by comptes/isolement.py."""

import io
import re
import sys

import pikepdf

MOT_DE_PASSE, ABIME, ACTIF = REFUS = range(3, 6)
ACTIONS = re.compile(rb"/S\s*/(JavaScript|Launch)\b")


def ecrire(objet) -> bytes:
    """The object as text; of a stream, its dictionary: names come out without escapes."""
    return (objet.stream_dict if isinstance(objet, pikepdf.Stream) else objet).unparse(resolved=True)


def main() -> int:
    try:
        with pikepdf.open(io.BytesIO(sys.stdin.buffer.read())) as pdf:
            if not len(pdf.pages):
                return ABIME
            actif = any(ACTIONS.search(ecrire(objet)) for objet in pdf.objects if objet is not None)
            if any("bad_alloc" in str(avis) for avis in pdf.get_warnings()):
                raise MemoryError  # the reader goes on without what it could not unpack: nothing then tells what it is
            return ACTIF if actif else 0
    except pikepdf.PasswordError:
        return MOT_DE_PASSE
    except pikepdf.PdfError:
        return ABIME


if __name__ == "__main__":
    sys.exit(main())
