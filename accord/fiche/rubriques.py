"""The sections of the page, in order, and the search through all of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import reverse

from ..models import AccordCadre
from . import acte, faits, regles
from .lignes import Bloc, Ligne, cle, contient


@dataclass(frozen=True)
class Rubrique:
    code: str
    titre: str
    construire: Callable[[AccordCadre], list[Bloc]]


RUBRIQUES = [
    Rubrique("acte", "L’acte", acte.acte),
    Rubrique("montants", "Montants", acte.montants),
    Rubrique("dispositifs", "Dispositifs", acte.dispositifs),
    Rubrique("partage", "Partage", regles.partage),
    Rubrique("indicateurs", "Indicateurs", regles.indicateurs),
    Rubrique("parametres", "Paramètres", faits.parametres),
    Rubrique("gouvernance", "Gouvernance", faits.gouvernance),
    Rubrique("territoires", "Territoires", regles.territoires),
    Rubrique("diagnostic", "Diagnostic", faits.diagnostic),
    Rubrique("bilan", "2014-2020", faits.bilan),
    Rubrique("points", "Points d’attention", faits.points_attention),
    Rubrique("sources", "Sources", faits.sources),
]
PAR_CODE = {rubrique.code: rubrique for rubrique in RUBRIQUES}


def adresse(accord: AccordCadre, rubrique: Rubrique) -> str:
    url = reverse("accord:fiche", args=[accord.slug])
    return url if rubrique is RUBRIQUES[0] else f"{url}?rubrique={rubrique.code}"


def chercher(accord: AccordCadre, texte: str, certitude: str) -> list[Bloc]:
    """The facts where every word begins one of theirs and that have this certitude, under the title of their table."""
    mots = cle(texte).split()

    def repond(ligne: Ligne) -> bool:
        return (not certitude or ligne.certitude == certitude) and (not mots or contient(ligne.texte, mots))

    trouves = []
    for rubrique in RUBRIQUES:
        for bloc in rubrique.construire(accord):
            lignes = [_isoler(ligne) for ligne in bloc.lignes if repond(ligne)]
            if lignes:
                ou = (adresse(accord, rubrique), rubrique.titre)
                trouves.append(
                    replace(bloc, lignes=lignes, phrase="", rubrique=ou, ancre=f"{rubrique.code}-{bloc.ancre}")
                )
    if mots and not certitude:
        communes = regles.trouver_communes(accord, mots)
        if communes.lignes:
            communes.rubrique = (adresse(accord, PAR_CODE["territoires"]), "Territoires")
            trouves.append(communes)
    return trouves


def _isoler(ligne: Ligne) -> Ligne:
    """A line away from its parent says which one it was."""
    return replace(ligne, parent="", precision=", ".join(filter(None, [ligne.parent, ligne.precision])))
