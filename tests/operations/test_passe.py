"""An operation as of a past day."""

import datetime as dt
from decimal import Decimal

import pytest

from operations.enums import Statut
from operations.models import Instruction, PlanFinancement
from operations.passe import lire_etat
from operations.services import ajourner_operation, deprogrammer_operation, instruire_operation, programmer_operation
from tests.factories import OperationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

MARS, MAI, JUILLET = dt.date(2026, 3, 1), dt.date(2026, 5, 4), dt.date(2026, 7, 6)


@pytest.fixture
def instruire():
    """Conclude an instruction on a day, for an amount."""

    def instruire(operation, le, ue):
        plan = PlanFinancement(cout_total_eligible=Decimal(1000), ue=ue, autofinancement=Decimal(1000) - ue)
        instruction = Instruction(
            conclue_le=le, avis="favorable", rapport=f"Au {le}", reponse_partage="aucune", est_sans_conflit=True
        )
        return instruire_operation(operation, auteur=UtilisateurFactory(), plan=plan, instruction=instruction)

    return instruire


def test_a_file_instructed_twice_keeps_each_plan_on_its_days(instruire):
    operation = instruire(OperationFactory(recevable=True), MARS, Decimal(600))
    responsable = UtilisateurFactory()
    ajourner_operation(operation, auteur=responsable, instance="Bureau", decidee_le=dt.date(2026, 4, 1), motif="Plan")
    operation = instruire(operation, MAI, Decimal(500))
    programmer_operation(operation, auteur=responsable, instance="Bureau", decidee_le=JUILLET, surprogrammation=True)
    deprogrammer_operation(operation, auteur=responsable, le=JUILLET, motif="Retrait")
    operation.refresh_from_db()

    def lire(jour):
        etat = lire_etat(operation, jour)
        return etat.statut, etat.instruction and etat.instruction.rapport, etat.plan_instruit and etat.plan_instruit.ue

    assert lire(dt.date(2025, 12, 31)) == (None, None, None)
    assert lire(dt.date(2026, 2, 28)) == (Statut.RECEVABLE, None, None)
    assert lire(MARS) == (Statut.INSTRUITE, "Au 2026-03-01", Decimal(600))
    assert lire(dt.date(2026, 5, 3)) == (Statut.AJOURNEE, "Au 2026-03-01", Decimal(600))
    assert lire(MAI) == (Statut.INSTRUITE, "Au 2026-05-04", Decimal(500))
    assert lire(JUILLET) == (Statut.DEPROGRAMMEE, "Au 2026-05-04", Decimal(500))
    assert lire_etat(operation, MAI).suites == [(Statut.PROGRAMMEE, JUILLET), (Statut.DEPROGRAMMEE, JUILLET)]


def test_instructed_anew_the_day_it_was_adjourned_is_instructed(instruire):
    operation = instruire(OperationFactory(recevable=True), MARS, Decimal(600))
    ajourner_operation(operation, auteur=UtilisateurFactory(), instance="Bureau", decidee_le=MARS, motif="Plan")

    operation = instruire(operation, MARS, Decimal(500))

    assert lire_etat(operation, MARS).statut == Statut.INSTRUITE
    assert lire_etat(operation, MARS).plan_instruit.ue == Decimal(500)
