from datetime import date

from django.utils.formats import date_format


def dire_jour(jour: date) -> str:
    """1er juillet 2026, with no-break spaces."""
    quantieme = "1er" if jour.day == 1 else jour.day
    return f"{quantieme} {date_format(jour, 'F Y')}".replace(" ", "\u00a0")
