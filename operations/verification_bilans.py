"""Do the details of reports and controls agree with their totals, and does each sample replay?"""

from django.db.models import Sum

from accord.montants import format_euros

from .models import (
    BilanExecution,
    ControleServiceFait,
    DepenseDeclaree,
    MontantEcarte,
    OuvertureControle,
    RessourcePercue,
)
from .retenu import ZERO
from .services import rejouer_echantillon

NOMS = {"depenses": "dépenses", "ressources": "ressources"}


def _nommer(bilan: BilanExecution) -> str:
    return f"Bilan n°\u00a0{bilan.numero} de l’opération {bilan.convention.operation.numero}\u00a0:"


def _sommer(queryset, cle: str) -> dict:
    return dict(queryset.order_by().values_list(cle).annotate(Sum("montant")))


def verifier_bilans() -> list[str]:
    """Compare each report with its detail, each control with what it set aside, each sample with its replay."""
    return [*_verifier_details(), *_verifier_controles(), *_verifier_echantillons()]


def _verifier_details() -> list[str]:
    ecarts = []
    sommes = {
        "depenses": _sommer(DepenseDeclaree.objects, "bilan"),
        "ressources": _sommer(RessourcePercue.objects, "bilan"),
    }
    detailles = set(sommes["depenses"]) | set(sommes["ressources"])
    bilans = BilanExecution.objects.filter(pk__in=detailles).select_related("convention__operation").order_by("pk")
    for bilan in bilans:
        for champ, par_bilan in sommes.items():
            total, detail = getattr(bilan, champ), par_bilan.get(bilan.pk)
            if detail is not None and detail != total:
                ecarts.append(
                    f"{_nommer(bilan)} {NOMS[champ]} {format_euros(total)} au total, {format_euros(detail)} d’après "
                    "leur détail."
                )
    return ecarts


def _verifier_controles() -> list[str]:
    ecartes = _sommer(MontantEcarte.objects, "controle")
    controles = ControleServiceFait.objects.filter(annule_le__isnull=True, bilan__annule_le__isnull=True)
    ecarts = []
    for controle in controles.select_related("bilan__convention__operation").order_by("pk"):
        difference = controle.bilan.depenses - controle.depenses_retenues
        ecarte = ecartes.get(controle.pk, ZERO)
        if difference != ecarte:
            ecarts.append(
                f"{_nommer(controle.bilan)} {format_euros(difference)} entre déclaré et retenu, "
                f"{format_euros(ecarte)} d’après les montants écartés."
            )
    return ecarts


def _verifier_echantillons() -> list[str]:
    ouvertures = OuvertureControle.objects.filter(tire_le__isnull=False).select_related("bilan__convention__operation")
    return [
        f"{_nommer(ouverture.bilan)} rejoué, l’échantillon n’est plus celui qui a été gardé."
        for ouverture in ouvertures.order_by("pk")
        if not rejouer_echantillon(ouverture)
    ]
