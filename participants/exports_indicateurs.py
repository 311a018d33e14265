"""The indicators as a table or as JSON: every level, every gender, a rate with its two terms."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from comptes.classeurs import Cellule as Case

from .calcul import PERSONNES, TOTAL, Cellule, Figures, Niveau
from .calcul_secret import Lecture
from .enums import CodeEntites, Sexe
from .lignes import LIGNES, POPULATIONS, Ligne
from .secret import ecrire_nombre

# the name that a program reads, which does not change, and the title that a person reads
COLONNES = {
    "accord": "Accord",
    "au": "Situation au",
    "fonds": "Fonds",
    "organisme": "Organisme",
    "objectif_specifique": "Objectif spécifique",
    "sexe": "Sexe",
    "code": "Indicateur",
    "libelle": "Libellé",
    "valeur": "Valeur",
    "population": "Population de référence",
    "taux": "Taux",
}
GENRES = [*Sexe.values, TOTAL]
LUES = [ligne for ligne in LIGNES.values() if ligne.code not in POPULATIONS]
TOUT = Lecture()


def _lignes_de(niveau: Niveau) -> Iterator[Ligne]:
    return (ligne for ligne in LUES if ligne.concerne(niveau.fonds, niveau.objectif))


def _ecrire(figures: Figures, lecture: Lecture, cellule: Cellule) -> Case:
    """A number, or the words that stand for a hidden one."""
    masque = lecture.masque(*cellule)
    nombre = figures.nombre(cellule)
    return ecrire_nombre(nombre, masque, lecture.seuil) if masque else nombre


def _taux(figures: Figures, lecture: Lecture, niveau: Niveau, sexe: str, ligne: Ligne) -> Decimal | None:
    if any(lecture.masque(niveau, sexe, code) for code in (ligne.code, ligne.population)):
        return None
    return figures.rapport(niveau, ligne, sexe).valeur


def lignes_indicateurs(
    figures: Figures, niveaux: Iterable[Niveau], lecture: Lecture = TOUT, *, lisible: bool
) -> Iterator[list[Case]]:
    """The titles, then one line per level, gender and indicator; an empty level is all of them, `T` all genders."""
    yield list(COLONNES.values() if lisible else COLONNES)
    debut: list[Case] = [figures.accord.slug, figures.au]
    for niveau in niveaux:
        place: list[Case] = [*debut, *niveau]
        for ligne in _lignes_de(niveau):
            for sexe in GENRES:
                valeur = _ecrire(figures, lecture, Cellule(niveau, sexe, ligne.code))
                population, taux = None, None
                if ligne.population:
                    population = _ecrire(figures, lecture, Cellule(niveau, sexe, ligne.population))
                    taux = _taux(figures, lecture, niveau, sexe, ligne)
                yield [*place, sexe, ligne.code, ligne.libelle, valeur, population, taux]
        for code in CodeEntites:
            yield [*place, TOTAL, code.value, code.label, figures.nombre_entites(niveau, code), None, None]
        if niveau.organisme and not niveau.objectif:
            personnes = _ecrire(figures, lecture, Cellule(niveau, TOTAL, PERSONNES))
            yield [*place, TOTAL, PERSONNES, "Personnes différentes", personnes, None, None]


def to_json(figures: Figures) -> dict:
    """Everything, fund by fund, level by level; null is all the bodies, or all the specific objectives."""
    return {
        "accord": figures.accord.slug,
        "au": figures.au.isoformat(),
        "fonds": [
            {"code": fonds, "niveaux": [_niveau_json(figures, niveau) for niveau in figures.niveaux(fonds)]}
            for fonds in figures.fonds
        ],
    }


def _niveau_json(figures: Figures, niveau: Niveau) -> dict:
    indicateurs: dict[str, dict] = {}
    for ligne in _lignes_de(niveau):
        nombres: dict = {s: figures.nombre(Cellule(niveau, s, ligne.code)) for s in Sexe.values}
        nombres["total"] = figures.nombre(Cellule(niveau, TOTAL, ligne.code))
        if ligne.population:
            rapport = figures.rapport(niveau, ligne)
            nombres["population"] = rapport.denominateur
            nombres["taux"] = None if rapport.valeur is None else str(rapport.valeur)
        indicateurs[ligne.code] = nombres
    indicateurs |= {code: {"total": figures.nombre_entites(niveau, code)} for code in CodeEntites.values}
    personnes = niveau.organisme and not niveau.objectif
    return {
        "organisme": niveau.organisme or None,
        "objectif_specifique": niveau.objectif or None,
        "indicateurs": indicateurs,
        "personnes_differentes": figures.nombre(Cellule(niveau, TOTAL, PERSONNES)) if personnes else None,
    }
