"""What is due to a beneficiary: in the queue of the responsable, and among the alerts once the delay has passed."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from operations.enums import NaturePaiement, Statut
from pilotage.alertes import alertes_paiements
from pilotage.forms import Perimetre
from pilotage.liens import Liens
from tests.factories import EnveloppeFactory, ParametreFactory
from tests.vie import mener, verser

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    ParametreFactory(accord=accord, code="paiement_delai_jours", valeur="80")
    return EnveloppeFactory(accord=accord)


def a_payer(client, accord) -> list[str]:
    sections = client.get(reverse("pilotage:accueil", args=[accord.slug])).context["sections"]
    groupes = [groupe for section in sections for groupe in section.groupes if groupe.titre == "À payer"]
    return [ligne.acte.replace("\u202f", " ").replace("\xa0", " ") for groupe in groupes for ligne in groupe.lignes]


def test_the_responsable_is_told_what_to_pay_and_before_when(client, accord, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)

    assert a_payer(client, accord) == ["Payer 240,00 € avant le 28 septembre 2026"]
    verser(operation, responsable, NaturePaiement.SOLDE, "240.00", "2026-09-01")
    assert a_payer(client, accord) == []


def test_the_other_body_is_not_asked_to_pay(client, accord, enveloppe, responsable):
    EnveloppeFactory(accord=accord, organisme__code="TM")
    mener(EnveloppeFactory(accord=accord, organisme__code="TM"), Statut.ACHEVEE)
    client.force_login(responsable)
    assert a_payer(client, accord) == []


def test_an_alert_tells_who_waits_beyond_the_delay_from_the_day_after(accord, enveloppe):
    mener(enveloppe, Statut.ACHEVEE)
    mener(enveloppe, Statut.ACHEVEE)
    liens = Liens(accord, timezone.localdate())

    assert alertes_paiements(accord, dt.date(2026, 9, 28), liens) == []
    (alerte,) = alertes_paiements(accord, dt.date(2026, 9, 29), liens)
    assert alerte.titre == "2\xa0bénéficiaires attendent leur paiement depuis plus de 80\xa0jours"
    assert alerte.texte.startswith("480,00\xa0€ sont dus.")
    assert (
        alertes_paiements(accord, dt.date(2026, 9, 29), liens, Perimetre(organisme="TM", au=dt.date(2026, 9, 29))) == []
    )
