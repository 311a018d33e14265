"""From a figure to its list: what the list sums to is the figure, to the cent."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from accord.montants import format_euros
from comptes.horloge import a_l_instant
from operations.enums import NatureEcriture
from pilotage.alertes import alertes_attente
from pilotage.forms import Perimetre
from pilotage.repartition import SANS_RATTACHEMENT
from pilotage.tableau import compute_tableau
from tests.factories import AxeFactory, DispositifFactory, EcritureFactory, OperationFactory
from tests.pilotage.donnees import enveloppe, enveloppe_a_tranches

pytestmark = pytest.mark.django_db


@pytest.fixture
def suivre(client, lecteur_etat):
    """Follow a link; return the number of operations and the amount that its list gives, or all it lists."""

    def suivre(url, nombre=False):
        client.force_login(lecteur_etat)
        reponse = client.get(url)
        assert reponse.status_code == 200, url
        if nombre:
            return reponse.context["nombre"]
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


def test_every_amount_of_the_breakdown_opens_its_operations(accord, remplir, suivre):
    fse, tm = accord.enveloppes.get(code="FSE_CD62"), accord.enveloppes.get(code="FSE_TM")
    OperationFactory(enveloppe=fse, programmee=True)  # names nothing
    ailleurs = DispositifFactory(enveloppe=accord.enveloppes.get(code="FTJ_CD62"))
    OperationFactory(enveloppe=fse, programmee=True, dispositif=ailleurs)  # names a measure of another fund
    axe = accord.axestrategiques.get()
    OperationFactory(enveloppe=tm, programmee=True, axe=axe, dispositif=ailleurs)  # an axis, but a measure first

    tableau = compute_tableau(accord, Perimetre(au=dt.date(2026, 6, 30)))
    lignes = [ligne for groupe in tableau.groupes for ligne in (*groupe.lignes, groupe.total)]
    vides = [ligne.ligne.libelle for ligne in lignes if not ligne.ligne.operations]
    assert (len(lignes), vides) == (9, [ailleurs.libelle])
    assert [x.ligne.operations for x in lignes if x.ligne.libelle == SANS_RATTACHEMENT] == [2, 1]
    for ligne in lignes:
        assert suivre(ligne.urls["programme"])[0] == ligne.ligne.operations
        for nature, url in ligne.urls.items():
            assert suivre(url)[1] == ligne.ligne.montants[nature], url


def test_shares_of_neighbourhoods_open_what_is_known_and_what_is_not(accord, remplir, suivre):
    fse = accord.enveloppes.get(code="FSE_CD62")
    OperationFactory(enveloppe=fse, programmee=True, ue=Decimal("400.00"), part_qpv_declaree=Decimal("0.2500"))
    OperationFactory(enveloppe=fse, programmee=True, ue=Decimal("100.00"), part_qpv_declaree=Decimal("0.0000"))

    section, *_ = compute_tableau(accord, Perimetre(au=dt.date(2026, 6, 30))).sections
    for objet, qpv in [(section, section.qpv), *((c, c.situation.part_qpv) for c in section.cartes)]:
        assert suivre(objet.urls_qpv["saisie"])[1] == qpv.denominateur
        assert suivre(objet.urls_qpv["inconnue"])[1] == qpv.part_inconnue
    assert suivre(section.cartes[0].urls_qpv["saisie"]) == (2, Decimal("500.00"))


@time_machine.travel(dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC))
def test_alert_of_a_wait_opens_the_files_it_counts(accord, lecteur_etat, suivre):
    fse = enveloppe(accord)
    accord.parametres.create(
        code="recevabilite_delai_jours",
        libelle="Délai",
        sujet="Étapes",
        valeur="30",
        unite="jours",
        valide_du=dt.date(2021, 1, 1),
        source="essai",
    )
    for jour in (29, 30, 31, 60):
        depuis = dt.date(2026, 6, 30) - dt.timedelta(days=jour)
        OperationFactory(enveloppe=fse, deposee_le=depuis, statut_depuis_le=depuis)

    tableau = compute_tableau(accord, Perimetre(au=dt.date(2026, 6, 30)))
    (alerte,) = alertes_attente(accord, dt.date(2026, 6, 30), tableau.liens)
    assert alerte.titre.startswith("2\u00a0demandes")
    assert suivre(alerte.url, nombre=True) == 2


def test_delay_opens_the_operations_it_measures(accord, client, lecteur_etat, suivre):
    fse = enveloppe(accord)
    for jour in (dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 1)):
        OperationFactory(enveloppe=fse, recevable=True, deposee_le=dt.date(2025, 1, 1), recevable_le=jour)
    OperationFactory(enveloppe=enveloppe(accord, "FSE_TM"), recevable=True)

    client.force_login(lecteur_etat)
    page = client.get(
        reverse("pilotage:tableau_de_bord", args=[accord.slug]), {"au": "2026-06-30", "organisme": "CD62"}
    )
    nombres = [(ligne["delai"].nombre, suivre(ligne["url"], nombre=True)) for ligne in page.context["delais"]]
    assert nombres == [(2, 2), *[(0, 0)] * 5]


@time_machine.travel(dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC))
def test_what_changed_opens_what_was_written_even_when_it_cancels_out(accord, client, lecteur_etat, suivre):
    fse = enveloppe(accord)
    with a_l_instant(dt.datetime(2026, 5, 30, 12, tzinfo=dt.UTC)):
        OperationFactory(enveloppe=fse, programmee=True)
        retiree = OperationFactory(enveloppe=fse, programmee=True, ue=Decimal("300.00"))
    EcritureFactory(operation=retiree, montant=Decimal("-100.00"))
    for _ in range(2):
        EcritureFactory(operation=OperationFactory(enveloppe=fse, programmee=True), montant=Decimal("-600.00"))

    client.force_login(lecteur_etat)
    page = client.get(reverse("pilotage:accueil", args=[accord.slug]))
    groupes = {g.titre: g for section in page.context["sections"] for g in section.groupes}
    (ligne,) = groupes["FSE+, CD62"].lignes
    assert (ligne.texte, ligne.valeur) == (
        "3\u00a0opérations, dont 2 au solde nul",
        format_euros(Decimal("-100.00")),
    )
    assert suivre(ligne.url) == (3, Decimal("-100.00"))


def test_every_tranche_opens_the_list_that_sums_to_it(accord, remplir, suivre):
    carte = compute_tableau(accord, Perimetre(au=dt.date(2026, 6, 30))).cartes[0]
    for tranche, _, url in carte.tranches:
        assert suivre(url)[1] == tranche.montants["programme"]
