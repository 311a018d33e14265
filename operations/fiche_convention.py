"""The sheet of a contract on paper: parties, period, plan, conditions, reports, room to sign."""

from datetime import date

from accord.models import Parametre
from accord.pdf import render_pdf

from .calendrier import suivre_calendrier
from .enums import SensDecision
from .forms.plans import LIBELLES
from .models import ConditionDecision, Convention, Operation
from .models.operations import RESSOURCES
from .services.conventions import avenants_de, conditions_de


def build_fiche_convention(operation: Operation, convention: Convention, jour: date) -> bytes:
    """Draw what the contract says on that day, amendments included, as an accessible PDF."""
    conditions = conditions_de(convention)
    plan = conditions.plan
    decision = operation.decisions.filter(sens=SensDecision.FAVORABLE, annulee_le__isnull=True).first()
    return render_pdf(
        "pdf/convention.html",
        {
            "operation": operation,
            "convention": convention,
            "conditions": conditions,
            "plan": plan,
            "ressources": [
                {"libelle": LIBELLES.get(champ, str(operation.enveloppe.fonds)), "montant": montant, "part": part}
                for champ, montant, part in (
                    (champ, getattr(plan, champ), getattr(plan, champ) / plan.cout_total_eligible)
                    for champ in RESSOURCES
                )
                if montant
            ],
            "avenants": list(avenants_de(convention).select_related("plan", "plan_avant")),
            "suivis": suivre_calendrier(convention, jour),
            "decision": decision,
            "conditions_decision": list(ConditionDecision.objects.filter(decision__operation=operation).en_vigueur()),
            "postes": list(plan.postes.all()),
            "conservation": Parametre.objects.lire_nombre(operation.accord, "conservation_annees", jour),
            "jour": jour,
        },
    )
