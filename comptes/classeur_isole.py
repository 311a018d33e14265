"""Read one sheet of a workbook in a process of its own: `classeur_isole.py SHEET LINES COLUMNS`, file in, JSON out.

A workbook of five kilobytes may name a cell so far away that its reader asks for hundreds of gigabytes and takes its
process down. Here that process holds nothing else, and its memory and its time are counted. It is a script that
imports nothing of the project, so that it starts in a few hundredths of a second.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice

MEMOIRE = 1024 * 1024 * 1024
SECONDES = 20
ILLISIBLE = 3


def borner() -> None:
    for quoi, combien in [
        (resource.RLIMIT_AS, MEMOIRE),
        (resource.RLIMIT_CPU, SECONDES),
        (resource.RLIMIT_CORE, 0),
    ]:
        maximum = resource.getrlimit(quoi)[1]
        combien = combien if maximum == resource.RLIM_INFINITY else min(combien, maximum)
        resource.setrlimit(quoi, (combien, maximum))


def ecrire(cellule):
    """What JSON has no word for, with the name of its type."""
    if isinstance(cellule, datetime | date | time):
        return {type(cellule).__name__: cellule.isoformat()}
    if isinstance(cellule, timedelta):
        return {"timedelta": cellule.total_seconds()}
    return cellule


def main(feuille: str, lignes_max: int, colonnes_max: int) -> int:
    """Write the lines that are not empty, each with its number, up to one above the maximum."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        classeur = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        noms = [nom for nom in classeur.sheet_names if nom == feuille] or classeur.sheet_names[:1]
        page = classeur.get_sheet_by_name(noms[0]) if noms else None
        gauche = page.start[1] if page and page.start else 0  # rows come without the empty columns before them
        lues = (
            (numero, [*[""] * gauche, *map(ecrire, cellules)][:colonnes_max])
            for numero, cellules in enumerate(page.iter_rows() if page else [], start=1)
            if any(cellule not in (None, "") for cellule in cellules)
        )
        json.dump(list(islice(lues, lignes_max + 1)), sys.stdout)
    except (CalamineError, ValueError, OSError):
        return ILLISIBLE
    return 0


if __name__ == "__main__":
    borner()
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
