"""Two people pay the same beneficiary at once: real threads, real connections."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from operations.enums import NatureEcriture, NaturePaiement, Statut
from operations.services.grand_livre import soldes
from operations.verification import verifier_chaines, verifier_operations
from tests.factories import EnveloppeFactory, UtilisateurFactory
from tests.vie import mener, verser

FILS = 8


@pytest.mark.django_db(transaction=True)
def test_eight_threads_never_pay_above_the_contract():
    """600,00 € contracted: two advances of 200,01 € fit, a third one does not."""
    operation = mener(EnveloppeFactory(), Statut.EN_EXECUTION)
    auteurs = UtilisateurFactory.create_batch(FILS)
    depart = Barrier(FILS)

    def avancer(rang: int) -> str:
        try:
            connection.ensure_connection()
            depart.wait(timeout=60)
            vu = {"depassement_vu": Decimal("600.00")}  # the planned advance is not what stops them here
            verser(operation, auteurs[rang], NaturePaiement.AVANCE, "200.01", "2026-05-01", **vu)
        except ValidationError as refus:
            return ",".join(refus.message_dict)
        finally:
            connection.close()
        return "payee"

    with ThreadPoolExecutor(FILS) as fils:
        issues = Counter(fils.map(avancer, range(FILS)))

    assert issues == {"payee": 2, "montant": FILS - 2}
    assert soldes(operation)[NatureEcriture.PAYE] == Decimal("400.02")
    assert verifier_operations() + verifier_chaines() == []
