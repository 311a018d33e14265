"""Read one cell, typed by hand or by a spreadsheet: text, amount, day, share, yes or no."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from stdnum.fr import siret as siret_module

from accord.montants import MOIS, arrondir, format_nombre

from ..forms.champs import JourField, MontantField, PourcentageField
from .fautes import CelluleRefusee, ecrire_nombre, montrer

VIDE = (None, "")
OUI = {"oui", "o", "vrai", "true", "yes", "1", "x"}
NON = {"non", "n", "faux", "false", "no", "0"}
JOUR_1900 = date(1899, 12, 30)  # the day 0 of spreadsheets


def simplifier(texte: str) -> str:
    """Letters without accents, digits, one underscore for the rest: « N° d’opération » is `n_d_operation`."""
    sans_accent = unicodedata.normalize("NFKD", texte.casefold().replace("œ", "oe"))
    sans_accent = "".join(signe for signe in sans_accent if not unicodedata.combining(signe))
    return re.sub(r"[^a-z0-9]+", "_", sans_accent).strip("_")


def lire_texte(valeur: Any) -> str:
    if isinstance(valeur, float):
        return ecrire_nombre(valeur)
    if isinstance(valeur, bool | date):
        return montrer(valeur)
    # a cell that our own exports protected from being run as a formula
    texte = str(valeur).strip()
    return texte[1:] if re.match(r"'[=+\-@]", texte) else texte


def lire_numero(valeur: Any) -> str:
    """The number of the national tool: its digits may come in groups, or as a number."""
    texte = lire_texte(valeur)
    _refuser_exposant(texte)
    colle = "".join(texte.split())
    numero = colle if colle.isdigit() else texte
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", numero):
        propose = re.sub(r"[^A-Za-z0-9_-]+", "-", texte).strip("-_")
        raise CelluleRefusee("Écrivez le numéro avec des chiffres, des lettres et des tirets, sans espace.", propose)
    return numero


def lire_siret(valeur: Any) -> str:
    """Fourteen digits; a sheet that took them for a number may have dropped the zeros in front."""
    texte = lire_texte(valeur)
    _refuser_exposant(texte)
    siret = re.sub(r"[\s.\u00a0\u202f-]", "", texte)
    if isinstance(valeur, float):
        siret = siret.zfill(14)
    if siret_module.is_valid(siret):
        return siret
    if siret.isdigit() and len(siret) < 14 and siret_module.is_valid(siret.zfill(14)):
        raise CelluleRefusee("Ce SIRET a perdu ses zéros de gauche.", siret.zfill(14))
    if not siret.isdigit() or len(siret) != 14:
        raise CelluleRefusee("Un SIRET compte quatorze chiffres.")
    raise CelluleRefusee("Ce SIRET n’existe pas : sa clé de contrôle est fausse.", _inverser(siret))


def _inverser(siret: str) -> str:
    """The one valid SIRET that two neighbour digits typed the other way round would give; nothing when several do."""
    essais = {siret[:i] + siret[i + 1] + siret[i] + siret[i + 2 :] for i in range(13) if siret[i] != siret[i + 1]}
    valides = [essai for essai in essais if siret_module.is_valid(essai)]
    return valides[0] if len(valides) == 1 else ""


def _refuser_exposant(texte: str) -> None:
    if re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", texte):
        raise CelluleRefusee(
            "Le tableur a abrégé ce nombre et perdu ses derniers chiffres. Mettez la colonne au format texte, "
            "puis tapez-le de nouveau."
        )


def lire_montant(valeur: Any) -> Decimal:
    if isinstance(valeur, float):
        exact = Decimal(repr(valeur))
        proche = arrondir(exact)
        if abs(exact - proche) > Decimal("0.000001"):
            raise CelluleRefusee("Un montant a deux décimales au plus.", _ecrire(proche))
        return _valider(MontantField(), f"{proche:f}")
    texte = lire_texte(valeur).replace("EUR", "").replace("euros", "").replace("'", "").strip()
    return _valider(MontantField(), texte, _deviner_montant)


def _deviner_montant(texte: str) -> str:
    """1.234,50 and 1,234.50 are guessed by their last sign; more than two decimals are rounded."""
    brut = re.sub(r"[^\d.,]", "", texte)
    if not re.search(r"\d", brut) or re.search(r"[A-Za-z]", texte):
        return ""
    entier, _, decimales = brut.replace(",", ".").rpartition(".")
    entier = entier.replace(".", "")
    if not entier:
        return _ecrire(Decimal(decimales))
    return _ecrire(arrondir(Decimal(f"{entier}.{decimales or 0}")))


def _ecrire(montant: Decimal) -> str:
    return format_nombre(montant)


def lire_part(valeur: Any) -> Decimal:
    """A share in percent, kept between 0 and 1. A bare number up to 1 may mean either: it is asked."""
    texte = ecrire_nombre(valeur) if isinstance(valeur, float) else lire_texte(valeur)
    part = _valider(PourcentageField(), texte)
    if "%" not in texte and 0 < part <= Decimal("0.01"):
        petite, grande = (f"{_ecrire(arrondir(part * facteur))}\u00a0%" for facteur in (100, 10_000))
        raise CelluleRefusee(f"Est-ce {petite} ou {grande} ? Écrivez la part en pourcentage, avec son signe.", grande)
    return part.quantize(Decimal("0.0001"))


def lire_ouinon(valeur: Any) -> bool:
    mot = simplifier(ecrire_nombre(valeur) if isinstance(valeur, float) else lire_texte(valeur))
    if mot in OUI | NON:
        return mot in OUI
    raise CelluleRefusee("Écrivez oui ou non.")


def lire_jour(valeur: Any) -> date:
    if isinstance(valeur, datetime):
        return valeur.date()
    if isinstance(valeur, date):
        return _valider(JourField(), valeur.isoformat())
    if isinstance(valeur, float):
        raise CelluleRefusee("Ce nombre n’est pas une date.", _deviner_serie(valeur))
    texte = re.sub(r"[T ]00:00(:00)?(\.0+)?$", "", lire_texte(valeur))
    texte = re.sub(r"^(\d{1,2})[-. ](\d{1,2})[-. ](\d{4})$", r"\1/\2/\3", texte)
    return _valider(JourField(), en_chiffres(texte), _deviner_jour)


def en_chiffres(texte: str) -> str:
    """30 juin 2026 and 1er juil. 2026 as 30/06/2026; anything else as it is."""
    lu = re.fullmatch(r"(\d{1,2})(?:er)?\s+(\D+?)\.?\s+(\d{4})", texte.strip())
    mot = simplifier(lu[2]) if lu else ""
    mois = [rang for rang, nom in enumerate(MOIS, 1) if len(mot) >= 3 and simplifier(nom).startswith(mot)]
    return f"{lu[1]}/{mois[0]}/{lu[3]}" if len(mois) == 1 else texte


def _deviner_jour(texte: str) -> str:
    """A year of two digits, the American order, eight digits in a row, a number of a spreadsheet."""
    for format_essaye in ("%d/%m/%y", "%m/%d/%Y", "%Y/%m/%d", "%d%m%Y", "%Y%m%d"):
        try:
            jour = datetime.strptime(texte, format_essaye).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        if 2000 <= jour.year < 2100:
            return f"{jour:%d/%m/%Y}"
    return _deviner_serie(float(texte)) if re.fullmatch(r"\d{5}", texte) else ""


def _deviner_serie(valeur: float) -> str:
    """The day that a spreadsheet counts as this number."""
    if not 36526 <= valeur < 73051:  # from 2000 to 2099
        return ""
    return f"{JOUR_1900 + timedelta(days=int(valeur)):%d/%m/%Y}"


def lire_liste(valeur: Any) -> list[str]:
    return [mot.strip() for mot in re.split(r"[|;\n]", lire_texte(valeur)) if mot.strip()]


def _valider(champ: forms.Field, texte: str, deviner: Callable[[str], str] = lambda texte: "") -> Any:
    """Read with the field of the screen: same rule, same words."""
    try:
        return champ.clean(texte)
    except forms.ValidationError as refus:
        raise CelluleRefusee(" ".join(refus.messages), deviner(texte)) from None
