"""Read one sheet of a workbook: `SHEET LINES COLUMNS`, file in, one JSON text per line out. Played by isolement.py."""

import io
import json
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice

(ILLISIBLE,) = REFUS = range(3, 4)


def ecrire(cellule):
    """What JSON has no word for, with the name of its type."""
    if isinstance(cellule, datetime | date | time):
        return {type(cellule).__name__: cellule.isoformat()}
    if isinstance(cellule, timedelta):
        return {"timedelta": cellule.total_seconds()}
    return cellule


def main(feuille: str, lignes_max: int, colonnes_max: int) -> int:
    """Write the lines that are not empty, each with its number, up to one above the maximum, titles aside."""
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
        for ligne in islice(lues, lignes_max + 2):
            sys.stdout.write(json.dumps(ligne) + "\n")
    except (CalamineError, ValueError, OSError):
        return ILLISIBLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
