"""The conditions of a favourable decision."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from comptes.journal import journal_de
from operations.enums import Statut
from operations.models import ConditionDecision, Operation
from operations.services import (
    annuler_decision,
    deprogrammer_operation,
    lever_condition,
    programmer_operation,
    retablir_condition,
)
from tests.factories import OperationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

AVRIL, MAI, JUIN = dt.date(2026, 4, 1), dt.date(2026, 5, 4), dt.date(2026, 6, 1)


def condition(**champs):
    return ConditionDecision(
        **{
            "texte": "Obtenir l’accord de la Région",
            "echeance_le": JUIN,
            "preuve_attendue": "Délibération",
            **champs,
        }
    )


def programmer(operation, *conditions):
    return programmer_operation(
        operation, auteur=UtilisateurFactory(), instance="Bureau", decidee_le=AVRIL, conditions=conditions
    )


@pytest.fixture
def posee():
    return programmer(OperationFactory(instruite=True), condition()).conditions.get()


def refus(acte, *args, **champs) -> ValidationError:
    with pytest.raises(ValidationError) as erreur:
        acte(*args, **champs)
    return erreur.value


def test_a_decision_carries_its_conditions_into_the_journal():
    operation = OperationFactory(instruite=True)

    programmer(operation, condition(), condition(texte="Fournir le bail", echeance_le=AVRIL))

    assert journal_de(operation).first().valeurs["conditions"] == ["Fournir le bail", "Obtenir l’accord de la Région"]


def test_a_condition_due_before_the_decision_or_without_text_writes_nothing():
    operation = OperationFactory(instruite=True)

    erreur = refus(programmer, operation, condition(echeance_le=dt.date(2026, 3, 31)))
    assert erreur.messages == [
        "Une condition se lève à partir du jour de la décision\xa0: choisissez une date plus tardive."
    ]
    assert list(refus(programmer, operation, condition(texte="")).message_dict) == ["texte"]
    assert Operation.objects.get().statut == Statut.INSTRUITE
    assert not operation.ecritures.exists()


def test_a_condition_is_lifted_with_its_proof_and_put_back_with_a_reason(posee):
    operation, agent = posee.decision.operation, UtilisateurFactory()
    acte = {"auteur": agent, "le": MAI}

    assert refus(lever_condition, posee, preuve=" ", **acte).code == "preuve"
    tot = {"auteur": agent, "le": dt.date(2026, 3, 31)}
    assert refus(lever_condition, posee, preuve="Délibération du 2 mai", **tot).code == "date"
    lever_condition(posee, preuve="Délibération du 2 mai", **acte)
    assert refus(lever_condition, posee, preuve="Encore", **acte).messages == ["Cette condition est déjà levée."]
    posee.refresh_from_db()
    assert (posee.levee_le, posee.levee_par, posee.preuve) == (MAI, agent, "Délibération du 2 mai")
    assert not ConditionDecision.objects.a_lever().exists()

    assert refus(retablir_condition, posee, auteur=agent, motif="").code == "motif"
    retablir_condition(posee, auteur=agent, motif="Délibération d’une autre opération")
    assert refus(retablir_condition, posee, auteur=agent, motif="x").messages == ["Cette condition n’est pas levée."]
    assert ConditionDecision.objects.a_lever().get() == posee
    assert [ligne.acte for ligne in journal_de(operation)] == ["condition_retablie", "condition_levee", "programmee"]
    assert Operation.objects.get().version == operation.version + 2


def test_what_is_late_is_what_is_due_before_today_and_still_asked(posee):
    assert list(ConditionDecision.objects.en_retard(JUIN)) == []
    assert list(ConditionDecision.objects.en_retard(JUIN + dt.timedelta(days=1))) == [posee]


def test_the_conditions_go_with_their_decision_and_with_their_operation(posee):
    operation, chef = posee.decision.operation, UtilisateurFactory()
    annuler_decision(operation, auteur=chef, motif="Erreur")
    assert not ConditionDecision.objects.a_lever().exists()
    assert refus(lever_condition, posee, auteur=chef, le=MAI, preuve="x").code == "statut"

    nouvelle = programmer(operation, condition()).conditions.get()
    assert refus(lever_condition, posee, auteur=chef, le=MAI, preuve="x").code == "annule"
    assert ConditionDecision.objects.a_lever().get() == nouvelle
    deprogrammer_operation(operation, auteur=chef, le=JUIN, motif="Sans suite")
    assert not ConditionDecision.objects.a_lever().exists()


def test_a_lifted_condition_is_dated_signed_and_proved(posee):
    with pytest.raises(IntegrityError, match="condition_levee_donc_datee_et_prouvee"):
        ConditionDecision.objects.filter(pk=posee.pk).update(levee_le=MAI)
