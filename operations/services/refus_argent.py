"""Why money cannot be paid, taken back, or a line of it undone: read by the acts, which raise it, and by the pages,
which say it instead of offering a button.

Each function returns None, or the refusal, with its code. What depends on the day or on the amount typed stays with the
acts.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError

from accord.montants import format_date, format_euros

from ..enums import STATUTS_DEMARRES, NatureEcriture, NaturePaiement, Statut
from ..models import Convention, Operation, Paiement
from ..retenu import ZERO
from .grand_livre import refus_reprise, retenu_repris

NATURES = (NaturePaiement.SOLDE, NaturePaiement.ACOMPTE, NaturePaiement.AVANCE)


def refus_nature(operation: Operation, nature: NaturePaiement, tenu: dict[str, Decimal]) -> ValidationError | None:
    """Why no payment of this nature can be made, whatever its amount. An advance above the planned one can."""
    if operation.statut not in (Statut.EN_EXECUTION, Statut.ACHEVEE):
        return ValidationError("Un paiement se fait pendant l’exécution ou à l’achèvement.", code="statut")
    if nature == NaturePaiement.SOLDE and operation.statut != Statut.ACHEVEE:
        return ValidationError("Le solde se paie quand l’opération est achevée.", code="statut")
    if nature == NaturePaiement.AVANCE and operation.statut != Statut.EN_EXECUTION:
        return ValidationError("L’opération est achevée\u00a0: payez un acompte ou le solde.", code="statut")
    if tenu[NatureEcriture.CONVENTIONNE] <= tenu[NatureEcriture.PAYE]:
        return ValidationError("Le montant conventionné est déjà payé en entier.", code="convention")
    if nature != NaturePaiement.AVANCE and not tenu[NatureEcriture.RETENU]:
        return ValidationError("Rien n’est encore retenu\u00a0: un bilan contrôlé ouvre le paiement.", code="retenu")
    if nature != NaturePaiement.AVANCE and tenu[NatureEcriture.RETENU] <= tenu[NatureEcriture.PAYE]:
        return ValidationError("Rien n’est à payer\u00a0: ce qui est retenu est déjà payé.", code="retenu")
    return None


def refus_paiement(
    operation: Operation, tenu: dict[str, Decimal], avance_restante: Decimal | None = None
) -> ValidationError | None:
    """Why nothing can be paid now. Given what is left of the planned advance, why nothing is due: none above it."""
    refus = {nature: refus_nature(operation, nature, tenu) for nature in NATURES}
    if not refus[NaturePaiement.AVANCE] and avance_restante == ZERO:
        refus[NaturePaiement.AVANCE] = refus[NaturePaiement.ACOMPTE]
    return refus[NaturePaiement.ACOMPTE] if all(refus.values()) else None


def refus_recouvrement(
    operation: Operation, tenu: dict[str, Decimal], convention: Convention | None
) -> ValidationError | None:
    """Why nothing can be taken back."""
    if operation.statut not in STATUTS_DEMARRES:
        return ValidationError("Un recouvrement se fait après le démarrage et avant l’archivage.", code="statut")
    conserve = (convention.ue_conserve if convention else None) or ZERO
    if tenu[NatureEcriture.PAYE] <= conserve:
        suite = f", et en conserve {format_euros(conserve)}" if conserve else ""
        return ValidationError(
            f"Rien n’est à recouvrer\u00a0: le bénéficiaire a reçu {format_euros(tenu[NatureEcriture.PAYE])} en "
            f"tout{suite}.",
            code="paye",
        )
    return None


def refus_annulation(
    operation: Operation, paiement: Paiement, en_vigueur: Sequence[Paiement], tenu: dict[str, Decimal]
) -> ValidationError | None:
    """Why a payment or a recovery is not undone; `en_vigueur` are those of the operation that count.

    A payment is read by the recoveries after it, by the settlement and by what is kept at an early end; a recovery by
    every payment after it, by the settlement, by the contract, and by the batch that took back what it lowered.
    """
    if paiement.annule_le:
        return ValidationError("Cette ligne est déjà annulée.", code="annule")
    est_recouvrement = paiement.nature == NaturePaiement.RECOUVREMENT
    if not est_recouvrement and operation.statut == Statut.RESILIEE:
        return ValidationError("Le montant conservé à la résiliation tient compte de ce paiement.", code="resiliee")
    suivants = [
        autre
        for autre in en_vigueur
        if autre.pk > paiement.pk and (est_recouvrement or autre.nature == NaturePaiement.RECOUVREMENT)
    ]
    if suivants:
        suivant = max(suivants, key=lambda autre: (autre.paye_le, autre.pk))
        return ValidationError(
            f"Une ligne plus récente en dépend\u00a0: annulez d’abord celle du {format_date(suivant.paye_le)}, "
            f"{format_euros(suivant.montant)}.",
            code="suivant",
        )
    suites = list(paiement.suites.all())
    if operation.statut == Statut.SOLDEE and not suites:
        return ValidationError("Le solde en tient compte\u00a0: annulez d’abord le solde.", code="soldee")
    return _refus_rendre(operation, paiement, suites, tenu) if est_recouvrement else None


def _refus_rendre(operation: Operation, recouvrement: Paiement, suites: list, tenu) -> ValidationError | None:
    """A recovery undone gives its money back: within the contract and what a control retained, and not after a batch
    took it back.
    """
    if operation.statut in (Statut.EN_EXECUTION, Statut.ACHEVEE):
        paye = tenu[NatureEcriture.PAYE] + recouvrement.montant
        avances = operation.paiements.exclude(pk=recouvrement.pk).avances()
        justifie = tenu[NatureEcriture.RETENU] + retenu_repris(operation) + avances
        for borne, quoi, code in [
            (tenu[NatureEcriture.CONVENTIONNE], "le montant conventionné", "convention"),
            (justifie, "ce qui a été retenu ou avancé", "retenu"),
        ]:
            if paye > borne:
                return ValidationError(
                    f"Sans ce recouvrement, le bénéficiaire aurait reçu {format_euros(paye - borne)} de plus que "
                    f"{quoi}.",
                    code=code,
                )
    return refus_reprise(operation, next((e for e in suites if e.nature == NatureEcriture.RETENU), None))
