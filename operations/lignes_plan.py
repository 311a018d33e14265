"""The lines of a plan: read, computed, added up and said; no line is written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from accord.models import Parametre
from accord.montants import INSECABLE, format_euros

from .couts_simplifies import REGLES, ZERO, compute_forfaits, dire_refus, equilibrer
from .enums import NatureRessource, ProfilCout
from .models import LignesPlan, PlanFinancement, PosteDepense, Ressource

SEUIL = "ocs_obligatoires_seuil"


@dataclass(frozen=True)
class Bareme:
    """What the agreement sets on a day: the share of each flat rate, and the cost up to which one is asked."""

    taux: dict[str, Decimal]
    seuil: Decimal | None

    def exige_forfait(self, profil: str, cout: Decimal | None) -> bool:
        """True when real costs stand where simplified ones are asked: a warning, state aid may say otherwise."""
        return profil == ProfilCout.REEL and bool(cout) and self.seuil is not None and cout <= self.seuil


def lire_bareme(accord, jour: date) -> Bareme:
    codes = {regle.parametre: profil for profil, regle in REGLES.items()}
    parametres = Parametre.objects.valables_le(jour).filter(accord=accord, code__in=[*codes, SEUIL])
    lus = {p.code: Decimal(p.valeur.replace(",", ".")) for p in parametres}
    seuil = lus.pop(SEUIL, None)
    return Bareme({codes[code]: pourcentage / 100 for code, pourcentage in lus.items()}, seuil)


def build_postes(profil: str, saisis: list[PosteDepense], taux: Decimal | None) -> list[PosteDepense]:
    """The entered lines, then the flat-rate ones; refuses a post that the profile forbids (`code="profil"`)."""
    refus = dict.fromkeys(filter(None, (dire_refus(profil, poste.categorie) for poste in saisis)))
    if refus:
        raise ValidationError({"profil": list(refus)}, code="profil")
    if profil != ProfilCout.REEL and not saisis:
        raise ValidationError(
            {"profil": "Un forfait se calcule sur des postes. Écrivez-les par année, ou choisissez les coûts réels."},
            code="profil",
        )
    if profil != ProfilCout.REEL and taux is None:
        raise ValidationError(
            {"profil": "L’accord ne fixe pas ce taux à cette date. Demandez à l’administrateur de le saisir."},
            code="profil",
        )
    forfaits = compute_forfaits(profil, saisis, taux)
    return saisis + [PosteDepense(**vars(forfait)) for forfait in forfaits]


def sommer_ressources(ressources: Iterable[Ressource]) -> dict[str, Decimal]:
    """What each origin brings, zero included."""
    sommes: dict[str, Decimal] = dict.fromkeys(NatureRessource.values, ZERO)
    for ressource in ressources:
        sommes[ressource.nature] += ressource.montant
    return sommes


def dire_desequilibre(*, cout: Decimal, autres: Decimal, propre: Decimal) -> str:
    """What is missing or too much at the cent, and where to put it right; `propre` is what own funds bring now."""
    ecart, vers = autres + propre - cout, equilibrer(cout=cout, autres=autres)
    if ecart < 0:
        return (
            f"Il manque {format_euros(-ecart)} de ressources. Portez l’autofinancement à "
            f"{format_euros(vers.autofinancement)}, ou ajoutez-les sur une autre ligne."
        )
    if vers.exces:
        return (
            f"Il y a {format_euros(ecart)} de trop. Même sans autofinancement, retirez {format_euros(vers.exces)} aux "
            "autres ressources."
        )
    return (
        f"Il y a {format_euros(ecart)} de trop. Ramenez l’autofinancement à {format_euros(vers.autofinancement)}, ou "
        "retirez-les d’une autre ligne."
    )


def lire_lignes(plan: PlanFinancement) -> LignesPlan:
    return LignesPlan(list(plan.postes.all()), list(plan.ressources.all()))


def dire_lignes(lignes: LignesPlan) -> dict[str, list[str]]:
    """The lines in words, for the journal."""

    def dire(nom: str, *details) -> str:
        return f"{', '.join(filter(None, details))}{INSECABLE}: {nom}"

    return {
        "postes": [
            dire(format_euros(p.montant), f"{p.get_categorie_display()} {p.annee}", p.libelle) for p in lignes.postes
        ],
        "ressources": [
            dire(
                f"{format_euros(r.montant)} ({r.get_etat_display().lower()})",
                f"{r.get_nature_display()} {r.annee}",
                r.financeur,
            )
            for r in lignes.ressources
        ],
    }
