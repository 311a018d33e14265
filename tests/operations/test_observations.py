"""Who may ask, who answers, who follows; a thread only grows."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from comptes.enums import Role
from comptes.journal import journal_de
from operations.models import MessageObservation, Observation
from operations.permissions import organismes_observateurs, peut_observer, peut_repondre, peut_suivre
from operations.services import (
    clore_observation,
    poser_observation,
    relancer_observation,
    repondre_observation,
)
from tests.factories import OperationFactory, OrganismeFactory, StructureFactory, habilite

pytestmark = pytest.mark.django_db
JOUR, ECHEANCE = dt.date(2026, 11, 25), dt.date(2026, 12, 10)


@pytest.fixture(autouse=True)
def jour():
    with time_machine.travel("2026-11-25 12:00", tick=False) as horloge:
        yield horloge


@pytest.fixture
def operation(gestionnaire):
    return OperationFactory()


def poser(operation, auteur, organisme="DDETS_62", **champs) -> Observation:
    valeurs = {"objet": "Co-financement", "texte": "Où est la délibération ?", "echeance_le": ECHEANCE} | champs
    return poser_observation(operation, auteur=auteur, organisme=OrganismeFactory(code=organisme), **valeurs)


def refus(acte, *args, **kwargs) -> ValidationError:
    with pytest.raises(ValidationError) as refuse:
        acte(*args, **kwargs)
    return refuse.value


def lire(observation):
    return [(m.get_sens_display(), m.organisme.code, m.texte) for m in observation.messages.all()]


def test_a_question_its_answer_and_its_end(operation, gestionnaire, lecteur_etat):
    observation = poser(operation, lecteur_etat)
    assert (observation.numero, observation.statut, observation.echeance_le) == (1, "ouverte", ECHEANCE)

    observation = repondre_observation(observation, auteur=gestionnaire, texte="La voici.")
    assert observation.statut == "repondue"
    observation = relancer_observation(
        observation, auteur=lecteur_etat, texte="Il manque la date.", echeance_le=dt.date(2026, 12, 20)
    )
    assert (observation.statut, observation.echeance_le) == ("ouverte", dt.date(2026, 12, 20))
    repondre_observation(observation, auteur=gestionnaire, texte="Le 3 mars.")
    observation = clore_observation(observation, auteur=lecteur_etat, texte="Merci.")

    assert observation.statut == "close"
    assert lire(observation) == [
        ("Question", "DDETS_62", "Où est la délibération ?"),
        ("Réponse", "CD62", "La voici."),
        ("Question", "DDETS_62", "Il manque la date."),
        ("Réponse", "CD62", "Le 3 mars."),
        ("Clôture", "DDETS_62", "Merci."),
    ]
    assert [ligne.acte for ligne in journal_de(operation)] == [
        "observation_close",
        "observation_repondue",
        "observation_rouverte",
        "observation_repondue",
        "observation_posee",
    ]


def test_a_closed_thread_is_opened_again_by_a_question_only(operation, gestionnaire, lecteur_etat):
    observation = clore_observation(poser(operation, lecteur_etat), auteur=lecteur_etat, texte="Sans objet.")

    assert refus(repondre_observation, observation, auteur=gestionnaire, texte="Trop tard").code == "statut"
    assert refus(clore_observation, observation, auteur=lecteur_etat, texte="Encore").code == "statut"
    rouverte = relancer_observation(observation, auteur=lecteur_etat, texte="Finalement", echeance_le=ECHEANCE)
    assert rouverte.statut == "ouverte"


def test_refusals_write_nothing(operation, gestionnaire, lecteur_etat):
    veille = JOUR - dt.timedelta(days=1)
    assert list(refus(poser, operation, lecteur_etat, echeance_le=veille).message_dict) == ["echeance_le"]
    assert refus(poser, operation, lecteur_etat, texte=" ").code == "texte"
    assert refus(poser, operation, lecteur_etat, objet="").code == "objet"
    assert not Observation.objects.exists()

    observation = poser(operation, lecteur_etat, echeance_le=JOUR)
    assert refus(repondre_observation, observation, auteur=gestionnaire, texte="").code == "texte"
    assert refus(clore_observation, observation, auteur=lecteur_etat, texte="").code == "texte"
    relance = {"auteur": lecteur_etat, "texte": "x", "echeance_le": ECHEANCE}
    assert refus(relancer_observation, observation, **relance).code == "statut"
    assert MessageObservation.objects.count() == 1
    with pytest.raises(DatabaseError, match="operations_messageobservation"), transaction.atomic():
        MessageObservation.objects.update(texte="autre")


@pytest.mark.parametrize(
    ("role", "organisme", "noms"),
    [
        (Role.LECTEUR_ETAT, "DDETS_62", ["DDETS_62"]),
        (Role.AGD, "DREETS_HDF", ["DREETS_HDF"]),
        (Role.GESTIONNAIRE, "TM", ["TM"]),
        (Role.RESPONSABLE, "TM", ["TM"]),
        (Role.GESTIONNAIRE, "CD62", []),
        (Role.RESPONSABLE, "CD62", []),
        (Role.SECRETAIRE, "CD62", []),
        (Role.PLIE, "PLIE_LENS_LIEVIN", []),
        (Role.AUDITEUR, "DREETS_HDF", []),
        (Role.ADMINISTRATEUR, "TM", []),
        (Role.LECTEUR_ETAT, "DDETS_59", []),
    ],
)
def test_who_may_ask(operation, role, organisme, noms):
    personne = habilite(role, organisme)

    assert [o.code for o in organismes_observateurs(personne, operation)] == noms
    assert peut_observer(personne, operation) == bool(noms)


def test_each_sees_what_concerns_them(operation, gestionnaire, gestionnaire_tm, lecteur_etat):
    etat, tm = poser(operation, lecteur_etat), poser(operation, gestionnaire_tm, "TM")
    plie = habilite(Role.PLIE)
    operation.structure = StructureFactory(
        accord=operation.accord, organisme=plie.habilitations.get(role=Role.PLIE).organisme
    )
    operation.save()

    def vues(personne):
        return set(Observation.objects.for_user(personne))

    assert vues(gestionnaire) == vues(lecteur_etat) == vues(habilite(Role.AUDITEUR)) == {etat, tm}
    assert vues(gestionnaire_tm) == vues(habilite(Role.RESPONSABLE, "TM")) == {tm}
    assert vues(habilite(Role.SECRETAIRE)) == vues(plie) == vues(habilite(Role.LECTEUR_ETAT, "DDETS_59")) == set()
    assert (peut_repondre(gestionnaire, etat), peut_repondre(lecteur_etat, etat)) == (True, False)
    assert (peut_suivre(lecteur_etat, etat), peut_suivre(lecteur_etat, tm), peut_suivre(gestionnaire, etat)) == (
        True,
        False,
        False,
    )


def test_queues(operation, gestionnaire, gestionnaire_tm, lecteur_etat, jour):
    attendue = poser(operation, lecteur_etat, echeance_le=JOUR)
    recue = repondre_observation(poser(operation, gestionnaire_tm, "TM"), auteur=gestionnaire, texte="Voici.")

    cd62, tm, ddets = (OrganismeFactory(code=code) for code in ("CD62", "TM", "DDETS_62"))
    assert list(Observation.objects.a_repondre([cd62.pk])) == [attendue]
    assert list(Observation.objects.a_repondre([tm.pk])) == []
    assert list(Observation.objects.a_lire([tm.pk])) == [recue]
    assert list(Observation.objects.a_lire([ddets.pk])) == []
