"""A question from its form to its end, by those who may see it."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from comptes.enums import Role
from operations.models import Observation
from operations.services import poser_observation
from tests.factories import OperationFactory, OrganismeFactory, habilite

pytestmark = pytest.mark.django_db
ECHEANCE = dt.date(2026, 12, 10)


@pytest.fixture(autouse=True)
def jour():
    with time_machine.travel("2026-11-25 12:00", tick=False):
        yield


@pytest.fixture
def operation(gestionnaire):
    return OperationFactory()


def url(nom, operation, *args) -> str:
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero, *args])


def poser(operation, auteur, organisme="DDETS_62", objet="Cofinancement") -> Observation:
    return poser_observation(
        operation,
        auteur=auteur,
        organisme=OrganismeFactory(code=organisme),
        objet=objet,
        texte="Où est la délibération ?",
        echeance_le=ECHEANCE,
    )


def test_asked_answered_asked_again_and_closed(client, operation, gestionnaire, lecteur_etat):
    client.force_login(lecteur_etat)
    formulaire = client.get(url("observation_poser", operation)).context["form"]
    assert formulaire["echeance_le"].value() == dt.date(2026, 12, 10)
    saisie = {"objet": "Cofinancement", "texte": "Où est-elle ?", "echeance_le": "2026-12-10"}
    reponse = client.post(url("observation_poser", operation), saisie, follow=True)
    assert reponse.redirect_chain == [(url("observations", operation), 302)]
    assert [o["compteur"] for o in reponse.context["onglets"] if o["libelle"] == "Observations"] == [1]

    client.force_login(gestionnaire)
    reponse = client.post(url("observation", operation, 1), {"texte": "La voici."}, follow=True)
    assert [str(m) for m in reponse.context["messages"]] == ["Réponse envoyée."]
    assert [m.texte for m in reponse.context["messages_du_fil"]] == ["Où est-elle ?", "La voici."]

    client.force_login(lecteur_etat)
    relance = {"texte": "Et la date ?", "echeance_le": "2026-12-20"}
    client.post(url("observation_relancer", operation, 1), relance)
    assert Observation.objects.get().echeance_le == dt.date(2026, 12, 20)
    reponse = client.post(url("observation_clore", operation, 1), {"texte": "Merci."}, follow=True)
    assert (reponse.context["observation"].statut, reponse.context["repond"]) == ("close", False)

    # the answer that was being typed meanwhile is refused, and stays under the refusal
    client.force_login(gestionnaire)
    reponse = client.post(url("observation", operation, 1), {"texte": "Encore un mot."})
    assert reponse.context["form"].non_field_errors()
    assert "Encore un mot.</textarea>" in reponse.content.decode()


@pytest.mark.parametrize(
    ("champs", "fautif"),
    [
        ({"objet": ""}, "objet"),
        ({"texte": ""}, "texte"),
        ({"echeance_le": "2026-11-24"}, "echeance_le"),
        ({"echeance_le": ""}, "echeance_le"),
    ],
)
def test_a_question_that_lacks_something(client, operation, lecteur_etat, champs, fautif):
    client.force_login(lecteur_etat)
    saisie = {"objet": "Cofinancement", "texte": "Où est-elle ?", "echeance_le": "2026-12-10"}

    reponse = client.post(url("observation_poser", operation), saisie | champs)

    assert list(reponse.context["form"].errors) == [fautif]
    assert not Observation.objects.exists()


def test_the_other_oi_asks_from_the_summary_and_sees_its_own_threads_only(
    client, operation, lecteur_etat, gestionnaire_tm, gestionnaire
):
    poser(operation, lecteur_etat, objet="Question de l’État")
    poser(operation, gestionnaire_tm, "TM", "Question de Terri’Mouv")
    client.force_login(gestionnaire_tm)

    for page in (operation.get_absolute_url(), url("observations", operation)):
        reponse = client.get(page)
        assert [o.objet for o in reponse.context["observations"]] == ["Question de Terri’Mouv"]
        assert reponse.context["onglets"] == []
        assert url("observation_poser", operation) in reponse.content.decode()
        assert "Question de l’État" not in reponse.content.decode()
    assert client.get(url("observation", operation, 1)).status_code == 404
    assert client.get(url("observation", operation, 2)).status_code == 200
    assert client.get(url("journal", operation)).status_code == 403


def test_who_asks_for_two_bodies_chooses(client, operation):
    personne = habilite(Role.LECTEUR_ETAT, "DDETS_62")
    personne.habilitations.create(
        organisme=OrganismeFactory(code="TM"), role=Role.GESTIONNAIRE, debut_le=dt.date(2022, 1, 1)
    )
    client.force_login(personne)
    saisie = {"objet": "Objet", "texte": "Question", "echeance_le": "2026-12-10"}

    assert list(client.post(url("observation_poser", operation), saisie).context["form"].errors) == ["organisme"]
    client.post(url("observation_poser", operation), saisie | {"organisme": OrganismeFactory(code="TM").pk})
    assert Observation.objects.get().organisme.code == "TM"


def test_a_late_answer_is_said(client, operation, gestionnaire, lecteur_etat):
    poser(operation, lecteur_etat)

    with time_machine.travel("2026-12-11 12:00", tick=False):
        client.force_login(gestionnaire)
        assert "en retard" in client.get(url("observations", operation)).content.decode()
        assert client.get(url("observation", operation, 1)).context["est_en_retard"] is True


@pytest.mark.parametrize("nombre", [1, 3])
def test_query_count(client, operation, gestionnaire, lecteur_etat, nombre, django_assert_num_queries):
    for _ in range(nombre):
        poser(operation, lecteur_etat)
    client.force_login(gestionnaire)

    with django_assert_num_queries(10):
        assert len(client.get(url("observations", operation)).context["observations"]) == nombre
