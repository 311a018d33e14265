"""The answers of a record in words, section by section."""

from accord.models import Commune

from .forms.fiches import ACCOMPAGNEMENT, HORS_FTJ, SITUATION, EntreeForm, SortieForm
from .models import CHAMPS_SORTIE, Participation
from .tables import dire_qpv


def _dire(fiche: Participation, champ: str) -> str:
    affichage = getattr(fiche, f"get_{champ}_display", None)
    valeur = affichage() if affichage else getattr(fiche, champ)
    return "" if valeur is None else str(valeur)


def dire_entree(fiche: Participation) -> list[tuple[str, str]]:
    """Needs `ftj`: what the fund does not ask is left out unless it was answered. One query."""
    libelles = EntreeForm.Meta.labels
    champs = [*SITUATION, *ACCOMPAGNEMENT, *(c for c in HORS_FTJ if not fiche.ftj or getattr(fiche, c))]
    commune = Commune.objects.filter(code_insee=fiche.code_insee).first() if fiche.code_insee else None
    return [
        (libelles["sexe"], _dire(fiche, "sexe")),
        ("Âge à l’entrée", "" if fiche.age_entree is None else f"{fiche.age_entree} ans"),
        ("Commune de résidence", f"{commune} ({fiche.code_insee})" if commune else fiche.code_insee),
        ("Quartier prioritaire", f"{fiche.code_qpv}, {dire_qpv(fiche)}" if fiche.code_qpv else dire_qpv(fiche)),
        *((libelles[champ], _dire(fiche, champ)) for champ in champs if not _sans_objet(fiche, champ)),
    ]


def _sans_objet(fiche: Participation, champ: str) -> bool:
    return champ == "duree_chomage_mois" and fiche.statut_emploi != "chomeur"


def dire_sortie(fiche: Participation) -> list[tuple[str, str]]:
    return [(SortieForm.Meta.labels[champ], _dire(fiche, champ)) for champ in CHAMPS_SORTIE]
