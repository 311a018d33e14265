"""The decision of the OI’s own instance, and what withdraws an operation before its contract."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.models import Enveloppe
from accord.montants import format_euros
from comptes.journal import journaliser

from ..enums import NatureEcriture, SensDecision, Statut, VersionPlan
from ..imputation import choisir_tranche
from ..models import DecisionProgrammation, Operation
from ..permissions import a_instruit
from ..situation import compute_disponible
from .etat import avancer, exiger, verifier_jour, verrouiller
from .grand_livre import ecrire, soldes


def _preparer_decision(operation, *, auteur, instance, decidee_le) -> tuple[Operation, str]:
    """Lock an instructed operation and check who decides, where and when."""
    operation = verrouiller(operation, depuis=[Statut.INSTRUITE])
    if a_instruit(auteur, operation):
        raise ValidationError("Vous avez instruit cette opération : une autre personne décide.", code="conflit")
    instance = exiger(instance, "Indiquez l’instance qui a décidé, par exemple « commission permanente ».", "instance")
    if decidee_le is None:
        raise ValidationError("Indiquez la date de la décision.", code="date")
    verifier_jour(decidee_le, pas_avant=operation.instruite_le, quoi="l’instruction")
    return operation, instance


def _dire_le_reste(disponible: Decimal) -> str:
    if disponible < 0:
        return f"L’enveloppe est déjà dépassée de {format_euros(-disponible)}"
    return f"Il reste {format_euros(disponible)} sur l’enveloppe"


@transaction.atomic
def programmer_operation(
    operation: Operation,
    *,
    auteur,
    instance: str,
    decidee_le: date,
    surprogrammation: bool = False,
    depassement_vu: Decimal | None = None,
) -> DecisionProgrammation:
    """Commit the EU amount of the instructed plan on the envelope, from the day of the decision.

    Locks the operation then the envelope: two decisions cannot take the same euros. Above what is left, raises
    ValidationError `surprogrammation` and says by how much, unless it is confirmed (`AC 2`: overcommitting is allowed):
    whatever the excess with `surprogrammation`, up to the excess in euros that the person saw with `depassement_vu`.
    """
    operation, instance = _preparer_decision(operation, auteur=auteur, instance=instance, decidee_le=decidee_le)
    enveloppe = Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    plan = operation.plans.filter(version=VersionPlan.INSTRUIT).latest("numero")
    disponible = compute_disponible(enveloppe)
    depassement = plan.ue - disponible
    if depassement > 0 and not surprogrammation and depassement > (depassement_vu or 0):
        raise ValidationError(
            f"{_dire_le_reste(disponible)} ; cette opération de {format_euros(plan.ue)} porte le dépassement à "
            f"{format_euros(depassement)}. Confirmez le dépassement pour programmer.",
            code="surprogrammation",
            params={"disponible": disponible, "depassement": depassement, "ue": plan.ue},
        )
    tranches = list(enveloppe.tranches.filter(est_hypothese=False).order_by("ordre"))
    decision = DecisionProgrammation.objects.create(
        operation=operation,
        sens=SensDecision.FAVORABLE,
        instance=instance,
        decidee_le=decidee_le,
        ue_programme=plan.ue,
        depassement_accepte=depassement if depassement > 0 else None,
        auteur=auteur,
    )
    operation.programmee_le = decidee_le
    avancer(operation, Statut.PROGRAMMEE, decidee_le, "programmee_le")
    ecrire(
        operation,
        NatureEcriture.PROGRAMME,
        plan.ue,
        le=decidee_le,
        acte="programmer",
        auteur=auteur,
        tranche=choisir_tranche(tranches, debut_le=operation.debut_le, decidee_le=decidee_le),
    )
    journaliser(
        operation,
        "programmee",
        auteur=auteur,
        instance=instance,
        decidee_le=decidee_le,
        ue=plan.ue,
        disponible_avant=disponible,
        disponible_apres=disponible - plan.ue,
    )
    return decision


@transaction.atomic
def _decider_sans_programmer(operation, *, statut, sens, auteur, instance, decidee_le, motif) -> DecisionProgrammation:
    operation, instance = _preparer_decision(operation, auteur=auteur, instance=instance, decidee_le=decidee_le)
    motif = exiger(motif, "Donnez le motif de la décision : le bénéficiaire en est informé.")
    decision = DecisionProgrammation.objects.create(
        operation=operation, sens=sens, instance=instance, decidee_le=decidee_le, motif=motif, auteur=auteur
    )
    avancer(operation, statut, decidee_le)
    journaliser(operation, str(statut), auteur=auteur, motif=motif, instance=instance, decidee_le=decidee_le)
    return decision


def refuser_operation(operation, *, auteur, instance: str, decidee_le: date, motif: str) -> DecisionProgrammation:
    """Record an unfavourable decision; it is final (`domaine.md` 8.5)."""
    return _decider_sans_programmer(
        operation,
        statut=Statut.REFUSEE,
        sens=SensDecision.DEFAVORABLE,
        auteur=auteur,
        instance=instance,
        decidee_le=decidee_le,
        motif=motif,
    )


def ajourner_operation(operation, *, auteur, instance: str, decidee_le: date, motif: str) -> DecisionProgrammation:
    """Record an adjournment: the file goes back to instruction."""
    return _decider_sans_programmer(
        operation,
        statut=Statut.AJOURNEE,
        sens=SensDecision.AJOURNEE,
        auteur=auteur,
        instance=instance,
        decidee_le=decidee_le,
        motif=motif,
    )


@transaction.atomic
def abandonner_operation(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Record that the beneficiary gives up, before any contract; money already programmed is released that day."""
    depuis = [Statut.DEPOSEE, Statut.RECEVABLE, Statut.INSTRUITE, Statut.AJOURNEE, Statut.PROGRAMMEE]
    return _retirer(operation, Statut.ABANDONNEE, "abandonner", depuis, auteur=auteur, le=le, motif=motif)


@transaction.atomic
def deprogrammer_operation(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Take a programmed operation back, before any contract. A new fact with its own date: the past stays as it was."""
    return _retirer(
        operation, Statut.DEPROGRAMMEE, "deprogrammer", [Statut.PROGRAMMEE], auteur=auteur, le=le, motif=motif
    )


def _retirer(operation, statut, acte, depuis, *, auteur, le, motif) -> Operation:
    operation = verrouiller(operation, depuis=depuis)
    motif = exiger(motif, "Donnez le motif : il figure dans l’historique de l’opération.")
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    libere = soldes(operation)[NatureEcriture.PROGRAMME]
    ecrire(operation, NatureEcriture.PROGRAMME, -libere, le=le, acte=acte, auteur=auteur, motif=motif)
    avancer(operation, statut, le)
    journaliser(operation, str(statut), auteur=auteur, motif=motif, le=le, ue_libere=libere)
    return operation
