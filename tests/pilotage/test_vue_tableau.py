"""The dashboard page: who reads it, what it says, how many queries it takes."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from comptes.enums import Role
from comptes.horloge import a_l_instant
from operations.situation import compute_situation
from tests.factories import ORGANISME_DU_ROLE, EcritureFactory, MouvementFactory, OperationFactory, habilite
from tests.pilotage.donnees import enveloppe, enveloppe_a_tranches

pytestmark = pytest.mark.django_db
ROLES = list(ORGANISME_DU_ROLE.items())
INSECABLE, FINE = "\u00a0", "\u202f"


def adresse(accord, **parametres):
    return reverse("pilotage:tableau_de_bord", args=[accord.slug], query=parametres or None)


@pytest.fixture
def texte(client, lecteur_etat, accord):
    def lire(**parametres):
        client.force_login(lecteur_etat)
        reponse = client.get(adresse(accord, **parametres))
        assert reponse.status_code == 200
        return reponse.content.decode()

    return lire


@pytest.mark.parametrize(("role", "organisme"), ROLES)
def test_every_role_reads_the_dashboard_and_its_export(client, accord, role, organisme):
    OperationFactory(enveloppe=enveloppe(accord), programmee=True, ue=Decimal("765.50"))
    client.force_login(habilite(role, organisme))

    page = client.get(adresse(accord))
    assert page.status_code == 200
    assert f"765,50{INSECABLE}€" in page.content.decode()
    assert client.get(reverse("pilotage:export_csv", args=[accord.slug])).status_code == 200


@pytest.mark.parametrize(
    ("role", "organisme", "listes", "fonds"),
    [
        (Role.AGD, "DREETS_HDF", True, True),
        (Role.GESTIONNAIRE, "CD62", True, True),
        (Role.SECRETAIRE, "CD62", True, False),
        (Role.PLIE, "PLIE_LENS_LIEVIN", False, False),
        (Role.ADMINISTRATEUR, "CD62", False, False),
    ],
)
def test_figures_lead_to_the_lists_that_each_role_may_open(client, accord, role, organisme, listes, fonds):
    enveloppe(accord)
    client.force_login(habilite(role, organisme))

    page = client.get(adresse(accord)).content.decode()
    for nom, ouvert in [("operations:liste", listes), ("operations:fonds", fonds)]:
        url = reverse(nom, args=[accord.slug])
        assert (f'href="{url}?' in page) is ouvert, nom
        if ouvert:
            assert client.get(url).status_code == 200


def test_another_agreement_is_a_404_and_nobody_signs_in_first(client, accord):
    assert client.get(adresse(accord)).status_code == 302

    client.force_login(habilite(Role.GESTIONNAIRE, "AILLEURS"))
    assert client.get(adresse(accord)).status_code == 404


def test_page_shows_rates_with_their_terms(texte, accord):
    OperationFactory(enveloppe=enveloppe(accord), programmee=True, ue=Decimal("765.45"))

    page = texte(au="2026-06-30")
    assert f"76,55{FINE}%" in page  # 0.76545 is 0.7655, half up
    assert f"1{FINE}000,00{INSECABLE}€" in page
    assert f"234,55{INSECABLE}€" in page
    assert f"au 30{INSECABLE}juin{INSECABLE}2026" in page


def test_figure_links_to_its_list_at_its_date(texte, accord):
    enveloppe(accord)

    page = texte(au="2026-06-30")
    assert f"/{accord.slug}/operations/?enveloppe=FSE_CD62&amp;nature=paye&amp;au=2026-06-30" in page
    assert f"/{accord.slug}/enveloppes/FSE_CD62/?au=2026-06-30" in page


@pytest.mark.parametrize("mauvaise", ["abc", "2026-02-30", "9999-12-31"])
def test_bad_date_is_said_beside_its_field_and_today_is_shown(texte, accord, mauvaise):
    OperationFactory(enveloppe=enveloppe(accord), programmee=True, programmee_le=dt.date(2026, 4, 1))

    with time_machine.travel(dt.datetime(2026, 7, 8, 10, tzinfo=dt.UTC), tick=False):
        page = texte(au=mauvaise)
    assert 'id="id_au_error"' in page
    assert "Donnez une date qui existe" in page or "Choisissez une date entre 2000 et 2099." in page
    assert "<b>Chiffres d’aujourd’hui.</b>" in page
    assert f"Situation au 8{INSECABLE}juillet{INSECABLE}2026" in page
    assert f"600,00{INSECABLE}€" in page


def test_export_refuses_a_date_that_does_not_exist(client, lecteur_etat, accord):
    enveloppe(accord)
    client.force_login(lecteur_etat)

    for nom in ("au", "reference", "connu_le", "reference_connue_le"):
        refus = client.get(reverse("pilotage:export_csv", args=[accord.slug]), {nom: "2026-02-30"})
        assert refus.status_code == 400
        assert "Donnez une date qui existe" in refus.content.decode()


def test_notifications_recorded_later_are_said(texte, accord):
    e = enveloppe(accord, montant="0")
    with a_l_instant(dt.datetime(2026, 7, 8, 10, tzinfo=dt.UTC)):
        MouvementFactory(enveloppe=e)

    phrase = f"Les notifications ont été enregistrées le 8{INSECABLE}juillet{INSECABLE}2026"
    assert phrase in texte(au="2026-06-30", connu_le="2026-07-07")
    assert phrase not in texte(au="2026-06-30", connu_le="2026-07-08")
    assert phrase not in texte(au="2021-12-31", connu_le="2026-07-07")  # not in force yet: nothing to explain


def test_gauge_says_the_amount_of_the_comparison_date_and_what_moved(texte, accord):
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, programmee=True, programmee_le=dt.date(2025, 6, 1), ue=Decimal("100.00"))
    OperationFactory(enveloppe=e, programmee=True, ue=Decimal("50.25"))

    page = texte(au="2026-06-30", reference="2025-12-31")
    avant = f"31{INSECABLE}déc.{INSECABLE}2025{INSECABLE}: "
    assert f"{avant}100,00{INSECABLE}€<br>écart{INSECABLE}: +{INSECABLE}50,25{INSECABLE}€" in page  # programmed
    assert f"{avant}900,00{INSECABLE}€<br>écart{INSECABLE}: \u221250,25{INSECABLE}€" in page  # available
    assert f"{avant}inchangé" in page  # notified
    assert "<br>écart" not in texte(au="2026-06-30")


def test_export_holds_the_figures_of_the_comparison_date(client, lecteur_etat, accord):
    OperationFactory(enveloppe=enveloppe(accord), programmee=True, ue=Decimal("100.00"))
    client.force_login(lecteur_etat)

    def lire(**parametres):
        reponse = client.get(reverse("pilotage:export_csv", args=[accord.slug]), {"au": "2026-06-30", **parametres})
        lignes = csv.DictReader(io.StringIO(reponse.content.decode("utf-8-sig")), delimiter=";")
        return {(x["niveau"], x["mesure"]): x for x in lignes}

    lignes = lire(reference="2026-03-31")
    noms = ("montant", "reference", "montant_reference")
    assert [lignes["enveloppe", "programme"][nom] for nom in noms] == ["100.00", "2026-03-31", "0.00"]
    assert lignes["enveloppe", "operations"]["nombre_reference"] == "0"
    assert lignes["enveloppe", "taux_programmation"]["taux_reference"] == "0.0000"
    assert lignes["sans_rattachement", "programme"]["montant_reference"] == ""  # did not exist that day
    connue = lire(reference_connue_le="2025-01-01")["enveloppe", "programme"]
    assert [connue[nom] for nom in (*noms, "reference_connue_le")] == ["100.00", "2026-06-30", "0.00", "2025-01-01"]
    assert lire()["enveloppe", "programme"]["montant_reference"] == ""


def test_before_the_notification_the_page_says_so(texte, accord):
    enveloppe(accord)

    page = texte(au="2021-12-31")
    assert "Rien n’était notifié à cette date" in page
    assert "non calculable" in page


def test_notice_says_what_is_provisional_fund_by_fund(texte, accord):
    fse, ftj = enveloppe(accord), enveloppe(accord, "FTJ_CD62")
    premiere = OperationFactory(enveloppe=fse, programmee=True)
    OperationFactory(enveloppe=ftj, programmee=True)
    assert "aucun conventionnement, aucune dépense ni aucun paiement" in texte(au="2026-06-30")

    EcritureFactory(operation=premiere, nature="declare", montant=Decimal("500.00"))
    EcritureFactory(operation=premiere, nature="retenu", montant=Decimal("380.00"))
    page = texte(au="2026-06-30")
    assert f"120,00{INSECABLE}€ déclarés en FSE+ attendent leur contrôle de service fait" in page
    assert "en FTJ, rien n’est encore enregistré après la programmation" in page


def test_over_programmed_envelope_is_beyond_and_alerted(texte, accord):
    OperationFactory(enveloppe=enveloppe(accord, montant="500.00"), programmee=True, ue=Decimal("600.00"))

    page = texte(au="2026-06-30")
    assert "Surprogrammé de" in page
    assert "Au-delà" in page
    assert f"Surprogrammation du FSE+ (CD62){INSECABLE}: 100,00{INSECABLE}€" in page


def test_comparison_and_knowledge_dates_are_said(texte, accord):
    enveloppe(accord)

    page = texte(au="2026-06-30", reference="2025-12-31", connu_le="2026-07-08")
    assert f"comparée au 31{INSECABLE}décembre{INSECABLE}2025" in page
    assert f"tel que connu le 8{INSECABLE}juillet{INSECABLE}2026" in page  # recorded since: unknown that day


def test_page_repeats_the_situation_after_a_movement(texte, accord):
    e = enveloppe_a_tranches(accord)
    MouvementFactory(enveloppe=e, nature="abondement", montant=Decimal("50.25"), date_effet=dt.date(2026, 1, 1))

    situation = compute_situation(accord, au=dt.date(2026, 6, 30)).enveloppe("FSE_CD62")
    assert (situation.notifie, situation.notifie_initial) == (Decimal("1050.25"), Decimal("1000.00"))
    page = texte(au="2026-06-30")
    assert f"1{FINE}050,25{INSECABLE}€" in page
    assert f"Notifié initial{INSECABLE}: 1{FINE}000,00{INSECABLE}€" in page


@pytest.mark.parametrize("nombre", [1, 3])
def test_query_count_does_not_depend_on_what_the_base_holds(
    client, lecteur_etat, accord, nombre, django_assert_num_queries
):
    for code in ["FSE_CD62", "FSE_TM", "FTJ_CD62"][:nombre]:
        operation = OperationFactory(enveloppe=enveloppe(accord, code), programmee=True)
        EcritureFactory(operation=operation, nature="declare", montant=Decimal("1.00"))
    client.force_login(lecteur_etat)
    client.get(adresse(accord))  # the session is written once
    with django_assert_num_queries(66):
        reponse = client.get(adresse(accord))
    assert len(reponse.context["tableau"].cartes) == nombre


def test_scope_without_envelope_says_so_and_alerts_of_nothing(texte, accord):
    for code in ["FSE_CD62", "FTJ_CD62"]:
        enveloppe(accord, code)
    enveloppe(accord, "FSE_TM")

    page = texte(organisme="TM", fonds="FTJ")
    assert "Aucune enveloppe dans ce périmètre" in page
    assert "Rien n’était notifié" not in page


def test_nothing_is_exceeded_before_the_notification(texte, accord):
    e = enveloppe_a_tranches(accord)
    operation = OperationFactory(enveloppe=e, instruite=True)
    EcritureFactory(operation=operation, tranche=e.tranches.first(), date_effet=dt.date(2021, 6, 1))

    page = texte(au="2021-12-31")
    assert "Surprogrammation" not in page
    assert "est dépassée" not in page
    assert "Au-delà" not in page
