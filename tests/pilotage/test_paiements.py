"""What is due to a beneficiary: in the queue of the responsable, and among the alerts once the delay has passed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from operations.enums import NaturePaiement, Statut
from operations.services import certifier
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


def lignes(client, accord, titre) -> list:
    sections = client.get(reverse("pilotage:accueil", args=[accord.slug])).context["sections"]
    groupes = [groupe for section in sections for groupe in section.groupes if groupe.titre == titre]
    return [ligne for groupe in groupes for ligne in groupe.lignes]


def simple(texte) -> str:
    return texte.replace("\u202f", " ").replace("\xa0", " ")


def a_payer(client, accord) -> list[str]:
    return [simple(ligne.acte) for ligne in lignes(client, accord, "À payer")]


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


def test_the_responsable_is_told_what_to_certify_on_each_envelope(client, accord, enveloppe, responsable):
    une, _ = mener(enveloppe, Statut.ACHEVEE), mener(enveloppe, Statut.ACHEVEE)
    mener(EnveloppeFactory(accord=accord, organisme__code="TM"), Statut.ACHEVEE)
    client.force_login(responsable)

    def a_certifier():
        return [
            (simple(ligne.texte.partition(" · ")[2]), simple(ligne.valeur), ligne.nom_valeur)
            for ligne in lignes(client, accord, "À certifier")
        ]

    assert a_certifier() == [("2 opérations", "480,00 €", "à certifier")]
    [ligne] = lignes(client, accord, "À certifier")
    assert client.get(ligne.url).context["total"] == Decimal("480.00")  # the same figure on its page
    certifier(enveloppe, auteur=responsable, envoye_le=dt.date(2026, 8, 20), montants={une: Decimal("240.00")})
    assert a_certifier() == [("1 opération", "240,00 €", "à certifier")]


def test_an_alert_tells_who_waits_beyond_the_delay_from_the_day_after(accord, enveloppe, responsable):
    mener(enveloppe, Statut.ACHEVEE)
    mener(enveloppe, Statut.ACHEVEE)
    liens = Liens(accord, timezone.localdate())

    assert alertes_paiements(accord, responsable, dt.date(2026, 9, 28), liens) == []
    (alerte,) = alertes_paiements(accord, responsable, dt.date(2026, 9, 29), liens)
    assert alerte.titre == "2\xa0bénéficiaires attendent leur paiement depuis plus de 80\xa0jours"
    assert alerte.texte.startswith("480,00\xa0€ sont dus.")
    ailleurs = Perimetre(organisme="TM", au=dt.date(2026, 9, 29))
    assert alertes_paiements(accord, responsable, ailleurs.au, liens, ailleurs) == []


def test_what_is_due_opens_the_list_that_the_queue_and_the_alert_count(client, accord, enveloppe, responsable):
    dues = {mener(enveloppe, Statut.ACHEVEE).numero for _ in range(2)}
    payee = mener(enveloppe, Statut.ACHEVEE)
    mener(EnveloppeFactory(accord=accord, organisme__code="TM"), Statut.ACHEVEE)
    verser(payee, responsable, NaturePaiement.SOLDE, "240.00", "2026-09-01")
    client.force_login(responsable)

    def lister(url):
        return {operation.numero for operation in client.get(url).context["table"].data.data}

    sections = client.get(reverse("pilotage:accueil", args=[accord.slug])).context["sections"]
    [groupe] = [g for section in sections for g in section.groupes if g.titre == "À payer"]
    assert (groupe.total, lister(groupe.url_suite)) == (2, dues)
    [alerte] = alertes_paiements(accord, responsable, timezone.localdate(), Liens(accord, timezone.localdate()))
    assert simple(alerte.titre).startswith("2 bénéficiaires")
    assert lister(alerte.url) == dues
