from calendar import monthrange
from datetime import date

from django.utils.formats import date_format


def dire_jour(jour: date) -> str:
    """1er juillet 2026, with no-break spaces."""
    quantieme = "1er" if jour.day == 1 else jour.day
    return f"{quantieme} {date_format(jour, 'F Y')}".replace(" ", "\u00a0")


def add_months(jour: date, mois: int) -> date:
    """Same day some months later, or the last day of that month when it has no such day."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))
