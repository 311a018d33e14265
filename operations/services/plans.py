"""One version after another of a financing plan, and the lines that its totals add up."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from accord.models import Parametre
from accord.montants import INSECABLE, format_euros
from comptes.concurrence import clean_own_fields, save_checked

from ..couts_simplifies import REGLES, ZERO, compute_forfaits, dire_refus, equilibrer
from ..enums import NatureRessource, ProfilCout, VersionPlan
from ..models import LignesPlan, Operation, PlanFinancement, PosteDepense, Ressource
from ..models.operations import RESSOURCES

PROPRES = [
    c.name for c in PlanFinancement._meta.concrete_fields if c.name not in ("id", "operation", "version", "numero")
]


def lire_taux_forfait(accord, profil: str, jour: date) -> Decimal | None:
    """The rate of a profile that day, as a share; None for real costs, or when the agreement sets none."""
    regle = REGLES.get(ProfilCout(profil))
    pourcentage = Parametre.objects.lire_nombre(accord, regle.parametre, jour) if regle else None
    return pourcentage / 100 if pourcentage is not None else None


def build_postes(profil: str, saisis: Iterable[PosteDepense], taux: Decimal | None) -> list[PosteDepense]:
    """The entered lines, then the flat-rate ones; refuses a post that the profile forbids (`code="profil"`)."""
    saisis = list(saisis)
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


def completer_plan(operation: Operation, plan: PlanFinancement) -> None:
    """Compute the flat-rate lines of an unsaved plan, and its totals from its lines.

    The rates are those of the day of the application: a contract signed later keeps them.
    """
    lignes = plan.lignes or LignesPlan()
    taux = lire_taux_forfait(operation.accord, plan.profil, operation.deposee_le)
    postes = build_postes(plan.profil, (p for p in lignes.postes if not p.est_forfait), taux)
    if postes:
        plan.cout_total_eligible = sum((poste.montant for poste in postes), ZERO)
    if lignes.ressources:
        for nature, somme in sommer_ressources(lignes.ressources).items():
            setattr(plan, nature, somme)
    if plan.lignes is not None:
        plan.lignes = LignesPlan(postes, lignes.ressources)


def dire_desequilibre(plan: PlanFinancement) -> str:
    """What is missing or too much, and where to put it right; empty when the plan balances."""
    if not plan.ecart:
        return ""
    verbe = "Il manque" if plan.ecart < 0 else "Il y a en trop"
    vers = equilibrer(cout=plan.cout_total_eligible, autres=plan.total_ressources - plan.autofinancement)
    if vers.exces:
        suite = f"Retirez {format_euros(vers.exces)} aux autres ressources et laissez l’autofinancement à zéro."
    else:
        suite = f"Portez l’autofinancement à {format_euros(vers.autofinancement)}, ou corrigez une autre ressource."
    return f"{verbe} {format_euros(abs(plan.ecart))} de ressources pour équilibrer le plan. {suite}"


def enregistrer_plan(operation: Operation, plan: PlanFinancement, version: VersionPlan) -> PlanFinancement:
    """Save an unsaved plan, with its `lignes` if it has some, as the next number of a version.

    What is asked may not balance yet; every other version does, to the cent (`code="equilibre"`).
    """
    completer_plan(operation, plan)
    if version != VersionPlan.DEMANDE and plan.ecart:
        raise ValidationError({"autofinancement": dire_desequilibre(plan)}, code="equilibre")
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
                "Ce plan est saisi par poste et par année : corrigez ses lignes, les totaux suivent.", code="lignes"
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


def _totaux(plan: PlanFinancement) -> dict[str, Decimal]:
    return {champ: getattr(plan, champ) for champ in ["cout_total_eligible", *RESSOURCES]}


def _ecrire_lignes(plan: PlanFinancement, lignes: LignesPlan) -> None:
    toutes: list[PosteDepense | Ressource] = [*lignes.postes, *lignes.ressources]
    for ligne in toutes:
        ligne.pk, ligne._state.adding, ligne.plan = None, True, plan
        ligne.full_clean(exclude=["plan"])
        ligne.save(force_insert=True)
