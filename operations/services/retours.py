"""What was recorded by error after the contract, handed back: its start, its last amendment, its end before term."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from accord.montants import format_date, format_euros
from comptes.journal import journaliser

from ..enums import NatureEcriture, Statut
from ..models import AvenantConvention, ControleServiceFait, Convention, Ecriture, Operation
from ..retenu import ZERO
from .calendrier import rendre_calendrier
from .conventions import avenants_de, convention_de, prendre_place
from .etat import avancer, exiger, toucher, verifier_jour, verrouiller
from .grand_livre import contrepasser, soldes, verifier_non_repris


@transaction.atomic
def annuler_demarrage(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Hand a start back: the operation is contracted again. Nothing may have happened since."""
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION])
    motif = exiger(motif, "Dites pourquoi le démarrage est annulé.")
    convention = convention_de(operation)
    verifier_jour(le, pas_avant=operation.statut_depuis_le, quoi="démarrage")
    if avenants_de(convention).exists():
        raise ValidationError("Un avenant est signé depuis le démarrage\u00a0: annulez-le d’abord.", code="avenant")
    if convention.bilans.filter(annule_le__isnull=True).exists():
        raise ValidationError("Un bilan est déposé\u00a0: annulez-le d’abord.", code="bilan")
    if operation.paiements.en_vigueur().exists():
        raise ValidationError("Un paiement est enregistré\u00a0: annulez-le d’abord.", code="paiement")
    convention.demarree_le = None
    convention.save(update_fields=["demarree_le"])
    avancer(operation, Statut.CONVENTIONNEE, convention.notifiee_le)
    journaliser(operation, "demarrage_annule", auteur=auteur, motif=motif, le=le)
    return operation


@transaction.atomic
def annuler_avenant(
    operation: Operation, *, auteur, le: date, motif: str, depassement_vu: Decimal | None = None
) -> AvenantConvention:
    """Take back the last amendment, signed by error, while nothing depends on it.

    One that had taken money back gives it to the operation again: above what the envelope has left, the excess is to
    be seen (`code="surprogrammation"`).
    """
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION])
    motif = exiger(motif, "Dites pourquoi l’avenant est annulé.")
    convention = convention_de(operation)
    avenant = avenants_de(convention).select_related("plan", "plan_avant").last()
    if avenant is None:
        raise ValidationError("Aucun avenant n’est en vigueur.", code="avenant")
    verifier_jour(le, pas_avant=avenant.signe_le, quoi="la signature de l’avenant")
    _verifier_suites(operation, convention, avenant)
    prendre_place(operation, -avenant.difference, vu=depassement_vu, quoi="Annuler cet avenant reprend")
    for ecriture in _lignes_de(operation, avenant):
        contrepasser(ecriture, acte="annuler_avenant", auteur=auteur, motif=motif)
    rendre_calendrier(avenant)
    avenant.annule_le = le
    avenant.save(update_fields=["annule_le"])
    toucher(operation)
    journaliser(
        operation,
        "avenant_annule",
        auteur=auteur,
        motif=motif,
        le=le,
        ue={"avant": avenant.plan.ue, "apres": avenant.plan_avant.ue},
        fin_le={"avant": avenant.fin_le, "apres": avenant.fin_avant_le},
    )
    return avenant


def _lignes_de(operation: Operation, avenant: AvenantConvention) -> list[Ecriture]:
    """The lines of the last amendment: the last one of each stage, none when it moved no money."""
    if not avenant.difference:
        return []
    lignes = operation.ecritures.filter(acte="signer_avenant", annulee_par__isnull=True, annule=None).order_by("rang")
    return list({ligne.nature: ligne for ligne in lignes}.values())


def _verifier_suites(operation: Operation, convention: Convention, avenant: AvenantConvention) -> None:
    """Refuse when a report, a control or a payment stands on the amendment."""
    bilans = convention.bilans.filter(annule_le__isnull=True)
    tard = bilans.filter(fin_le__gt=avenant.fin_avant_le).order_by("fin_le").last()
    if tard:
        raise ValidationError(
            f"Le bilan n°\u00a0{tard.numero} va jusqu’au {format_date(tard.fin_le)}, dans la période que l’avenant "
            "ajoute\u00a0: annulez-le d’abord.",
            code="bilan",
        )
    plan, plan_avant = avenant.plan, avenant.plan_avant
    if (plan.ue, plan.cout_total_eligible) != (plan_avant.ue, plan_avant.cout_total_eligible):
        bilan = bilans.filter(depose_le__gte=avenant.signe_le).last()
        if bilan:
            raise ValidationError(
                f"Le bilan n°\u00a0{bilan.numero}, déposé depuis, est calculé au taux de l’avenant\u00a0: annulez-le "
                "d’abord.",
                code="bilan",
            )
        controles = ControleServiceFait.objects.filter(bilan__in=bilans, annule_le__isnull=True)
        if controles.filter(conclu_le__gte=avenant.signe_le).exists():
            raise ValidationError(
                "Un contrôle de service fait est conclu depuis, au taux de l’avenant\u00a0: annulez-le d’abord.",
                code="controle",
            )
    declare = bilans.aggregate(s=Sum("ue_declare", default=ZERO))["s"]
    tenu = soldes(operation)
    plancher = max(declare, tenu[NatureEcriture.RETENU], tenu[NatureEcriture.PAYE])
    if plan_avant.ue < plancher:
        raise ValidationError(
            f"Sans cet avenant, la convention ({format_euros(plan_avant.ue)}) descendrait sous ce qui est déjà "
            f"déclaré, retenu ou payé ({format_euros(plancher)}).",
            code="plancher",
        )


@transaction.atomic
def annuler_resiliation(
    operation: Operation, *, auteur, le: date, motif: str, depassement_vu: Decimal | None = None
) -> Operation:
    """Take back an end before term recorded by error: the operation stands where it stood, its amounts come back.

    What it had freed may be programmed elsewhere: above what the envelope has left, the excess is to be seen.
    """
    operation = verrouiller(operation, depuis=[Statut.RESILIEE])
    motif = exiger(motif, "Dites pourquoi la résiliation est annulée.")
    convention = convention_de(operation)
    verifier_jour(le, pas_avant=convention.resiliee_le, quoi="la résiliation")
    verifier_non_repris(operation, _lignes_resiliation(operation).filter(nature=NatureEcriture.RETENU).first())
    rendu = compute_rendu(operation)
    prendre_place(operation, rendu, vu=depassement_vu, quoi="Annuler cette résiliation reprend")
    for ecriture in _lignes_resiliation(operation):
        contrepasser(ecriture, acte="annuler_resiliation", auteur=auteur, motif=motif)
    convention.resiliee_le, convention.ue_conserve, convention.retenu_retire = None, None, ZERO
    convention.save(update_fields=["resiliee_le", "ue_conserve", "retenu_retire"])
    if convention.achevee_le:
        avancer(operation, Statut.ACHEVEE, convention.achevee_le)
    elif convention.demarree_le:
        avancer(operation, Statut.EN_EXECUTION, max(convention.demarree_le, convention.notifiee_le))
    else:
        avancer(operation, Statut.CONVENTIONNEE, convention.notifiee_le)
    journaliser(operation, "resiliation_annulee", auteur=auteur, motif=motif, le=le, ue_repris=rendu)
    return operation


def compute_rendu(operation: Operation) -> Decimal:
    """What the end before term freed on the envelope, in euros: undoing it takes it back."""
    lignes = _lignes_resiliation(operation).filter(nature=NatureEcriture.PROGRAMME)
    return -lignes.aggregate(s=Sum("montant", default=ZERO))["s"]


def _lignes_resiliation(operation: Operation):
    return operation.ecritures.filter(acte="resilier", annulee_par__isnull=True, annule=None)
