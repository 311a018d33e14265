"""The decision of the OI’s own instance, and what withdraws an operation before its contract."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.models import Enveloppe
from accord.montants import format_euros
from comptes.horloge import maintenant
from comptes.journal import journaliser

from ..enums import NatureEcriture, SensDecision, Statut, VersionPlan
from ..imputation import choisir_tranche
from ..models import ConditionDecision, DecisionProgrammation, Operation, Retrait
from ..permissions import a_instruit
from ..situation import compute_disponible
from .etat import avancer, exiger, verifier_jour, verifier_porteur, verrouiller
from .grand_livre import contrepasser, ecrire, soldes


def _preparer_decision(operation, *, auteur, instance, decidee_le) -> tuple[Operation, str]:
    """Lock an instructed operation and check who decides, where and when."""
    operation = verrouiller(operation, depuis=[Statut.INSTRUITE])
    verifier_porteur(operation, auteur)
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


def _verifier_reste(disponible: Decimal, ue: Decimal, vu: Decimal | None, verbe: str) -> None:
    """Refuse an amount above what the envelope has left, unless that excess was seen (`code="surprogrammation"`)."""
    depassement = ue - disponible
    if depassement > 0 and depassement > (vu or 0):
        raise ValidationError(
            f"{_dire_le_reste(disponible)} ; cette opération de {format_euros(ue)} porte le dépassement à "
            f"{format_euros(depassement)}. Confirmez le dépassement pour {verbe}.",
            code="surprogrammation",
            params={"disponible": disponible, "depassement": depassement, "ue": ue},
        )


def _poser(decision: DecisionProgrammation, conditions: Iterable[ConditionDecision]) -> list[str]:
    """Save the conditions of a decision; their texts, for the journal."""
    for condition in conditions:
        condition.pk, condition.decision = None, decision
        if condition.echeance_le < decision.decidee_le:
            raise ValidationError(
                "Une condition se lève à partir du jour de la décision : choisissez une date plus tardive.",
                code="conditions",
            )
        condition.full_clean(exclude=["decision"])
        condition.save(force_insert=True)
    return [str(condition) for condition in decision.conditions.all()]


@transaction.atomic
def programmer_operation(
    operation: Operation,
    *,
    auteur,
    instance: str,
    decidee_le: date,
    surprogrammation: bool = False,
    depassement_vu: Decimal | None = None,
    conditions: Iterable[ConditionDecision] = (),
) -> DecisionProgrammation:
    """Commit the EU amount of the instructed plan on the envelope, from the day of the decision.

    Locks the operation then the envelope: two decisions cannot take the same euros. Above what is left, raises
    ValidationError `surprogrammation` and says by how much, unless it is confirmed (`AC 2`: overcommitting is allowed):
    whatever the excess with `surprogrammation`, up to the excess in euros that the person saw with `depassement_vu`.
    `conditions` are unsaved: what the decision asks, each with its due date and what will prove it.
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
        conditions=_poser(decision, conditions),
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
    """Record an unfavourable decision; it is final (`domaine.md` 8.5), but for an entry by error."""
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
    ecriture = ecrire(operation, NatureEcriture.PROGRAMME, -libere, le=le, acte=acte, auteur=auteur, motif=motif)
    Retrait.objects.create(
        operation=operation,
        statut=statut,
        le=le,
        statut_avant=operation.statut,
        avant_depuis_le=operation.statut_depuis_le,
        ecriture=ecriture,
        motif=motif,
        auteur=auteur,
    )
    avancer(operation, statut, le)
    journaliser(operation, str(statut), auteur=auteur, motif=motif, le=le, ue_libere=libere)
    return operation


@transaction.atomic
def annuler_decision(operation: Operation, *, auteur, motif: str) -> DecisionProgrammation:
    """Undo a decision recorded by error, before any contract: the file is instructed again, at every date.

    The opposite line takes the error’s own date of effect. What the instance really decided afterwards is a new fact:
    `deprogrammer_operation`.
    """
    operation = verrouiller(operation, depuis=[Statut.PROGRAMMEE, Statut.REFUSEE, Statut.AJOURNEE])
    if a_instruit(auteur, operation):
        raise ValidationError("Vous avez instruit cette opération : une autre personne annule.", code="conflit")
    motif = exiger(motif, "Dites quelle erreur de saisie vous corrigez : le motif figure dans l’historique.")
    if operation.mises_en_signature.en_cours().exists():
        raise ValidationError(
            "La convention est à la signature : retirez-la de la signature, puis annulez la décision.",
            code="convention",
        )
    decision = operation.decisions.filter(annulee_le__isnull=True).first()
    Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    libere = soldes(operation)[NatureEcriture.PROGRAMME]
    contrepasser(_ligne_programmee(operation), acte="annuler_decision", auteur=auteur, motif=motif)
    if decision:
        decision.annulee_le = timezone.localdate(maintenant())
        decision.save(update_fields=["annulee_le"])
    operation.programmee_le = None
    avancer(operation, Statut.INSTRUITE, operation.instruite_le, "programmee_le")
    journaliser(
        operation,
        "decision_annulee",
        auteur=auteur,
        motif=motif,
        decision=decision.get_sens_display() if decision else "",
        ue_libere=libere or None,
    )
    return decision


def _ligne_programmee(operation: Operation):
    """The line that programmes an operation now, if it is programmed."""
    lignes = operation.ecritures.filter(
        nature=NatureEcriture.PROGRAMME, montant__gt=0, annule__isnull=True, annulee_par__isnull=True
    )
    return lignes.order_by("rang").last() if operation.statut == Statut.PROGRAMMEE else None


@transaction.atomic
def annuler_retrait(operation: Operation, *, auteur, motif: str, depassement_vu: Decimal | None = None) -> Operation:
    """Undo a withdrawal recorded by error: the operation stands where it stood, at every date, with its money.

    Its euros may have been taken meanwhile: above what is left, raises ValidationError `surprogrammation`, unless the
    excess in euros was seen.
    """
    operation = verrouiller(operation, depuis=[Statut.ABANDONNEE, Statut.DEPROGRAMMEE])
    motif = exiger(motif, "Dites quelle erreur de saisie vous corrigez : le motif figure dans l’historique.")
    retrait = operation.retraits.select_related("ecriture__operation").get(annule_le__isnull=True)
    enveloppe = Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    repris = -retrait.ecriture.montant if retrait.ecriture else Decimal(0)
    if repris:
        _verifier_reste(compute_disponible(enveloppe), repris, depassement_vu, "annuler le retrait")
    contrepasser(retrait.ecriture, acte="annuler_retrait", auteur=auteur, motif=motif)
    retrait.annule_le = timezone.localdate(maintenant())
    retrait.save(update_fields=["annule_le"])
    avancer(operation, Statut(retrait.statut_avant), retrait.avant_depuis_le)
    journaliser(operation, "retrait_annule", auteur=auteur, motif=motif, ue_repris=repris or None)
    return operation
