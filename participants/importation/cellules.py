"""Read one cell of a file of participants; every value comes out as text, a day as AAAA-MM-JJ, nothing as "".

A file repeats few values: each is read once for its column (`Memoire`), so the cost of these readers is that of the
distinct values and not of the lines.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import TextChoices

from operations.importation.cellules import JOUR_1900, NON, OUI, en_chiffres, lire_texte, simplifier
from operations.importation.fautes import CelluleRefusee, ecrire_nombre, montrer

from ..enums import OuiNon, Reponse, Sexe, StatutEmploi

JOUR_FRANCAIS = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
PSEUDONYME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
SANS_ZERO = re.compile(r"[1-9]\d{8}")
COURRIEL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PREMIERE_ANNEE, DERNIERE_ANNEE = 1900, 2099
TEXTE_MAX = 200
MOIS_MAX = 720  # sixty years without work
NSP = {"nsp", "nspr", "ne_souhaite_pas_repondre", "ne_se_prononce_pas", "refus", "refus_de_repondre", "non_reponse"}
MOTS_SEXE = {
    Sexe.FEMME: {"f", "femme", "feminin", "feminine", "mme", "madame", "2"},
    Sexe.HOMME: {"h", "homme", "masculin", "m", "mr", "monsieur", "1"},
    Sexe.AUTRE: {"x", "non_binaire", "autre", "indetermine"},
}
MOTS_STATUT = {
    StatutEmploi.CHOMEUR: {"chomeur", "chomeuse", "chomage", "demandeur_d_emploi", "demandeuse_d_emploi"},
    StatutEmploi.INACTIF: {"inactif", "inactive"},
    StatutEmploi.EMPLOI: {"emploi", "en_emploi", "salarie", "salariee", "independant", "independante"},
}


class Memoire(dict):
    """What each distinct cell of a column reads as; a refused one reads as its refusal."""

    def __init__(self, lire: Callable[[Any], Any]):
        super().__init__({None: "", "": ""})
        self.lire = lire
        self.a_refuse = False

    def __missing__(self, brut):
        try:
            lue = self.lire(brut)
        except CelluleRefusee as refus:
            self.a_refuse, lue = True, refus
        self[brut] = lue
        return lue


def _texte(valeur) -> str:
    if isinstance(valeur, str) and not valeur.startswith("'"):  # most cells: nothing protects them from a formula
        return valeur.strip()
    return (ecrire_nombre(valeur) if isinstance(valeur, float) else lire_texte(valeur)).strip()


def lire_court(valeur) -> str:
    """Free words: no sign that the eye does not see, two hundred of them at most."""
    texte = " ".join(_texte(valeur).split())
    if "\x00" in texte:
        raise CelluleRefusee("Cette cellule contient un signe illisible\u00a0: tapez-la de nouveau.")
    if len(texte) > TEXTE_MAX:
        raise CelluleRefusee(f"Ce texte compte {len(texte)} signes, {TEXTE_MAX} au plus.")
    return texte


def lire_pseudonyme(valeur) -> str:
    texte = _texte(valeur)
    if not PSEUDONYME.fullmatch(texte):
        raise CelluleRefusee(
            "L’identifiant s’écrit avec des chiffres, des lettres, des points et des tirets, sans espace ni accent."
        )
    if len(texte) > 40:
        raise CelluleRefusee(f"L’identifiant compte {len(texte)} signes, 40 au plus.")
    return texte


def lire_numero(valeur) -> str:
    """The number of an operation, whose digits may come in groups."""
    colle = "".join(_texte(valeur).split())
    return colle if colle.isdigit() else _texte(valeur)


def lire_jour(valeur) -> str:
    """31/12/2025, 31-12-2025, 31 décembre 2025, 2025-12-31, or the number that a spreadsheet counts; never 31/12/25."""
    if isinstance(valeur, str) and (lu := JOUR_FRANCAIS.fullmatch(valeur)):
        return _dater(int(lu[3]), int(lu[2]), int(lu[1]))
    if isinstance(valeur, datetime):
        return _borner(valeur.date())
    if isinstance(valeur, date):
        return _borner(valeur)
    if isinstance(valeur, float):
        return _lire_serie(valeur)
    texte = re.sub(r"[T ]00:00(:00)?(\.0+)?Z?$", "", lire_texte(valeur))
    if re.fullmatch(r"\d{5}", texte):
        return _lire_serie(float(texte))
    texte = re.sub(r"\s*[-./ ]\s*", "/", en_chiffres(texte))
    if lu := re.fullmatch(r"(\d{4})/(\d{1,2})/(\d{1,2})", texte):
        annee, mois, jour = map(int, lu.groups())
    elif lu := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", texte):
        jour, mois, annee = map(int, lu.groups())
    elif lu := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2})", texte):
        siecle = 20 if 2000 + int(lu[3]) <= date.today().year else 19  # noqa: DTZ011 (a guess that a person reads)
        propose = f"{int(lu[1]):02d}/{int(lu[2]):02d}/{siecle}{lu[3]}"
        raise CelluleRefusee(
            "Écrivez l’année avec quatre chiffres\u00a0: cette date se lit de plusieurs façons.", propose
        )
    else:
        raise CelluleRefusee("Donnez une date qui existe, par exemple 30/06/2026.")
    return _dater(annee, mois, jour)


def _dater(annee: int, mois: int, jour: int) -> str:
    try:
        return _borner(date(annee, mois, jour))
    except ValueError:
        propose = f"{mois:02d}/{jour:02d}/{annee}" if mois > 12 and jour <= 12 else ""
        raise CelluleRefusee("Donnez une date qui existe, par exemple 30/06/2026.", propose) from None


def _lire_serie(valeur: float) -> str:
    if not valeur.is_integer() or not 1 <= valeur < 73051:
        raise CelluleRefusee("Ce nombre n’est pas une date.")
    return _borner(JOUR_1900 + timedelta(days=int(valeur)))


def _borner(jour: date) -> str:
    if not PREMIERE_ANNEE <= jour.year <= DERNIERE_ANNEE:
        raise CelluleRefusee(f"Donnez une date entre {PREMIERE_ANNEE} et {DERNIERE_ANNEE}.")
    return jour.isoformat()


def lire_mois(valeur) -> str:
    """A whole number of months."""
    texte = re.sub(r"\s*mois$", "", _texte(valeur).casefold())
    if not re.fullmatch(r"\d{1,4}([.,]0+)?", texte):
        raise CelluleRefusee("Écrivez un nombre entier de mois.")
    mois = int(re.split(r"[.,]", texte)[0])
    if mois > MOIS_MAX:
        raise CelluleRefusee(f"Écrivez un nombre de mois, {MOIS_MAX} au plus.")
    return str(mois)


def lire_insee(valeur) -> str:
    """Five signs; a spreadsheet that took them for a number dropped the zero in front."""
    texte = "".join(_texte(valeur).split()).upper()
    if re.fullmatch(r"\d{4}", texte):
        texte = f"0{texte}"
    if not re.fullmatch(r"\d[\dAB]\d{3}", texte):
        raise CelluleRefusee(
            "Un code INSEE de commune a cinq caractères, comme 62498\u202f; ce n’est pas un code postal."
        )
    return texte


def lire_qpv(valeur) -> str:
    texte = "".join(_texte(valeur).split()).upper()
    if not re.fullmatch(r"[A-Z0-9]{1,10}", texte):
        raise CelluleRefusee("Écrivez le code du quartier, par exemple QN06201A.")
    return texte


def lire_telephone(valeur) -> str:
    """Nine digits lost their zero in a spreadsheet."""
    texte = lire_court(valeur)
    return f"0{texte}" if SANS_ZERO.fullmatch(texte) else texte


def lire_courriel(valeur) -> str:
    texte = lire_court(valeur)
    if not COURRIEL.fullmatch(texte):
        raise CelluleRefusee("Écrivez une adresse complète, par exemple nom@organisme.fr.")
    return texte


def lire_degres(valeur) -> str:
    texte = _texte(valeur).replace(",", ".")
    if not re.fullmatch(r"-?\d{1,3}(\.\d+)?", texte) or abs(float(texte)) > 180:
        raise CelluleRefusee("Écrivez une coordonnée en degrés, par exemple 2,8304.")
    return texte


def lire_choix(choix: type[TextChoices], mots: Mapping | None = None) -> Callable[[Any], str]:
    """A reader of the codes of a list, of its words, and of what people write instead."""
    connus = {simplifier(texte): code for code, libelle in choix.choices for texte in (code, libelle)}
    connus |= {mot: str(code) for code, siens in (mots or {}).items() for mot in siens}

    def lire(valeur) -> str:
        mot = simplifier("oui" if valeur is True else "non" if valeur is False else _texte(valeur))
        if mot not in connus:
            raise CelluleRefusee(f"Écrivez l’une de ces réponses\u00a0: {', '.join(choix.labels)}.")
        return connus[mot]

    return lire


lire_ouinon = lire_choix(OuiNon, {OuiNon.OUI: OUI, OuiNon.NON: NON})
lire_reponse = lire_choix(Reponse, {Reponse.OUI: OUI, Reponse.NON: NON, Reponse.NSP: NSP})
lire_sexe = lire_choix(Sexe, MOTS_SEXE)
lire_statut = lire_choix(StatutEmploi, MOTS_STATUT)

__all__ = ["CelluleRefusee", "Memoire", "montrer", "simplifier"]
