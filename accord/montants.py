"""Euros, rates, counts and dates: how they are rounded, read and written, on screens, in exports, in PDFs."""

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

CENTIME = Decimal("0.01")
FINE = "\u202f"  # narrow no-break space: thousands, before % ; ? !
INSECABLE = "\u00a0"
MOINS = "\u2212"

MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
MOIS_COURTS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
EN_LETTRES = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"]

NON_SAISI = "non saisi"
NON_CALCULABLE = "non calculable"


def arrondir(montant: Decimal) -> Decimal:
    """Round half up to the cent. `round()` would give 0.12 for 0.125, and a float loses cents."""
    return montant.quantize(CENTIME, ROUND_HALF_UP)


def ratio(montant: Decimal | None, total: Decimal | None) -> Decimal | None:
    """Return montant / total, or None when the total is unknown or nothing: such a rate has no meaning."""
    if montant is None or not total:
        return None
    return Decimal(montant) / Decimal(total)


def lire_montant(texte: str) -> Decimal | None:
    """Read what a person types: 1 234,5 or 1234.50, with any space and with or without €. Empty is None.

    Raises ValueError on anything else: a point and a comma together are ambiguous, more than two decimals lose cents.
    """
    brut = re.sub(r"[\s\u00a0\u202f\u2009€]", "", texte or "").replace(MOINS, "-")
    if not brut:
        return None
    if not re.fullmatch(r"-?[0-9]+([.,][0-9]{1,2})?", brut):
        raise ValueError(texte)
    return Decimal(brut.replace(",", "."))


def _grouper(valeur: Decimal) -> str:
    """Write the digits the French way; the sign of zero is dropped."""
    signe = MOINS if valeur < 0 else ""
    return signe + f"{abs(valeur):,}".replace(",", FINE).replace(".", ",")


def format_euros(montant: Decimal | int | None, vide: str = NON_SAISI) -> str:
    """31 592 507,00 €, never rounded further than the cent; an unknown amount is a word, never 0."""
    if montant is None:
        return vide
    return f"{_grouper(arrondir(Decimal(montant)))}{INSECABLE}€"


def format_ecart(montant: Decimal | int | None, vide: str = NON_SAISI) -> str:
    """+ 1 000,00 €, − 1 000,00 €: a change carries its sign."""
    texte = format_euros(montant, vide)
    return f"+{INSECABLE}{texte}" if montant and montant > 0 else texte


def format_taux(taux: Decimal | None, vide: str = NON_CALCULABLE) -> str:
    """76,55 % from the ratio 0.7655."""
    if taux is None:
        return vide
    return f"{_grouper(arrondir(Decimal(taux) * 100))}{FINE}%"


def format_nombre(nombre: Decimal | int | None, vide: str = NON_SAISI) -> str:
    """4 812, and 12,5 when there are decimals."""
    if nombre is None:
        return vide
    return _grouper(Decimal(nombre))


def format_note(note: Decimal, vide: str = "") -> str:
    """A mark: « 14,5 », « 14 »; its decimal when it counts."""
    return format_nombre(note, vide).removesuffix(",0")


def en_lettres(nombre: int, feminin: bool = False) -> str:
    """Write a small count in words, as a sentence does; a large one in figures."""
    if nombre == 1 and feminin:
        return "une"
    return EN_LETTRES[nombre] if nombre < len(EN_LETTRES) else format_nombre(nombre)


def format_jours(nombre: int | None, vide: str = "non connu") -> str:
    """74 jours, 1 jour."""
    if nombre is None:
        return vide
    return f"{format_nombre(nombre)}{INSECABLE}jour{'s' if abs(nombre) > 1 else ''}"


def _jour_local(jour: date | datetime) -> date:
    """Return the day of an instant as it was read in Paris."""
    if isinstance(jour, datetime):
        return (timezone.localtime(jour) if timezone.is_aware(jour) else jour).date()
    return jour


def _quantieme(jour: date) -> str:
    return "1er" if jour.day == 1 else str(jour.day)


def format_date(jour: date | datetime | None, vide: str = "non connue") -> str:
    """30 juin 2026, 1er juillet 2026, with no-break spaces."""
    if not jour:
        return vide
    jour = _jour_local(jour)
    return INSECABLE.join([_quantieme(jour), MOIS[jour.month - 1], str(jour.year)])


def format_date_courte(jour: date | datetime | None, vide: str = "non connue") -> str:
    """8 juil. 2026, for dense tables."""
    if not jour:
        return vide
    jour = _jour_local(jour)
    return INSECABLE.join([_quantieme(jour), MOIS_COURTS[jour.month - 1], str(jour.year)])


def format_heure(heure: time | datetime | None, vide: str = "non connue") -> str:
    """9 h 30, and 14 h on the hour."""
    if heure is None:
        return vide
    if isinstance(heure, datetime) and timezone.is_aware(heure):
        heure = timezone.localtime(heure)
    minutes = f"{INSECABLE}{heure.minute:02d}" if heure.minute else ""
    return f"{heure.hour}{INSECABLE}h{minutes}"


def format_duree(minutes: int | None, vide: str = "non saisie") -> str:
    """5 min, 45 min, 2 h 15."""
    if minutes is None:
        return vide
    if minutes < 60:
        return f"{minutes}{INSECABLE}min"
    return format_heure(time(minutes // 60, minutes % 60)) if minutes < 1440 else format_jours(minutes // 1440)


def format_siret(siret: str | None, vide: str = "non saisi") -> str:
    """732 829 320 00074: the SIREN by threes, then the establishment when there is one."""
    if not siret:
        return vide
    return INSECABLE.join(filter(None, [siret[:3], siret[3:6], siret[6:9], siret[9:]]))


def format_taille(octets: int) -> str:
    """20 Mo, 1,5 Ko, 80 octets: steps of 1 024, as the computers of the offices count."""
    for unite, mot in [(1024 * 1024, "Mo"), (1024, "Ko")]:
        if octets >= unite:
            return f"{octets / unite:.1f}".removesuffix(".0").replace(".", ",") + f"{INSECABLE}{mot}"
    return f"{octets}{INSECABLE}octets"
