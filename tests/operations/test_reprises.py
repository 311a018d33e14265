"""Handing back a step before the contract, and undoing what was recorded by error."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from comptes.horloge import a_l_instant
from comptes.journal import journal_de
from comptes.models import JournalAudit
from operations.enums import Statut
from operations.models import DecisionProgrammation, Ecriture, Instruction, Operation, PlanFinancement
from operations.passe import lire_etat
from operations.services import (
    abandonner_operation,
    ajourner_operation,
    annuler_decision,
    annuler_retrait,
    declarer_irrecevable,
    declarer_recevable,
    deprogrammer_operation,
    instruire_operation,
    programmer_operation,
    refuser_operation,
    rouvrir_instruction,
    rouvrir_recevabilite,
)
from operations.situation import compute_disponible, compute_situation
from operations.verification import verifier_operations
from tests.factories import EnveloppeFactory, OperationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

AVRIL, MAI, JUIN = dt.date(2026, 4, 1), dt.date(2026, 5, 4), dt.date(2026, 6, 1)
VEILLE = dt.timedelta(days=1)
INSTANCE = {"instance": "Commission permanente", "decidee_le": AVRIL}


def relire(operation) -> Operation:
    return Operation.objects.get(pk=operation.pk)


def statut_au(operation, jour):
    return lire_etat(relire(operation), jour).statut


def refus(acte, *args, **champs) -> ValidationError:
    lignes = JournalAudit.objects.count(), Ecriture.objects.count()
    with pytest.raises(ValidationError) as erreur:
        acte(*args, **champs)
    assert (JournalAudit.objects.count(), Ecriture.objects.count()) == lignes
    return erreur.value


def instruire(operation, auteur, le):
    plan = PlanFinancement(
        cout_total_eligible=Decimal("1000.00"), ue=Decimal("600.00"), autofinancement=Decimal("400.00")
    )
    instruction = Instruction(conclue_le=le, avis="favorable", rapport=f"Au {le}", est_sans_conflit=True)
    return instruire_operation(operation, auteur=auteur, plan=plan, instruction=instruction)


def programme(operation, au, connu_le=None):
    return compute_situation(operation.accord, au=au, connu_le=connu_le).enveloppe("FSE_CD62").montants["programme"]


# a step handed back is a dated fact


@pytest.mark.parametrize("sens", ["recevable", "irrecevable"])
def test_an_admissibility_handed_back_reads_as_pronounced_until_that_day(sens):
    operation, auteur = OperationFactory(), UtilisateurFactory()
    le = dt.date(2026, 2, 1)
    if sens == "recevable":
        declarer_recevable(operation, auteur=auteur, le=le, pieces_recues=[])
    else:
        declarer_irrecevable(operation, auteur=auteur, le=le, motif="Hors territoire")
    acte = {"auteur": auteur, "le": dt.date(2026, 2, 10)}

    assert refus(rouvrir_recevabilite, operation, motif=" ", **acte).code == "motif"
    assert refus(rouvrir_recevabilite, operation, auteur=auteur, le=le - VEILLE, motif="x").code == "date"
    rouvrir_recevabilite(operation, motif="Une pièce manquait", **acte)
    declarer_recevable(operation, auteur=auteur, le=dt.date(2026, 2, 20), pieces_recues=[])

    assert [statut_au(operation, dt.date(2026, 2, jour)) for jour in (1, 9, 10, 19, 20)] == [
        sens,
        sens,
        Statut.DEPOSEE,
        Statut.DEPOSEE,
        Statut.RECEVABLE,
    ]
    ligne = journal_de(operation)[1]
    assert (ligne.acte, ligne.motif) == ("recevabilite_rouverte", "Une pièce manquait")
    assert verifier_operations() == []


def test_a_reopened_instruction_reads_as_admissible_until_the_next_conclusion():
    operation, agent = OperationFactory(recevable=True), UtilisateurFactory()
    instruire(operation, agent, dt.date(2026, 3, 1))
    rouvrir_instruction(operation, auteur=agent, le=dt.date(2026, 3, 10), motif="Coût à revoir")
    instruire(operation, agent, AVRIL)

    assert [statut_au(operation, jour) for jour in (dt.date(2026, 3, 9), dt.date(2026, 3, 10), AVRIL)] == [
        Statut.INSTRUITE,
        Statut.RECEVABLE,
        Statut.INSTRUITE,
    ]
    assert lire_etat(relire(operation), dt.date(2026, 3, 20)).instruction is None
    assert lire_etat(relire(operation), AVRIL).instruction.rapport == "Au 2026-04-01"


def test_handed_back_and_concluded_again_within_a_day_reads_as_concluded():
    operation, agent = OperationFactory(recevable=True), UtilisateurFactory()
    instruire(operation, agent, AVRIL)
    rouvrir_instruction(operation, auteur=agent, le=AVRIL, motif="Coût à revoir")
    instruire(operation, agent, AVRIL)
    programmer_operation(operation, auteur=UtilisateurFactory(), instance="Bureau", decidee_le=MAI)

    assert statut_au(operation, AVRIL) == Statut.INSTRUITE


# a decision recorded by error counts at no date


def test_a_programming_undone_puts_the_past_right_and_keeps_what_was_known():
    operation, chef = OperationFactory(instruite=True), UtilisateurFactory()
    with a_l_instant(dt.datetime(2026, 4, 2, 9, tzinfo=dt.UTC)):
        programmer_operation(operation, auteur=chef, **INSTANCE)
    with a_l_instant(dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)):
        decision = annuler_decision(operation, auteur=chef, motif="Décision d’une autre opération")

    operation = relire(operation)
    assert (operation.statut, operation.statut_depuis_le) == (Statut.INSTRUITE, operation.instruite_le)
    assert (operation.programmee_le, decision.annulee_le) == (None, MAI)
    assert [(e.montant, e.date_effet) for e in operation.ecritures.order_by("rang")] == [
        (Decimal("600.00"), AVRIL),
        (Decimal("-600.00"), AVRIL),
    ]
    assert programme(operation, AVRIL) == Decimal("0.00")
    assert programme(operation, AVRIL, connu_le=dt.date(2026, 5, 3)) == Decimal("600.00")
    assert statut_au(operation, AVRIL) == Statut.INSTRUITE
    ligne = journal_de(operation).first()
    assert (ligne.acte, ligne.valeurs["ue_libere"]) == ("decision_annulee", "600.00")
    assert verifier_operations() == []
    programmer_operation(operation, auteur=chef, instance="Commission permanente", decidee_le=MAI)
    assert (programme(operation, AVRIL), programme(operation, MAI)) == (Decimal("0.00"), Decimal("600.00"))
    assert verifier_operations() == []


@pytest.mark.parametrize("decider", [refuser_operation, ajourner_operation])
def test_a_refusal_or_an_adjournment_undone_leaves_the_file_instructed(decider):
    operation, chef = OperationFactory(instruite=True), UtilisateurFactory()
    decider(operation, auteur=chef, motif="Hors appel", **INSTANCE)

    assert refus(annuler_decision, operation, auteur=chef, motif=" ").code == "motif"
    erreur = refus(annuler_decision, operation, auteur=operation.instruite_par, motif="Erreur")
    assert erreur.messages == ["Vous avez instruit cette opération\xa0: une autre personne annule."]
    annuler_decision(operation, auteur=chef, motif="Mauvaise ligne")

    assert relire(operation).statut == statut_au(operation, JUIN) == Statut.INSTRUITE
    programmer_operation(operation, auteur=chef, **INSTANCE)
    assert DecisionProgrammation.objects.filter(annulee_le__isnull=True).get().sens == "favorable"


# a withdrawal recorded by error


@pytest.mark.parametrize(
    ("trait", "avant"),
    [("recevable", Statut.RECEVABLE), ("instruite", Statut.INSTRUITE), ("programmee", Statut.PROGRAMMEE)],
)
def test_an_abandonment_undone_brings_the_file_back_where_it_stood(trait, avant):
    operation, chef = OperationFactory(**{trait: True}), UtilisateurFactory()
    depuis = operation.statut_depuis_le
    abandonner_operation(operation, auteur=chef, le=MAI, motif="Renonce")

    assert refus(annuler_retrait, operation, auteur=chef, motif="").code == "motif"
    annuler_retrait(operation, auteur=chef, motif="Le courrier visait un autre dossier")

    operation = relire(operation)
    assert (operation.statut, operation.statut_depuis_le) == (avant, depuis)
    assert statut_au(operation, MAI) == avant
    abandonner_operation(operation, auteur=chef, le=JUIN, motif="Renonce pour de bon")
    assert statut_au(operation, JUIN) == Statut.ABANDONNEE


def test_a_file_adjourned_then_instructed_anew_that_day_comes_back_instructed():
    operation, chef = OperationFactory(instruite=True), UtilisateurFactory()
    ajourner_operation(operation, auteur=chef, motif="À compléter", **INSTANCE)
    instruire(operation, UtilisateurFactory(), AVRIL)
    abandonner_operation(operation, auteur=chef, le=MAI, motif="Renonce")

    annuler_retrait(operation, auteur=chef, motif="Erreur")

    assert relire(operation).statut == Statut.INSTRUITE


def test_a_withdrawal_undone_takes_its_money_back_at_its_own_date():
    operation, chef = OperationFactory(instruite=True), UtilisateurFactory()
    programmer_operation(operation, auteur=chef, **INSTANCE)
    deprogrammer_operation(operation, auteur=chef, le=MAI, motif="Sans suite")
    annuler_retrait(operation, auteur=chef, motif="Mauvais dossier")

    assert [programme(operation, jour) for jour in (AVRIL, MAI, JUIN)] == [Decimal("600.00")] * 3
    assert verifier_operations() == []
    annuler_decision(operation, auteur=chef, motif="La décision aussi")
    assert programme(operation, JUIN) == Decimal("0.00")
    assert verifier_operations() == []


def test_money_taken_meanwhile_asks_for_confirmation_before_a_withdrawal_is_undone():
    enveloppe = EnveloppeFactory(montant=Decimal("1199.99"))
    premiere, seconde = OperationFactory.create_batch(2, instruite=True, enveloppe=enveloppe)
    chef = UtilisateurFactory()
    programmer_operation(premiere, auteur=chef, **INSTANCE)
    deprogrammer_operation(premiere, auteur=chef, le=MAI, motif="Sans suite")
    programmer_operation(seconde, auteur=chef, **INSTANCE)

    erreur = refus(annuler_retrait, premiere, auteur=chef, motif="Erreur")
    assert (erreur.code, erreur.params["depassement"]) == ("surprogrammation", Decimal("0.01"))
    annuler_retrait(premiere, auteur=chef, motif="Erreur", depassement_vu=Decimal("0.01"))
    assert compute_disponible(enveloppe) == Decimal("-0.01")


# no act starts from another status

ACTES = {
    "declarer_recevable": {Statut.DEPOSEE},
    "declarer_irrecevable": {Statut.DEPOSEE},
    "rouvrir_recevabilite": {Statut.RECEVABLE, Statut.IRRECEVABLE},
    "instruire": {Statut.RECEVABLE, Statut.AJOURNEE},
    "rouvrir_instruction": {Statut.INSTRUITE},
    "programmer": {Statut.INSTRUITE},
    "refuser": {Statut.INSTRUITE},
    "ajourner": {Statut.INSTRUITE},
    "annuler_decision": {Statut.PROGRAMMEE, Statut.REFUSEE, Statut.AJOURNEE},
    "deprogrammer": {Statut.PROGRAMMEE},
    "abandonner": {Statut.DEPOSEE, Statut.RECEVABLE, Statut.INSTRUITE, Statut.AJOURNEE, Statut.PROGRAMMEE},
    "annuler_retrait": {Statut.ABANDONNEE, Statut.DEPROGRAMMEE},
}


@pytest.mark.parametrize(
    ("acte", "statut"), [(acte, statut) for acte, depuis in ACTES.items() for statut in Statut if statut not in depuis]
)
def test_no_act_before_the_contract_starts_from_another_status(acte, statut):
    operation, auteur = OperationFactory(programmee=True), UtilisateurFactory()
    Operation.objects.filter(pk=operation.pk).update(statut=statut)
    motif = {"auteur": auteur, "motif": "x"}
    services = {
        "declarer_recevable": lambda: declarer_recevable(operation, auteur=auteur, le=JUIN, pieces_recues=[]),
        "declarer_irrecevable": lambda: declarer_irrecevable(operation, le=JUIN, **motif),
        "rouvrir_recevabilite": lambda: rouvrir_recevabilite(operation, le=JUIN, **motif),
        "instruire": lambda: instruire(operation, auteur, JUIN),
        "rouvrir_instruction": lambda: rouvrir_instruction(operation, le=JUIN, **motif),
        "programmer": lambda: programmer_operation(operation, auteur=auteur, **INSTANCE),
        "refuser": lambda: refuser_operation(operation, **INSTANCE, **motif),
        "ajourner": lambda: ajourner_operation(operation, **INSTANCE, **motif),
        "annuler_decision": lambda: annuler_decision(operation, **motif),
        "deprogrammer": lambda: deprogrammer_operation(operation, le=JUIN, **motif),
        "abandonner": lambda: abandonner_operation(operation, le=JUIN, **motif),
        "annuler_retrait": lambda: annuler_retrait(operation, **motif),
    }

    erreur = refus(services[acte])

    assert erreur.code == "statut"
    assert f"L’opération est «\u202f{statut.label.lower()}\u202f»" in erreur.messages[0]
