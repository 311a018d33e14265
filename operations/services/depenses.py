"""The detail of a report: expenses by post and year with their flat rates, resources by funder."""

from django.core.exceptions import ValidationError

from ..couts_simplifies import compute_forfaits, dire_refus
from ..lignes_plan import lire_bareme
from ..models import BilanExecution, DepenseDeclaree, Operation, PlanFinancement, RessourcePercue


def lire_taux_du_plan(operation: Operation, plan: PlanFinancement):
    """The flat rate that the plan in force applies, as a share; that of the day of the application otherwise."""
    forfait = plan.postes.filter(taux__isnull=False).first()
    return forfait.taux if forfait else lire_bareme(operation.accord, operation.deposee_le).taux.get(plan.profil)


def completer_depenses(
    operation: Operation, plan: PlanFinancement, depenses: list[DepenseDeclaree]
) -> list[DepenseDeclaree]:
    """The declared lines, then their flat rates as the plan has them; refuses a post that its profile computes.

    A plan with posts asks for the detail (`code="detail"`); a plan without takes a total alone.
    """
    if not depenses:
        if plan.postes.exists():
            raise ValidationError("Écrivez les dépenses par poste et par année, comme le plan.", code="detail")
        return []
    refus = dict.fromkeys(filter(None, (dire_refus(plan.profil, d.categorie) for d in depenses)))
    if refus:
        raise ValidationError(list(refus), code="profil")
    forfaits = compute_forfaits(plan.profil, depenses, lire_taux_du_plan(operation, plan))
    return [*depenses, *(DepenseDeclaree(**vars(forfait)) for forfait in forfaits)]


def ecrire_detail(bilan: BilanExecution, depenses: list[DepenseDeclaree], ressources: list[RessourcePercue]) -> None:
    """Save the detail of a saved report."""
    lignes: list[DepenseDeclaree | RessourcePercue] = [*depenses, *ressources]
    for ligne in lignes:
        ligne.bilan = bilan
        ligne.full_clean(exclude=["bilan"])
        ligne.save(force_insert=True)
