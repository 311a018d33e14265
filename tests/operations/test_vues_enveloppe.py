"""The page of an envelope: its movements, its tranches, its chain, at any date."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from comptes.enums import Role
from tests.factories import EnveloppeFactory, MouvementFactory, OperationFactory, TrancheFactory, habilite

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def url(code="FSE_CD62"):
    return reverse("operations:enveloppe", args=["essai-2021-2027", code])


def test_enveloppe_is_read_as_of_a_day(client, gestionnaire, enveloppe):
    MouvementFactory(enveloppe=enveloppe, nature="abondement", montant=Decimal("0.01"), date_effet=dt.date(2026, 3, 10))
    OperationFactory(enveloppe=enveloppe, programmee=True)
    client.force_login(gestionnaire)

    avant = client.get(url(), {"au": "2026-03-09"}).context["situation"]
    apres = client.get(url(), {"au": "2026-04-01"}).context["situation"]

    assert (avant.notifie, avant.disponible) == (Decimal("1000000.00"), Decimal("1000000.00"))
    assert (apres.notifie, apres.disponible) == (Decimal("1000000.01"), Decimal("999400.01"))


def test_enveloppe_lists_its_movements_with_both_dates_and_their_sum(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    response = client.get(url())

    assert sum(m.montant for m in response.context["mouvements"]) == response.context["situation"].notifie
    page = response.content.decode()
    assert "1er\xa0janv.\xa02022" in page
    assert "Notifié au" in page


def test_enveloppe_known_on_a_day_before_it_was_recorded_says_so(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    response = client.get(url(), {"au": "2026-06-30", "connu_le": "2020-01-01"})

    assert response.status_code == 200
    assert "Rien n’était notifié à cette date" in response.content.decode()


def test_enveloppe_tranches_lead_to_their_list(client, gestionnaire, accord):
    enveloppe = EnveloppeFactory(accord=accord, montant=Decimal(0))
    tranche = TrancheFactory(enveloppe=enveloppe)
    MouvementFactory(enveloppe=enveloppe, tranche=tranche, montant=Decimal("700.00"))
    client.force_login(gestionnaire)

    ligne = client.get(url(), {"au": "2026-06-30"}).context["tranches"][0]

    assert ligne["situation"].montant == Decimal("700.00")
    assert ligne["url"].endswith("?enveloppe=FSE_CD62&tranche=2022-2025&nature=programme&au=2026-06-30")


@pytest.mark.parametrize(("role", "organisme"), [(Role.ADMINISTRATEUR, "CD62"), (Role.PLIE, "PLIE_LENS_LIEVIN")])
def test_everyone_bound_to_the_agreement_reads_the_envelope(client, enveloppe, role, organisme):
    client.force_login(habilite(role, organisme))
    assert client.get(url()).status_code == 200
    assert client.get(url("INCONNUE")).status_code == 404


@pytest.mark.parametrize("requete", ["au=hier", "connu_le=2026-02-30", "au="])
def test_enveloppe_answers_a_mistaken_date(client, gestionnaire, enveloppe, requete):
    client.force_login(gestionnaire)
    assert client.get(f"{url()}?{requete}").status_code == 200


@pytest.mark.parametrize("item_count", [1, 3])
def test_enveloppe_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    MouvementFactory.create_batch(item_count, enveloppe=enveloppe)
    OperationFactory.create_batch(item_count, enveloppe=enveloppe, programmee=True)
    client.force_login(gestionnaire)
    with django_assert_num_queries(16):
        client.get(url())
