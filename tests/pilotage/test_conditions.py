"""The conditions whose due date has passed come to the home page of the gestionnaire."""

import datetime as dt

import pytest
from django.urls import reverse

from operations.models import ConditionDecision
from operations.services import programmer_operation
from tests.factories import EnveloppeFactory, OperationFactory, OrganismeFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db


def test_late_conditions_of_the_body_wait_at_home(client, gestionnaire, accord):
    siennes = EnveloppeFactory(accord=accord)
    autres = EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"))
    for enveloppe, texte, echeance in [
        (siennes, "Bail en retard", dt.date(2026, 5, 1)),
        (siennes, "Bail à venir", dt.date(2099, 5, 1)),
        (autres, "Bail de l’autre organisme", dt.date(2026, 5, 1)),
    ]:
        programmer_operation(
            OperationFactory(enveloppe=enveloppe, instruite=True),
            auteur=UtilisateurFactory(),
            instance="Bureau",
            decidee_le=dt.date(2026, 4, 1),
            conditions=[ConditionDecision(texte=texte, echeance_le=echeance, preuve_attendue="Bail")],
        )
    client.force_login(gestionnaire)

    page = client.get(reverse("pilotage:accueil", args=[accord.slug])).content.decode()

    assert "Bail en retard" in page
    assert "Lever une condition de la décision" in page
    assert "Bail à venir" not in page
    assert "Bail de l’autre organisme" not in page
