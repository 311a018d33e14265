"""The contract, its start, its amendments, its end before term."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.models import Enveloppe
from accord.montants import format_date, format_euros
from comptes.journal import journaliser

from ..enums import NatureEcriture, Statut, VersionPlan
from ..models import AvenantConvention, BilanAttendu, ControleServiceFait, Convention, Operation, PlanFinancement
from ..situation import compute_disponible
from .calendrier import modifier_calendrier, ouvrir_calendrier
from .etat import avancer, exiger, toucher, verifier_jour, verrouiller
from .grand_livre import contrepasser, ecrire, soldes, verifier_suite
from .plans import enregistrer_plan
from .signature import signature_de


@dataclass(frozen=True)
class Conditions:
    """The terms of a contract after its amendments: plan in euros, last day of the period."""

    plan: PlanFinancement
    fin_le: date


def convention_de(operation: Operation) -> Convention:
    """The contract in force of an operation."""
    return operation.conventions.select_related("plan").courante()


def avenants_de(convention: Convention):
    """The amendments in force of a contract."""
    return convention.avenants.filter(annule_le__isnull=True)


def conditions_de(convention: Convention, le: date | None = None) -> Conditions:
    """What the contract says, amendments included: now, or as it was signed on a day."""
    signes = avenants_de(convention).select_related("plan")
    avenant = (signes.filter(signe_le__lte=le) if le else signes).last()
    return Conditions(avenant.plan, avenant.fin_le) if avenant else Conditions(convention.plan, convention.fin_le)


@transaction.atomic
def conventionner_operation(
    operation: Operation,
    *,
    auteur,
    plan: PlanFinancement,
    convention: Convention,
    calendrier: list[BilanAttendu] | None = None,
) -> Convention:
    """Record the contract, effective on its notification. Its EU amount is at most the one programmed.

    `plan`, `convention` and the lines of `calendrier` are unsaved; the calendar that the duration proposes when None.
    Programmed and contracted may differ until the settlement.
    """
    operation = verrouiller(operation, depuis=[Statut.PROGRAMMEE])
    verifier_jour(convention.notifiee_le, pas_avant=operation.programmee_le, quoi="la programmation")
    _verifier_signatures(operation, convention)
    programme = soldes(operation)[NatureEcriture.PROGRAMME]
    if plan.ue > programme:
        raise ValidationError(
            {
                "ue": f"La convention dépasse de {format_euros(plan.ue - programme)} le montant programmé "
                f"({format_euros(programme)}). Ramenez-la à ce montant, ou faites-la reprogrammer."
            },
            code="programme",
        )
    plan = enregistrer_plan(operation, plan, VersionPlan.CONVENTIONNE)
    convention.pk, convention.operation, convention.plan, convention.auteur = None, operation, plan, auteur
    if convention.avance_prevue > plan.ue:
        raise ValidationError({"avance_prevue": "L’avance ne dépasse pas le montant conventionné."}, code="avance")
    convention.full_clean()
    convention.save(force_insert=True)
    ouvrir_calendrier(convention, calendrier)
    operation.mises_en_signature.filter(convention__isnull=True, retiree_le__isnull=True).update(convention=convention)
    avancer(operation, Statut.CONVENTIONNEE, convention.notifiee_le)
    ecrire(
        operation,
        NatureEcriture.CONVENTIONNE,
        plan.ue,
        le=convention.notifiee_le,
        acte="conventionner",
        auteur=auteur,
    )
    journaliser(
        operation,
        "conventionnee",
        auteur=auteur,
        le=convention.notifiee_le,
        ue=plan.ue,
        cout_total_eligible=plan.cout_total_eligible,
        debut_le=convention.debut_le,
        fin_le=convention.fin_le,
    )
    return convention


def _verifier_signatures(operation: Operation, convention: Convention) -> None:
    """Refuse a notification before the contract was sent or signed, as typed or as followed (`code="signature"`)."""
    mise = signature_de(operation)
    dates = [
        mise.envoyee_le if mise else None,
        convention.signee_beneficiaire_le or (mise.signee_beneficiaire_le if mise else None),
        convention.signee_oi_le or (mise.signee_oi_le if mise else None),
    ]
    derniere = max((jour for jour in dates if jour), default=None)
    if derniere and convention.notifiee_le < derniere:
        raise ValidationError(
            {
                "notifiee_le": f"La convention est envoyée ou signée le {format_date(derniere)}\u00a0: notifiez-la à "
                "partir de ce jour."
            },
            code="signature",
        )


@transaction.atomic
def annuler_convention(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Hand a contract back, recorded by error and not started: the operation is programmed again."""
    operation = verrouiller(operation, depuis=[Statut.CONVENTIONNEE])
    motif = exiger(motif, "Dites pourquoi la convention est annulée.")
    convention = convention_de(operation)
    if avenants_de(convention).exists():
        raise ValidationError("Un avenant est signé\u00a0: résiliez la convention.", code="avenant")
    verifier_jour(le, pas_avant=convention.notifiee_le, quoi="la notification")
    for ecriture in operation.ecritures.filter(
        nature=NatureEcriture.CONVENTIONNE, annulee_par__isnull=True, annule=None
    ):
        contrepasser(ecriture, acte="annuler_convention", auteur=auteur, motif=motif)
    convention.annulee_le = le
    convention.save(update_fields=["annulee_le"])
    avancer(operation, Statut.PROGRAMMEE, operation.programmee_le)
    journaliser(operation, "convention_annulee", auteur=auteur, motif=motif, le=le)
    return operation


@transaction.atomic
def demarrer_operation(operation: Operation, *, auteur, atteste_le: date | None) -> Operation:
    """Record the certificate of start: the operation is under way."""
    operation = verrouiller(operation, depuis=[Statut.CONVENTIONNEE])
    if atteste_le is None:
        raise ValidationError("Indiquez la date de l’attestation de démarrage.", code="attestation")
    convention = convention_de(operation)
    verifier_jour(atteste_le, pas_avant=min(convention.debut_le, convention.notifiee_le), quoi="début de la période")
    convention.demarree_le = atteste_le
    convention.save(update_fields=["demarree_le"])
    avancer(operation, Statut.EN_EXECUTION, max(atteste_le, convention.notifiee_le))
    journaliser(operation, "en_execution", auteur=auteur, le=atteste_le)
    return operation


@transaction.atomic
def signer_avenant(
    operation: Operation,
    *,
    auteur,
    plan: PlanFinancement,
    objet: str,
    fin_le: date,
    signe_le: date,
    depassement_vu: Decimal | None = None,
    calendrier: list[BilanAttendu] | None = None,
) -> AvenantConvention:
    """Amend a contract: programmed and contracted move by the same difference, on the day of signature.

    More money than the envelope has left is refused (`code="surprogrammation"`), up to the excess in euros that the
    person saw; less than what is retained or paid is refused too (`code="plancher"`), and a day before a control was
    concluded, which read the contract as it was (`code="date"`). The calendar of the reports
    follows the end of the period when None.
    """
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION])
    objet = exiger(objet, "Dites l’objet de l’avenant.", "objet")
    convention = convention_de(operation)
    avant = conditions_de(convention)
    dernier = avenants_de(convention).last()
    verifier_jour(signe_le, pas_avant=dernier.signe_le if dernier else convention.notifiee_le, quoi="l’acte précédent")
    bilans = convention.bilans.filter(annule_le__isnull=True)
    controle = ControleServiceFait.objects.filter(bilan__in=bilans, annule_le__isnull=True).order_by("conclu_le").last()
    if controle:
        verifier_jour(signe_le, pas_avant=controle.conclu_le, quoi="conclusion du contrôle de service fait")
    bilan = bilans.order_by("fin_le").last()
    if fin_le < (bilan.fin_le if bilan else convention.debut_le):
        raise ValidationError(
            {"fin_le": "La fin de la période ne précède ni son début, ni la fin d’un bilan déposé."}, code="fin"
        )
    difference = plan.ue - avant.plan.ue
    depassement = prendre_place(operation, difference, vu=depassement_vu, quoi="Cet avenant ajoute")
    tenu = soldes(operation)
    plancher = max(tenu[NatureEcriture.PAYE], tenu[NatureEcriture.RETENU])
    if plan.ue < plancher:
        raise ValidationError(
            {"ue": f"L’avenant descend sous ce qui est déjà retenu ou payé ({format_euros(plancher)})."},
            code="plancher",
        )
    plan = enregistrer_plan(operation, plan, VersionPlan.AVENANT)
    avenant = AvenantConvention(
        convention=convention,
        numero=1 + convention.avenants.count(),
        objet=objet,
        plan=plan,
        plan_avant=avant.plan,
        fin_le=fin_le,
        fin_avant_le=avant.fin_le,
        signe_le=signe_le,
        depassement_accepte=depassement,
        auteur=auteur,
    )
    avenant.full_clean()
    avenant.save()
    modifier_calendrier(convention, calendrier, avenant)
    for nature in (NatureEcriture.PROGRAMME, NatureEcriture.CONVENTIONNE):
        ecrire(operation, nature, difference, le=signe_le, acte="signer_avenant", auteur=auteur, motif=objet)
    toucher(operation)
    journaliser(
        operation,
        "avenant_signe",
        auteur=auteur,
        motif=objet,
        le=signe_le,
        ue={"avant": avant.plan.ue, "apres": plan.ue},
        cout_total_eligible={"avant": avant.plan.cout_total_eligible, "apres": plan.cout_total_eligible},
        fin_le={"avant": avant.fin_le, "apres": fin_le},
    )
    return avenant


@transaction.atomic
def resilier_operation(operation: Operation, *, auteur, le: date, motif: str, ue_conserve: Decimal) -> Operation:
    """End a contract before its term: programmed and contracted come down to what is kept, on that day.

    What is kept is at most what is paid: pay first what is due, recover afterwards what is not kept. Retained comes
    down to it too, as it never exceeds the contract; what was certified above goes back with the next batch.
    """
    operation = verrouiller(operation, depuis=[Statut.CONVENTIONNEE, Statut.EN_EXECUTION, Statut.ACHEVEE])
    motif = exiger(motif, "Donnez le motif de la résiliation\u00a0: le bénéficiaire en est informé.")
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    verifier_suite(operation, le)
    Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    tenu = soldes(operation)
    if ue_conserve < 0:
        raise ValidationError({"ue_conserve": "Le montant conservé n’est pas négatif."}, code="conserve")
    if ue_conserve > tenu[NatureEcriture.PAYE]:
        raise ValidationError(
            {
                "ue_conserve": f"Le bénéficiaire a reçu {format_euros(tenu[NatureEcriture.PAYE])}\u00a0: il ne "
                "conserve pas davantage. Payez d’abord ce qui lui est dû."
            },
            code="conserve",
        )
    liberer(operation, ue_conserve, tenu, le=le, acte="resilier", auteur=auteur, motif=motif)
    retire = max(tenu[NatureEcriture.RETENU] - ue_conserve, Decimal("0.00"))
    ecrire(operation, NatureEcriture.RETENU, -retire, le=le, acte="resilier", auteur=auteur, motif=motif)
    convention = convention_de(operation)
    convention.resiliee_le, convention.ue_conserve, convention.retenu_retire = le, ue_conserve, retire
    convention.save(update_fields=["resiliee_le", "ue_conserve", "retenu_retire"])
    avancer(operation, Statut.RESILIEE, le)
    journaliser(
        operation,
        "resiliee",
        auteur=auteur,
        motif=motif,
        le=le,
        ue_conserve=ue_conserve,
        ue_libere=tenu[NatureEcriture.PROGRAMME] - ue_conserve,
    )
    return operation


def prendre_place(operation: Operation, montant: Decimal, *, vu: Decimal | None, quoi: str) -> Decimal | None:
    """Lock the envelope; return by how much this amount, in euros, takes it beyond what it has left, None when it fits.

    An excess above the one that was seen is refused (`code="surprogrammation"`).
    """
    enveloppe = Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    depassement = montant - compute_disponible(enveloppe)
    if montant <= 0 or depassement <= 0:
        return None
    if depassement > (vu or 0):
        raise ValidationError(
            f"{quoi} {format_euros(montant)} et porte le dépassement de l’enveloppe à "
            f"{format_euros(depassement)}. Confirmez le dépassement pour l’enregistrer.",
            code="surprogrammation",
            params={"depassement": depassement, "difference": montant},
        )
    return depassement


def liberer(operation, reste: Decimal, tenu: dict, *, le: date, acte: str, auteur, motif: str = "") -> None:
    """Bring programmed and contracted to what remains; the rest is free again on the tranche."""
    for nature in (NatureEcriture.PROGRAMME, NatureEcriture.CONVENTIONNE):
        ecrire(operation, nature, reste - tenu[nature], le=le, acte=acte, auteur=auteur, motif=motif)


def dire_periode(conditions: Conditions, convention: Convention) -> str:
    return f"du {format_date(convention.debut_le)} au {format_date(conditions.fin_le)}"
