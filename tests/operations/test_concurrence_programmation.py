"""Many people decide at once on the last euros of an envelope: real threads, real connections."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from operations.enums import Statut
from operations.models import Ecriture, Operation
from operations.services import programmer_operation
from operations.situation import compute_situation
from operations.verification import verifier_operations
from tests.factories import EnveloppeFactory, OperationFactory, UtilisateurFactory

FILS, PLACES = 40, 10
UE = Decimal("600.01")


@pytest.mark.django_db(transaction=True)
def test_forty_threads_on_an_envelope_with_room_for_ten():
    enveloppe = EnveloppeFactory(montant=UE * PLACES)
    operations = OperationFactory.create_batch(FILS, instruite=True, enveloppe=enveloppe, ue=UE)
    chefs = UtilisateurFactory.create_batch(4)
    depart = Barrier(FILS)

    def decider(rang: int) -> str:
        try:
            connection.ensure_connection()
            depart.wait(timeout=60)
            programmer_operation(
                operations[rang],
                auteur=chefs[rang % len(chefs)],
                instance="Commission permanente",
                decidee_le=dt.date(2026, 4, 1),
            )
        except ValidationError as refus:
            return refus.code
        finally:
            connection.close()
        return "programmee"

    with ThreadPoolExecutor(FILS) as fils:
        issues = Counter(fils.map(decider, range(FILS)))

    assert issues == {"programmee": PLACES, "surprogrammation": FILS - PLACES}
    assert Operation.objects.filter(statut=Statut.PROGRAMMEE).count() == Ecriture.objects.count() == PLACES
    assert compute_situation(enveloppe.accord).enveloppe("FSE_CD62").disponible == Decimal("0.00")
    assert verifier_operations() == []
