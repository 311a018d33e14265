"""From a figure to its list: what the list sums to is the figure, to the cent."""

import datetime as dt
from decimal import Decimal

import pytest

from comptes.horloge import a_l_instant
from operations.enums import NatureEcriture
from pilotage.forms import Perimetre
from pilotage.tableau import compute_tableau
from tests.factories import AxeFactory, DispositifFactory, EcritureFactory, OperationFactory
from tests.pilotage.donnees import enveloppe, enveloppe_a_tranches

pytestmark = pytest.mark.django_db


@pytest.fixture
def suivre(client, lecteur_etat):
    """Follow a link; return the number of operations and the amount that its list gives, per fund."""

    def suivre(url):
        client.force_login(lecteur_etat)
        reponse = client.get(url)
        assert reponse.status_code == 200, url
        totaux = reponse.context["filtre"].totaux()
        assert len(totaux) <= 1, "two funds in one list"
        return (totaux[0]["nombre"], totaux[0]["montant"]) if totaux else (0, Decimal("0.00"))

    return suivre


@pytest.fixture
def remplir(accord):
    """Two funds, two bodies, tranches, measures, axes, every stage, a withdrawal, a line known later."""
    fse, tm, ftj = enveloppe_a_tranches(accord), enveloppe(accord, "FSE_TM"), enveloppe(accord, "FTJ_CD62")
    premiere, seconde = fse.tranches.order_by("ordre")
    for e, rattachement in [
        (fse, {"dispositif": DispositifFactory(enveloppe=fse)}),
        (tm, {"axe": AxeFactory(accord=accord)}),
        (ftj, {"dispositif": DispositifFactory(enveloppe=ftj)}),
    ]:
        for rang in range(3):
            operation = OperationFactory(enveloppe=e, instruite=True, **rattachement)
            tranche = None if e is not fse else premiere if rang else seconde
            for n, nature in enumerate(NatureEcriture.values[: 2 + 2 * rang]):
                EcritureFactory(
                    operation=operation, nature=nature, tranche=tranche, montant=Decimal(f"{100 - n}.{rang}7")
                )
        EcritureFactory(operation=operation, montant=Decimal("-50.00"), date_effet=dt.date(2026, 5, 1))
    with a_l_instant(dt.datetime(2027, 1, 1, tzinfo=dt.UTC)):
        EcritureFactory(operation=operation, montant=Decimal("0.11"), date_effet=dt.date(2026, 4, 1))


@pytest.mark.parametrize(
    "dates",
    [
        {"au": dt.date(2026, 3, 31)},
        {"au": dt.date(2026, 4, 1)},
        {"au": dt.date(2026, 6, 30)},
        {"au": dt.date(2026, 6, 30), "connu_le": dt.date(2026, 12, 31)},
    ],
)
def test_every_figure_of_a_gauge_opens_the_list_that_sums_to_it(accord, remplir, suivre, dates):
    tableau = compute_tableau(accord, Perimetre(**dates))
    for carte in tableau.cartes:
        for etape in carte.jauge.etapes:
            assert suivre(etape.url)[1] == etape.montant, etape.url
        assert suivre(carte.url_operations) == (carte.situation.operations, carte.situation.montants["programme"])


def test_every_count_of_the_breakdown_opens_its_operations(accord, remplir, suivre):
    tableau = compute_tableau(accord, Perimetre(au=dt.date(2026, 6, 30)))
    lignes = [ligne for groupe in tableau.groupes for ligne in groupe.lignes]
    assert len(lignes) == 3
    for ligne in lignes:
        assert suivre(ligne.url) == (ligne.ligne.operations, ligne.ligne.montants["programme"])


def test_every_tranche_opens_the_list_that_sums_to_it(accord, remplir, suivre):
    carte = compute_tableau(accord, Perimetre(au=dt.date(2026, 6, 30))).cartes[0]
    for tranche, _, url in carte.tranches:
        assert suivre(url)[1] == tranche.montants["programme"]
