"""What the dashboard computes: the situation, fund by fund, and its breakdown."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine

from operations.enums import NatureEcriture
from operations.situation import NATURES, compute_situation
from pilotage.exports import build_csv
from pilotage.forms import Perimetre, PerimetreForm
from pilotage.liens import Liens
from pilotage.repartition import SANS_RATTACHEMENT, compute_repartition
from pilotage.tableau import compute_tableau
from tests.factories import AxeFactory, DispositifFactory, EcritureFactory, OperationFactory, TrancheFactory
from tests.pilotage.donnees import enveloppe, enveloppe_a_tranches

pytestmark = pytest.mark.django_db
AU = dt.date(2026, 6, 30)


def tableau(accord, **perimetre):
    return compute_tableau(accord, Perimetre(**{"au": AU, **perimetre}))


def test_gauge_shows_the_situation_to_the_cent(accord):
    operation = OperationFactory(enveloppe=enveloppe(accord), programmee=True, ue=Decimal("600.01"))
    for rang, nature in enumerate(NATURES[1:], start=1):
        EcritureFactory(operation=operation, nature=nature, montant=Decimal("600.00") - rang)

    carte = tableau(accord).cartes[0]
    lignes = [(ligne.libelle, ligne.montant) for ligne in carte.jauge.lignes]
    attendu = compute_situation(accord, au=AU).enveloppe("FSE_CD62")
    assert lignes == [
        ("Notifié", Decimal("1000.00")),
        *((NatureEcriture(nature).label, attendu.montants[nature]) for nature in NATURES),
        ("Disponible", Decimal("399.99")),
    ]
    assert lignes[1] == ("Programmé", Decimal("600.01"))


def test_two_funds_never_share_a_sum(accord):
    for code, ue in [("FSE_CD62", "100.00"), ("FSE_TM", "20.00"), ("FTJ_CD62", "3.00")]:
        OperationFactory(enveloppe=enveloppe(accord, code), programmee=True, ue=Decimal(ue))

    sections = {s.fonds.code: s for s in tableau(accord).sections}
    assert sections["FSE_PLUS"].programmation.numerateur == Decimal("120.00")
    assert sections["FSE_PLUS"].notifie == Decimal("2000.00")
    assert sections["FTJ"].programmation.numerateur == Decimal("3.00")
    assert [part.valeur for _, _, part in sections["FSE_PLUS"].parts] == [Decimal("0.5000"), Decimal("0.5000")]


def test_scope_keeps_one_body_or_one_fund(accord):
    for code in ["FSE_CD62", "FSE_TM", "FTJ_CD62"]:
        enveloppe(accord, code)

    def codes(**perimetre):
        return [c.enveloppe.code for c in tableau(accord, **perimetre).cartes]

    assert codes() == ["FSE_CD62", "FSE_TM", "FTJ_CD62"]
    assert codes(organisme="TM") == ["FSE_TM"]
    assert codes(fonds="FTJ") == ["FTJ_CD62"]


def test_over_programmed_envelope_says_beyond(accord):
    OperationFactory(enveloppe=enveloppe(accord, montant="599.99"), programmee=True, ue=Decimal("600.00"))

    carte = tableau(accord).cartes[0]
    derniere = carte.jauge.lignes[-1]
    assert (carte.depassement, derniere.libelle, derniere.montant) == (Decimal("0.01"), "Au-delà", Decimal("0.01"))


def test_before_the_notification_nothing_is_notified(accord):
    enveloppe(accord)

    avant = tableau(accord, au=dt.date(2021, 12, 31))
    assert avant.rien_de_notifie
    assert avant.cartes[0].jauge.est_notifiee is False
    assert tableau(accord, au=dt.date(2022, 1, 1)).rien_de_notifie is False


def test_full_tranche_is_an_alert_and_a_planned_one_in_use_too(accord):
    e = enveloppe_a_tranches(accord)
    premiere, seconde = e.tranches.order_by("ordre")
    operation = OperationFactory(enveloppe=e, instruite=True)
    EcritureFactory(operation=operation, tranche=premiere, montant=Decimal("700.00"))
    carte = tableau(accord).cartes[0]
    assert (carte.alerte, carte.phrase) == (False, "Reste 0,00\u00a0€ sur la tranche T1.")

    EcritureFactory(operation=operation, tranche=premiere, montant=Decimal("0.01"))
    carte = tableau(accord).cartes[0]
    assert (carte.alerte, carte.phrase) == (True, "La tranche T1 est dépassée de 0,01\u00a0€.")

    EcritureFactory(operation=operation, tranche=premiere, montant=Decimal("-0.01"))
    EcritureFactory(operation=operation, tranche=seconde, montant=Decimal("5.00"))
    carte = tableau(accord).cartes[0]
    assert (carte.alerte, carte.phrase) == (
        True,
        "5,00\u00a0€ sont programmés sur la tranche T2, qui n’est pas ouverte.",
    )
    assert [(t.montant, taux.valeur) for t, taux, _ in carte.tranches] == [
        (Decimal("700.00"), Decimal("1.0000")),
        (Decimal("300.00"), Decimal("0.0167")),
    ]


def test_tranche_in_hypothesis_is_said_and_not_drawn(accord):
    e = enveloppe(accord, "FTJ_CD62")
    TrancheFactory(enveloppe=e, est_hypothese=True)

    carte = tableau(accord).cartes[0]
    assert carte.tranches_en_hypothese
    assert carte.jauge.tranches == []


def test_comparison_reads_the_figures_of_the_other_date(accord):
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, programmee=True, programmee_le=dt.date(2025, 12, 31), ue=Decimal("100.00"))
    OperationFactory(enveloppe=e, programmee=True, programmee_le=dt.date(2026, 1, 1), ue=Decimal("50.00"))

    etape = tableau(accord, reference=dt.date(2025, 12, 31)).cartes[0].jauge.etapes[0]
    assert (etape.montant, etape.comparaison) == (Decimal("150.00"), Decimal("100.00"))
    assert tableau(accord).cartes[0].jauge.etapes[0].comparaison is None


def test_links_carry_stage_envelope_and_dates(accord):
    enveloppe(accord)

    jauge = tableau(accord, connu_le=dt.date(2026, 7, 8)).cartes[0].jauge
    assert jauge.etapes[0].url == (
        f"/{accord.slug}/operations/?enveloppe=FSE_CD62&nature=programme&au=2026-06-30&connu_le=2026-07-08"
    )
    assert jauge.url_notifie == f"/{accord.slug}/enveloppes/FSE_CD62/?au=2026-06-30&connu_le=2026-07-08"


def test_without_the_lists_a_figure_has_no_link(accord):
    enveloppe(accord)

    jauge = compute_tableau(accord, Perimetre(au=AU), Liens(accord, AU, ouverts=False)).cartes[0].jauge
    assert {etape.url for etape in jauge.etapes} == {""}


def test_breakdown_sums_to_the_situation_whatever_an_operation_names(accord):
    fse, ftj = enveloppe(accord), enveloppe(accord, "FTJ_CD62")
    tm = enveloppe(accord, "FSE_TM")
    parent = DispositifFactory(enveloppe=fse, libelle="Parent")
    enfant = DispositifFactory(enveloppe=fse, libelle="Enfant", parent=parent)
    vide = DispositifFactory(enveloppe=fse, libelle="Vide")
    ailleurs = DispositifFactory(enveloppe=ftj, libelle="D’un autre fonds")
    axe = AxeFactory(accord=accord, libelle="Axe")
    for e, ue, rattachement in [
        (fse, "10.00", {"dispositif": parent}),
        (fse, "20.01", {"dispositif": enfant}),
        (fse, "3.00", {}),
        (fse, "4.00", {"dispositif": ailleurs}),
        (tm, "5.00", {"axe": axe}),
        (ftj, "6.00", {"dispositif": ailleurs}),
    ]:
        operation = OperationFactory(enveloppe=e, programmee=True, ue=Decimal(ue), **rattachement)
        EcritureFactory(operation=operation, nature="declare", montant=Decimal("1.00"))

    situation = compute_situation(accord, au=AU)
    repartitions = compute_repartition(situation, situation.enveloppes)
    for r in repartitions:
        assert r.total.montants == r.situation.montants
        assert r.total.operations == r.situation.operations
    lignes = [(x.libelle, x.parent, x.operations, x.montants["programme"]) for x in repartitions[0].lignes]
    assert lignes == [
        ("Parent", "", 1, Decimal("10.00")),
        ("Enfant", "Parent", 1, Decimal("20.01")),
        (vide.libelle, "", 0, Decimal("0.00")),
        (SANS_RATTACHEMENT, "", 2, Decimal("7.00")),
    ]
    assert {r.situation.enveloppe.code: r.nom for r in repartitions} == {
        "FSE_CD62": "dispositifs",
        "FSE_TM": "axes",
        "FTJ_CD62": "dispositifs",
    }


def test_breakdown_counts_programmed_operations_at_the_date(accord):
    e = enveloppe(accord)
    operation = OperationFactory(enveloppe=e, programmee=True, programmee_le=dt.date(2026, 3, 10))
    EcritureFactory(operation=operation, montant=Decimal("-600.00"), date_effet=dt.date(2026, 5, 1))

    def compte(au):
        situation = compute_situation(accord, au=au)
        return [ligne.operations for ligne in compute_repartition(situation, situation.enveloppes)[0].lignes]

    assert compte(dt.date(2026, 3, 9)) == []
    assert compte(dt.date(2026, 3, 10)) == [1]
    assert compte(dt.date(2026, 5, 1)) == [0]


def test_csv_holds_the_figures_of_the_page(accord):
    OperationFactory(enveloppe=enveloppe(accord), programmee=True, ue=Decimal("765.50"))

    texte = build_csv(tableau(accord)).decode("utf-8-sig")
    lignes = {(x["niveau"], x["mesure"]): x for x in csv.DictReader(io.StringIO(texte), delimiter=";")}
    assert lignes["enveloppe", "notifie"]["montant"] == "1000.00"
    assert lignes["enveloppe", "programme"]["montant"] == "765.50"
    assert lignes["enveloppe", "programme"]["au"] == "2026-06-30"
    taux = lignes["enveloppe", "taux_programmation"]
    assert (taux["numerateur"], taux["denominateur"], taux["taux"]) == ("765.50", "1000.00", "0.7655")
    assert lignes["enveloppe", "taux_execution"]["taux"] == "0.0000"


@pytest.mark.parametrize("texte", ["abc", "2026-02-30", "31/06/2026", "9999-12-31", "0001-01-01", "\x00"])
def test_bad_date_keeps_its_message_and_falls_back_on_today(texte):
    form = PerimetreForm({"au": texte, "fonds": ""}, enveloppes=[])

    with time_machine.travel(dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC), tick=False):  # 0 h 30 in Paris
        assert form.perimetre() == Perimetre(au=dt.date(2026, 7, 1))
    assert list(form.errors) == ["au"]
