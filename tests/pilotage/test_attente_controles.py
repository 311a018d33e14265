"""The queue of who controls: reports oldest first, answers due, executions to close."""

import datetime as dt

import pytest

from comptes.enums import Role
from operations.enums import NatureBilan, Statut
from operations.services import enregistrer_reponse, envoyer_conclusions, verifier_lignes
from operations.services.controles import ResultatVerification, Verification
from pilotage.ce_qui_attend.blocs import ecrire_lignes
from pilotage.ce_qui_attend.controles import lignes_achevements, lignes_controles
from tests.controles import mettre_en_controle
from tests.factories import EnveloppeFactory, ParametreFactory, habilite
from tests.vie import deposer, mener

JOUR = dt.date(2026, 11, 25)


@pytest.fixture
def operation(accord):
    return mener(EnveloppeFactory(accord=accord), Statut.EN_EXECUTION)


def lire(user, operation, jour=JOUR):
    organismes = user.organismes_ids(Role.GESTIONNAIRE)
    return [
        (ligne.acte, ligne.ton, ligne.depuis) for ligne in lignes_controles(user, operation.accord, organismes, jour)
    ]


@pytest.mark.django_db
def test_reports_are_controlled_oldest_first_by_who_may(operation, gestionnaire):
    deposer(operation, gestionnaire, "10.00", le=dt.date(2026, 8, 1), conclu_le=None)
    deposer(operation, gestionnaire, "10.00", le=dt.date(2026, 7, 10), conclu_le=None)

    assert [acte for acte, *_ in lire(gestionnaire, operation)] == [
        "Contrôler le bilan n°\xa02",
        "Contrôler le bilan n°\xa01",
    ]
    operation.instructions.create(
        auteur=gestionnaire, conclue_le="2026-03-01", avis="favorable", rapport="R", est_sans_conflit=True
    )
    assert lire(gestionnaire, operation) == []


@pytest.mark.django_db
def test_a_report_is_late_only_beyond_a_delay_that_the_agreement_sets(operation, gestionnaire):
    deposer(operation, gestionnaire, "10.00", le=dt.date(2026, 7, 10), conclu_le=None)
    assert lire(gestionnaire, operation)[0][1] == ""
    ParametreFactory(accord=operation.accord, code="csf_delai_jours", valeur="120")
    assert lire(gestionnaire, operation, dt.date(2026, 11, 7))[0][1:] == ("", "aujourd’hui")
    assert lire(gestionnaire, operation, dt.date(2026, 11, 8))[0][1:] == ("stop", "depuis 1\xa0jour")


@pytest.mark.django_db
def test_who_opened_a_control_follows_it_alone(operation, gestionnaire):
    autre = habilite(Role.GESTIONNAIRE)
    bilan = deposer(operation, gestionnaire, "400.00", conclu_le=None)
    ouverture = mettre_en_controle(bilan, gestionnaire, gestionnaire, dt.date(2026, 7, 20))
    assert (len(lire(gestionnaire, operation)), lire(autre, operation)) == (1, [])

    resultats = {e.pk: Verification(ResultatVerification.ACCEPTEE) for e in ouverture.echantillon.all()}
    verifier_lignes(ouverture, auteur=gestionnaire, resultats=resultats)
    envoyer_conclusions(
        ouverture,
        auteur=gestionnaire,
        le=dt.date(2026, 11, 1),
        conclusions="x",
        reponse_attendue_le=dt.date(2026, 11, 27),
    )
    assert lire(gestionnaire, operation)[0][::2] == (
        "Recevoir la réponse au contrôle du bilan n°\xa01",
        "dans 2\xa0jours",
    )
    enregistrer_reponse(ouverture, auteur=gestionnaire, le=dt.date(2026, 11, 2), reponse="Oui")
    assert lire(gestionnaire, operation)[0][0] == "Conclure le contrôle du bilan n°\xa01"


@pytest.mark.django_db
def test_an_execution_is_closed_once_its_final_report_is_there(operation, gestionnaire):
    organismes = gestionnaire.organismes_ids(Role.GESTIONNAIRE)
    assert lignes_achevements(operation.accord, organismes, JOUR) == []
    deposer(operation, gestionnaire, "10.00", nature=NatureBilan.FINAL, conclu_le=None)
    (ligne,) = ecrire_lignes(lignes_achevements(operation.accord, organismes, JOUR))
    assert (ligne.acte, ligne.url.endswith(f"/operations/{operation.numero}/achever/")) == (
        "Constater l’achèvement",
        True,
    )
