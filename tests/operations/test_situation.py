"""The figures of the ledgers: as of a day, as known on a day, by tranche, with their rates."""

import datetime as dt
from decimal import Decimal
from itertools import product

import pytest
import time_machine

from accord.montants import arrondir
from comptes.horloge import a_l_instant
from operations.situation import compute_disponible, compute_situation
from tests.factories import (
    EcritureFactory,
    EnveloppeFactory,
    FondsFactory,
    MouvementFactory,
    OperationFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db
UTC = dt.UTC


def programme(accord, code="FSE_CD62", **dates):
    return compute_situation(accord, **dates).enveloppe(code).montants["programme"]


def test_situation_as_of_a_day_includes_that_day():
    operation = OperationFactory(programmee=True, programmee_le=dt.date(2026, 3, 10), ue=Decimal("600.00"))

    assert programme(operation.accord, au=dt.date(2026, 3, 9)) == Decimal("0.00")
    assert programme(operation.accord, au=dt.date(2026, 3, 10)) == Decimal("600.00")


def test_connu_le_includes_its_day_in_paris():
    operation = OperationFactory(instruite=True)
    with a_l_instant(dt.datetime(2026, 3, 31, 21, 59, tzinfo=UTC)):  # 23 h 59 in Paris, summer time
        EcritureFactory(operation=operation, montant=Decimal("1.00"), date_effet=dt.date(2026, 3, 1))
    with a_l_instant(dt.datetime(2026, 3, 31, 22, 0, tzinfo=UTC)):  # already 1 April in Paris
        EcritureFactory(operation=operation, montant=Decimal("2.00"), date_effet=dt.date(2026, 3, 1))

    avril = {"au": dt.date(2026, 4, 30)}
    assert programme(operation.accord, **avril, connu_le=dt.date(2026, 3, 30)) == Decimal("0.00")
    assert programme(operation.accord, **avril, connu_le=dt.date(2026, 3, 31)) == Decimal("1.00")
    assert programme(operation.accord, **avril, connu_le=dt.date(2026, 4, 1)) == Decimal("3.00")


def test_movements_change_notifie_and_leave_notifie_initial():
    enveloppe = EnveloppeFactory(montant=Decimal("1000.00"))
    MouvementFactory(
        enveloppe=enveloppe, nature="abondement", montant=Decimal("250.50"), date_effet=dt.date(2025, 7, 1)
    )
    MouvementFactory(
        enveloppe=enveloppe, nature="degagement", montant=Decimal("-100.25"), date_effet=dt.date(2026, 1, 1)
    )

    avant = compute_situation(enveloppe.accord, au=dt.date(2025, 6, 30)).enveloppe("FSE_CD62")
    apres = compute_situation(enveloppe.accord, au=dt.date(2026, 1, 1)).enveloppe("FSE_CD62")
    assert (avant.notifie, avant.notifie_initial) == (Decimal("1000.00"), Decimal("1000.00"))
    assert (apres.notifie, apres.notifie_initial) == (Decimal("1150.25"), Decimal("1000.00"))


def test_sums_by_tranche_equal_the_envelope_and_a_hypothesis_is_left_out():
    enveloppe = EnveloppeFactory(montant=Decimal(0))
    premiere = TrancheFactory(enveloppe=enveloppe, ordre=1)
    seconde = TrancheFactory(
        enveloppe=enveloppe,
        ordre=2,
        code="2026-2027",
        debut_le=dt.date(2026, 1, 1),
        fin_le=dt.date(2027, 12, 31),
        statut="prevue",
    )
    TrancheFactory(enveloppe=enveloppe, ordre=3, code="hypothese", est_hypothese=True)
    MouvementFactory(enveloppe=enveloppe, tranche=premiere, montant=Decimal("700.01"))
    MouvementFactory(enveloppe=enveloppe, tranche=seconde, montant=Decimal("300.02"))
    operation = OperationFactory(instruite=True, enveloppe=enveloppe)
    EcritureFactory(operation=operation, tranche=premiere, montant=Decimal("750.00"))
    EcritureFactory(operation=operation, tranche=seconde, montant=Decimal("100.00"))
    EcritureFactory(operation=operation, tranche=seconde, montant=Decimal("80.00"), nature="paye")

    situation = compute_situation(enveloppe.accord).enveloppe("FSE_CD62")

    assert [t.tranche.code for t in situation.tranches] == ["2022-2025", "2026-2027"]
    assert [t.disponible for t in situation.tranches] == [Decimal("-49.99"), Decimal("200.02")]
    assert sum(t.montant for t in situation.tranches) == situation.notifie == Decimal("1000.03")
    for nature, montant in situation.montants.items():
        assert sum(t.montants[nature] for t in situation.tranches) == montant


def test_rates_carry_their_terms_and_round_half_up():
    enveloppe = EnveloppeFactory(montant=Decimal("20000.00"))
    operation = OperationFactory(instruite=True, enveloppe=enveloppe)
    EcritureFactory(operation=operation, montant=Decimal("1.00"))  # 1 / 20 000 = 0,00005

    taux = compute_situation(enveloppe.accord).enveloppe("FSE_CD62").taux

    assert taux["programmation"].to_json() == {
        "numerateur": "1.00",
        "denominateur": "20000.00",
        "valeur": "0.0001",
    }
    assert taux["execution"].to_json() == {"numerateur": "0.00", "denominateur": "1.00", "valeur": "0.0000"}


def test_nothing_to_divide_by_is_null():
    enveloppe = EnveloppeFactory(montant=Decimal(0))

    json = compute_situation(enveloppe.accord).to_json()

    assert json["enveloppes"][0]["taux"]["programmation"]["valeur"] is None
    assert json["enveloppes"][0]["tranches"] == []
    assert json["enveloppes"][0]["part_qpv"] == {
        "declaree": None,
        "participants": None,
        "adresses_inconnues": None,
    }


def test_above_the_envelope_disponible_is_negative():
    enveloppe = EnveloppeFactory(montant=Decimal("100.00"))
    OperationFactory(programmee=True, enveloppe=enveloppe, ue=Decimal("100.01"))

    assert compute_situation(enveloppe.accord).enveloppe("FSE_CD62").disponible == Decimal("-0.01")
    assert compute_disponible(enveloppe) == Decimal("-0.01")


def test_declared_qpv_share_leaves_unknown_shares_out_and_says_their_amount():
    enveloppe = EnveloppeFactory()
    for ue, part in [("100.00", "0.5000"), ("300.00", "0.1000"), ("50.00", None)]:
        OperationFactory(
            programmee=True,
            enveloppe=enveloppe,
            ue=Decimal(ue),
            part_qpv_declaree=None if part is None else Decimal(part),
        )
    OperationFactory(instruite=True, enveloppe=enveloppe, part_qpv_declaree=Decimal(1))

    situation = compute_situation(enveloppe.accord).enveloppe("FSE_CD62")

    assert situation.operations == 3
    assert situation.part_qpv.to_json()["declaree"] == {
        "numerateur": "80.00",
        "denominateur": "400.00",
        "valeur": "0.2000",
        "part_inconnue": "50.00",
    }


def test_counts_and_qpv_shares_are_those_of_a_naive_sum():
    """Taken back in part, in full, below zero; shared, unshared; on two envelopes; before and after the day."""
    accord = EnveloppeFactory().accord
    enveloppes = [accord.enveloppes.get(), EnveloppeFactory(accord=accord, fonds=FondsFactory(code="FTJ"))]
    suites = [["100.00", "-40.00"], ["100.00", "-100.00"], ["30.00", "-50.00"], ["70.01"], ["70.01", "0.01"]]
    parts = [None, Decimal("0.3333"), Decimal("0.3333"), Decimal(0)]
    for n, (suite, part, enveloppe) in enumerate(product(suites, parts, enveloppes)):
        operation = OperationFactory(enveloppe=enveloppe, part_qpv_declaree=part)
        for rang, montant in enumerate(suite):
            jour = dt.date(2026, 1, 1) + dt.timedelta(days=n + 40 * rang)
            EcritureFactory(operation=operation, montant=Decimal(montant), date_effet=jour)
        EcritureFactory(operation=operation, nature="conventionne", montant=Decimal("9.00"), date_effet=jour)

    for au in [dt.date(2026, 1, 20), dt.date(2026, 2, 20), dt.date(2026, 12, 31)]:
        for situation in compute_situation(accord, au=au).enveloppes:
            soldes = [
                (operation.part_qpv_declaree, solde)
                for operation in situation.enveloppe.operations.all()
                if (
                    solde := sum(
                        e.montant for e in operation.ecritures.all() if e.nature == "programme" and e.date_effet <= au
                    )
                )
                > 0
            ]
            assert situation.operations == len(soldes) > 0
            assert situation.part_qpv.part_inconnue == sum(solde for part, solde in soldes if part is None)
            assert situation.part_qpv.denominateur == sum(solde for part, solde in soldes if part is not None)
            assert situation.part_qpv.numerateur == arrondir(
                sum((solde * part for part, solde in soldes if part is not None), Decimal(0))
            )


def test_json_is_the_contract_to_the_letter():
    operation = OperationFactory(programmee=True, ue=Decimal("600.00"))

    assert compute_situation(operation.accord, au=dt.date(2026, 6, 30), connu_le=dt.date(2030, 1, 1)).to_json() == {
        "accord": "essai-2021-2027",
        "au": "2026-06-30",
        "connu_le": "2030-01-01",
        "enveloppes": [
            {
                "code": "FSE_CD62",
                "fonds": "FSE_PLUS",
                "organisme": "CD62",
                "notifie": "1000000.00",
                "notifie_initial": "1000000.00",
                "montants": {
                    "programme": "600.00",
                    "conventionne": "0.00",
                    "declare": "0.00",
                    "retenu": "0.00",
                    "certifie": "0.00",
                    "paye": "0.00",
                },
                "disponible": "999400.00",
                "operations": 1,
                "taux": {
                    "programmation": {"numerateur": "600.00", "denominateur": "1000000.00", "valeur": "0.0006"},
                    "conventionnement": {"numerateur": "0.00", "denominateur": "1000000.00", "valeur": "0.0000"},
                    "execution": {"numerateur": "0.00", "denominateur": "600.00", "valeur": "0.0000"},
                    "certification": {"numerateur": "0.00", "denominateur": "1000000.00", "valeur": "0.0000"},
                    "paiement": {"numerateur": "0.00", "denominateur": "1000000.00", "valeur": "0.0000"},
                },
                "part_qpv": {
                    "declaree": {
                        "numerateur": "0.00",
                        "denominateur": "0.00",
                        "valeur": None,
                        "part_inconnue": "600.00",
                    },
                    "participants": None,
                    "adresses_inconnues": None,
                },
                "tranches": [],
            }
        ],
    }


def test_the_default_day_is_today_in_paris():
    enveloppe = EnveloppeFactory()
    with time_machine.travel(dt.datetime(2026, 6, 30, 22, 30, tzinfo=UTC), tick=False):  # 0 h 30 in Paris
        assert compute_situation(enveloppe.accord).au == dt.date(2026, 7, 1)


@pytest.mark.parametrize("item_count", [1, 3])
def test_query_count(item_count, django_assert_num_queries):
    enveloppe = EnveloppeFactory()
    OperationFactory.create_batch(item_count, enveloppe=enveloppe, programmee=True)
    EnveloppeFactory(organisme__code="TM")

    with django_assert_num_queries(5):
        compute_situation(enveloppe.accord)
