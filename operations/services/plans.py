"""One version after another of a financing plan, with the lines that its totals add up."""

from decimal import Decimal

from django.core.exceptions import ValidationError

from comptes.concurrence import clean_own_fields, save_checked

from ..couts_simplifies import ZERO
from ..enums import ProfilCout, VersionPlan
from ..lignes_plan import build_postes, dire_desequilibre, dire_lignes, lire_bareme, lire_lignes, sommer_ressources
from ..models import LignesPlan, Operation, PlanFinancement, PosteDepense, Ressource
from ..models.operations import RESSOURCES

PROPRES = ["profil", "cout_total_eligible", *RESSOURCES]


def completer_plan(operation: Operation, plan: PlanFinancement) -> None:
    """Compute the flat-rate lines of an unsaved plan, and its totals from its lines.

    The rates are those of the day of the application: a contract signed later keeps them.
    """
    lignes = plan.lignes or LignesPlan()
    taux = lire_bareme(operation.accord, operation.deposee_le).taux if plan.profil != ProfilCout.REEL else {}
    postes = build_postes(plan.profil, [p for p in lignes.postes if not p.est_forfait], taux.get(plan.profil))
    if postes:
        plan.cout_total_eligible = sum((poste.montant for poste in postes), ZERO)
    if lignes.ressources:
        for nature, somme in sommer_ressources(lignes.ressources).items():
            setattr(plan, nature, somme)
    if plan.lignes is not None:
        plan.lignes = LignesPlan(postes, lignes.ressources)


def enregistrer_plan(operation: Operation, plan: PlanFinancement, version: VersionPlan) -> PlanFinancement:
    """Save an unsaved plan, with its `lignes` if it has some, as the next number of a version.

    What is asked may not balance yet; every other version does, to the cent (`code="equilibre"`).
    """
    completer_plan(operation, plan)
    if version != VersionPlan.DEMANDE and plan.ecart:
        propre = plan.autofinancement
        message = dire_desequilibre(cout=plan.cout_total_eligible, autres=plan.total_ressources - propre, propre=propre)
        raise ValidationError({"autofinancement": message}, code="equilibre")
    plan.pk, plan._state.adding = None, True
    plan.operation, plan.version = operation, version
    plan.numero = 1 + operation.plans.filter(version=version).count()
    clean_own_fields(plan)
    save_checked(plan, force_insert=True)
    _ecrire_lignes(plan, plan.lignes or LignesPlan())
    return plan


def corriger_plan(operation: Operation, enregistre: PlanFinancement, plan: PlanFinancement) -> dict:
    """Put the plan that was asked right: say what changes, and return what the journal keeps (empty when nothing does).

    A plan without lines keeps those recorded; it is refused when they no longer add up to it (`code="lignes"`).
    """
    lignes = lire_lignes(enregistre)
    anciens = {champ: getattr(enregistre, champ) for champ in PROPRES}
    if plan.lignes is None:
        plan.profil = enregistre.profil
        plan.lignes = lignes
        totaux = _totaux(plan)
        completer_plan(operation, plan)
        if _totaux(plan) != totaux:
            raise ValidationError(
                "Ce plan est saisi par poste et par année. Corrigez ses lignes, les totaux suivent.", code="lignes"
            )
    else:
        completer_plan(operation, plan)
    for champ in PROPRES:
        setattr(enregistre, champ, getattr(plan, champ))
    clean_own_fields(enregistre)
    change = {
        champ: {"avant": anciens[champ], "apres": getattr(plan, champ)}
        for champ in PROPRES
        if anciens[champ] != getattr(plan, champ)
    }
    avant, apres = dire_lignes(lignes), dire_lignes(plan.lignes)
    change |= {nom: {"avant": avant[nom], "apres": apres[nom]} for nom in avant if avant[nom] != apres[nom]}
    if change:
        save_checked(enregistre)
        if avant != apres:
            enregistre.postes.all().delete()
            enregistre.ressources.all().delete()
            _ecrire_lignes(enregistre, plan.lignes)
    return change


def copier_plan(plan: PlanFinancement) -> PlanFinancement:
    """An unsaved plan with the amounts and the lines of another: where a new version starts from."""
    copie = PlanFinancement(operation=plan.operation, **{champ: getattr(plan, champ) for champ in PROPRES})
    copie.lignes = lire_lignes(plan)
    return copie


def _totaux(plan: PlanFinancement) -> dict[str, Decimal]:
    return {champ: getattr(plan, champ) for champ in ["cout_total_eligible", *RESSOURCES]}


def _ecrire_lignes(plan: PlanFinancement, lignes: LignesPlan) -> None:
    toutes: list[PosteDepense | Ressource] = [*lignes.postes, *lignes.ressources]
    for ligne in toutes:
        ligne.pk, ligne._state.adding, ligne.plan = None, True, plan
        clean_own_fields(ligne)
        save_checked(ligne, force_insert=True)
