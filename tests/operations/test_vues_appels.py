"""Calls for projects: prepared, published with their QPV clause, closed; and the operations that answer them."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from comptes.enums import Role
from operations.enums import StatutAppel
from operations.models import AppelAProjets
from tests.factories import AppelFactory, EnveloppeFactory, ObjectifSpecifiqueFactory, OperationFactory, habilite

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


def message(response):
    return " ".join(str(m) for m in get_messages(response.wsgi_request))


def saisie(enveloppe, **champs):
    return {
        "code": "AAP-2027-1",
        "intitule": "Levée des freins (exemple)",
        "objectif_specifique": ObjectifSpecifiqueFactory(fonds=enveloppe.fonds).pk,
        "ouvert_le": "2027-01-03",
        "limite_depot_le": "2027-06-30",
        "ue_prevu": "1 500 000",
        "taux_max": "60,00",
        "pieces_obligatoires": "Statuts\r\n\r\nRIB \r\nStatuts",
    } | champs


def noms(response):
    return [row.record.code for row in response.context["table"].page.object_list]


def test_appel_creer_reads_amounts_rates_and_pieces(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    client.post(url("appel_creer"), saisie(enveloppe))

    appel = AppelAProjets.objects.get()
    assert (appel.statut, appel.ue_prevu, appel.taux_max, appel.pieces_obligatoires) == (
        StatutAppel.BROUILLON,
        Decimal("1500000.00"),
        Decimal("0.6000"),
        ["Statuts", "RIB"],
    )


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"limite_depot_le": "2026-12-31"}, "limite_depot_le"),
        ({"periode_debut_le": "2027-02-01", "periode_fin_le": "2027-01-01"}, "periode_fin_le"),
        ({"taux_max": "101"}, "taux_max"),
        ({"taux_max": "0"}, "taux_max"),
        ({"ue_prevu": "beaucoup"}, "ue_prevu"),
        ({"code": "DEJA"}, "code"),
        ({"code": "deja"}, "code"),
    ],
)
def test_appel_creer_says_errors_beside_their_field(client, gestionnaire, enveloppe, champs, erreur):
    AppelFactory(enveloppe=enveloppe, code="DEJA")
    client.force_login(gestionnaire)

    response = client.post(url("appel_creer"), saisie(enveloppe, **champs))

    assert list(response.context["form"].errors) == [erreur]
    assert "Levée des freins (exemple)" in response.content.decode()


def test_appel_modifier_refuses_a_stale_form_and_shows_both(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, intitule="Avant")
    client.force_login(gestionnaire)
    vu = client.get(url("appel_modifier", appel.pk)).context["form"].initial["vu"]
    client.post(url("appel_modifier", appel.pk), saisie(enveloppe, intitule="D’un collègue", vu=vu))

    response = client.post(url("appel_modifier", appel.pk), saisie(enveloppe, intitule="Le mien", vu=vu))

    assert [(e["enregistre"], e["saisi"]) for e in response.context["ecarts"]] == [("D’un collègue", "Le mien")]
    appel.refresh_from_db()
    assert appel.intitule == "D’un collègue"


def test_appel_publier_without_the_qpv_clause_says_what_to_do(client, responsable, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, clause_qpv="", enonce_priorite_qpv=False)
    client.force_login(responsable)

    response = client.post(url("appel_publier", appel.pk))

    assert "L’appel doit énoncer la priorité aux quartiers prioritaires" in message(response)
    appel.refresh_from_db()
    assert appel.statut == StatutAppel.BROUILLON


def test_appel_is_published_then_closed_by_the_responsable(client, responsable, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    client.force_login(responsable)

    for acte, statut in [("appel_publier", StatutAppel.PUBLIE), ("appel_clore", StatutAppel.CLOS)]:
        client.post(url(acte, appel.pk))
        appel.refresh_from_db()
        assert appel.statut == statut


def test_appel_publier_is_for_the_responsable_of_its_body(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    for personne in (gestionnaire, habilite(Role.RESPONSABLE, "TM")):
        client.force_login(personne)
        assert client.post(url("appel_publier", appel.pk)).status_code == 403
        assert client.get(url("appel_publier", appel.pk)).status_code == 405


def test_appel_published_is_not_changed(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire)

    response = client.get(url("appel_modifier", appel.pk))

    assert response["Location"] == url("appel_detail", appel.pk)


def test_appel_detail_shows_what_was_asked_and_programmed(client, gestionnaire_tm, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    OperationFactory(enveloppe=enveloppe, appel=appel, programmee=True)
    OperationFactory(enveloppe=enveloppe, appel=appel)
    OperationFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire_tm)

    response = client.get(url("appel_detail", appel.pk))

    assert response.context["montants"] == {
        "nombre": 2,
        "demande": Decimal("1200.00"),
        "programme": Decimal("600.00"),
    }


def test_a_draft_is_for_who_reads_the_files(client, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    for role, organisme, statut in [
        (Role.GESTIONNAIRE, "TM", 200),
        (Role.LECTEUR_ETAT, "DDETS_62", 200),
        (Role.PLIE, "PLIE_LENS_LIEVIN", 404),
        (Role.ADMINISTRATEUR, "CD62", 404),
    ]:
        client.force_login(habilite(role, organisme))
        assert client.get(url("appel_detail", appel.pk)).status_code == statut


def test_a_published_call_shows_an_administrator_no_operation(client, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel)
    client.force_login(habilite(Role.ADMINISTRATEUR))

    for page in (url("appels"), url("appel_detail", appel.pk)):
        response = client.get(page)
        assert response.status_code == 200
        assert operation.intitule not in response.content.decode()


def test_appels_search_and_filter(client, gestionnaire, enveloppe):
    AppelFactory(enveloppe=enveloppe, code="A1", intitule="Mobilité")
    AppelFactory(enveloppe=enveloppe, code="B1", intitule="Mobilité", brouillon=True)
    AppelFactory(enveloppe=enveloppe, code="C1", intitule="Autre")
    client.force_login(gestionnaire)

    assert noms(client.get(url("appels"), {"q": "MOBILITE", "statut": "publie"})) == ["A1"]
    assert noms(client.get(url("appels"), {"q": "c1"})) == ["C1"]
    assert noms(client.get(url("appels"), {"tri": "code"})) == ["A1", "B1", "C1"]


@pytest.mark.parametrize("item_count", [1, 3])
def test_appels_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    appels = AppelFactory.create_batch(item_count, enveloppe=enveloppe)
    for appel in appels:
        OperationFactory.create_batch(item_count, enveloppe=enveloppe, appel=appel)
    client.force_login(gestionnaire)
    with django_assert_num_queries(10):
        client.get(url("appels"))
    with django_assert_num_queries(11):
        client.get(url("appel_detail", appels[0].pk))
