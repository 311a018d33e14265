"""The CSV of operations, opened and read cell by cell."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from comptes.lecture import lire_tableau
from operations.exports import COLONNES, COLONNES_ECRITURES
from tests.factories import EcritureFactory, EnveloppeFactory, OperationFactory, StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def exporter(client, **filtres):
    response = client.get(reverse("operations:export_operations_csv", args=["essai-2021-2027"]), filtres)
    octets = b"".join(response.streaming_content)
    assert octets.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_file_holds_what_is_filtered_with_points_and_iso_dates(client, gestionnaire, enveloppe):
    OperationFactory(
        enveloppe=enveloppe,
        programmee=True,
        numero="2026-1",
        intitule="Levée des freins ; mobilité",
        ue=Decimal("31592507.00"),
        part_qpv_declaree=Decimal("0.1250"),
    )
    OperationFactory(enveloppe=enveloppe, numero="2026-2")
    client.force_login(gestionnaire)

    (ligne,) = exporter(client, statut="programmee")

    assert list(ligne) == list(COLONNES)
    attendu = {
        "numero": "2026-1",
        "intitule": "Levée des freins ; mobilité",
        "fonds": "FSE_PLUS",
        "statut": "Programmée",
        "programmee_le": "2026-04-01",
        "ue_programme": "31592507.00",
        "cout_total_eligible": "31592507.00",
        "part_qpv_declaree": "0.1250",
        "lecture": "complète",
    }
    assert {cle: ligne[cle] for cle in attendu} == attendu


def test_who_reads_the_summary_exports_the_summary(client, gestionnaire_tm, enveloppe):
    OperationFactory(enveloppe=enveloppe, instruite=True)
    client.force_login(gestionnaire_tm)

    (ligne,) = exporter(client)

    assert (ligne["lecture"], ligne["ue_demande"]) == ("résumé", "600.00")
    vides = ("ue_instruit", "ue_declare", "ue_paye", "cout_total_eligible", "part_qpv_declaree", "appel")
    assert [ligne[c] for c in vides] == [""] * 6


def test_the_figure_of_a_stage_is_left_out_of_a_summary(client, gestionnaire, gestionnaire_tm, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    EcritureFactory(operation=operation, nature="retenu", montant=Decimal("180.05"))
    colonne = "retenu_au_2026-06-30"

    for personne, retenu in [(gestionnaire, "180.05"), (gestionnaire_tm, "")]:
        client.force_login(personne)
        (ligne,) = exporter(client, nature="retenu", au="2026-06-30")
        assert ligne[colonne] == retenu
        (ligne,) = exporter(client, nature="programme", au="2026-06-30")
        assert ligne["programme_au_2026-06-30"] == "600.00"


def test_every_stage_of_the_euro_is_exported(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    for nature, montant in [("conventionne", "590.00"), ("declare", "200.10"), ("retenu", "180.05"), ("paye", "90.00")]:
        EcritureFactory(operation=operation, nature=nature, montant=Decimal(montant))
    EcritureFactory(operation=operation, nature="declare", montant=Decimal("-0.10"))
    client.force_login(gestionnaire)
    stages = ("ue_programme", "ue_conventionne", "ue_declare", "ue_retenu", "ue_certifie", "ue_paye")

    (ligne,) = exporter(client)
    assert [ligne[nom] for nom in stages] == ["600.00", "590.00", "200.00", "180.05", "0.00", "90.00"]
    (ligne,) = ouvrir(client, "operations", "xlsx")
    assert [ligne[COLONNES[nom]] for nom in stages] == [600, 590, 200, 180.05, 0, 90]


def test_a_figure_is_exported_with_its_own_column(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, programmee=True, ue=Decimal("600.01"))
    OperationFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire)

    (ligne,) = exporter(client, nature="programme", au="2026-06-30")

    assert ligne["programme_au_2026-06-30"] == "600.01"


def test_a_dangerous_title_comes_out_quoted(client, gestionnaire, enveloppe):
    structure = StructureFactory(accord=enveloppe.accord, nom="@cmd")
    OperationFactory(enveloppe=enveloppe, intitule='=HYPERLINK("x")', structure=structure)
    client.force_login(gestionnaire)

    (ligne,) = exporter(client)

    assert (ligne["intitule"], ligne["beneficiaire"]) == ('\'=HYPERLINK("x")', "'@cmd")


@pytest.mark.parametrize("item_count", [1, 3])
def test_export_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    OperationFactory.create_batch(item_count, enveloppe=enveloppe)
    client.force_login(gestionnaire)
    with django_assert_num_queries(7):
        assert len(exporter(client)) == item_count


def test_each_amount_of_another_day_says_its_day(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, programmee=True, ue=Decimal("600.01"))
    client.force_login(gestionnaire)

    (ligne,) = exporter(client, au="2026-06-30", connu_le="2099-01-01")

    assert "ue_programme" not in ligne
    assert ligne[f"ue_programme_au_{timezone.localdate().isoformat()}"] == "600.01"
    assert ligne["programme_au_2026-06-30_connu_le_2099-01-01"] == "600.01"
    assert ligne[f"ue_paye_au_{timezone.localdate().isoformat()}"] == "0.00"
    (ligne,) = ouvrir(client, "operations", "ods", au="2026-06-30", connu_le="2099-01-01")
    assert ligne["Programmé au 30/06/2026, connu le 01/01/2099"] == 600.01


# -- workbooks and ledger lines


def ouvrir(client, nom, extension, **filtres):
    reponse = client.get(reverse(f"operations:export_{nom}_{extension}", args=["essai-2021-2027"]), filtres)
    assert reponse["Content-Disposition"].endswith(f'.{extension}"')
    lignes = [ligne.cellules for ligne in lire_tableau(b"".join(reponse.streaming_content))]
    return [dict(zip(lignes[0], ligne, strict=True)) for ligne in lignes[1:]]


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_a_workbook_holds_dates_and_amounts_not_texts(client, gestionnaire, enveloppe, extension):
    OperationFactory(
        enveloppe=enveloppe,
        programmee=True,
        numero="2026-1",
        intitule="=1+1",
        ue=Decimal("31592507.01"),
        part_qpv_declaree=Decimal("0.1250"),
    )
    OperationFactory(enveloppe=enveloppe, numero="2026-2")
    client.force_login(gestionnaire)

    (ligne,) = ouvrir(client, "operations", extension, statut="programmee")

    assert list(ligne) == list(COLONNES.values())
    attendu = {
        "numero": "2026-1",
        "intitule": "=1+1",  # a text of the sheet, not a formula
        "programmee_le": dt.date(2026, 4, 1),
        "ue_programme": 31592507.01,
        "part_qpv_declaree": 0.125,
        "appel": "",
    }
    assert {cle: ligne[COLONNES[cle]] for cle in attendu} == attendu


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_the_ledger_lines_of_what_is_filtered(client, gestionnaire, enveloppe, extension):
    programmee = OperationFactory(enveloppe=enveloppe, programmee=True, numero="2026-1")
    ecriture = programmee.ecritures.get()
    reprise = EcritureFactory(operation=programmee, montant=Decimal("-600.00"), annule=ecriture, motif="Erreur")
    OperationFactory(enveloppe=enveloppe, programmee=True, numero="2026-2")
    client.force_login(gestionnaire)

    lignes = ouvrir(client, "ecritures", extension, q="2026-1")

    typee = extension != "csv"
    assert list(lignes[0]) == list(COLONNES_ECRITURES.values() if typee else COLONNES_ECRITURES)
    lignes = [dict(zip(COLONNES_ECRITURES, ligne.values(), strict=True)) for ligne in lignes]
    assert [ligne["montant"] for ligne in lignes] == ([600.0, -600.0] if typee else ["600.00", "-600.00"])
    assert lignes[1]["date_effet"] == (reprise.date_effet if typee else reprise.date_effet.isoformat())
    assert (lignes[1]["reprend_rang"], lignes[1]["motif"]) == (ecriture.rang if typee else str(ecriture.rang), "Erreur")


def test_a_figure_exports_the_lines_that_make_it(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    EcritureFactory(operation=operation, nature="conventionne", date_effet=dt.date(2026, 5, 1))
    client.force_login(gestionnaire)

    lignes = ouvrir(client, "ecritures", "csv", nature="programme", au="2026-06-30")

    assert [ligne["nature"] for ligne in lignes] == ["programme"]


def test_ledger_lines_are_those_of_the_files_that_the_person_reads(client, gestionnaire_tm, lecteur_etat, enveloppe):
    tm = EnveloppeFactory(accord=enveloppe.accord, organisme__code="TM")
    OperationFactory(enveloppe=enveloppe, programmee=True, numero="2026-1")
    OperationFactory(enveloppe=tm, programmee=True, numero="2026-2")

    def lus(personne):
        client.force_login(personne)
        return [ligne["numero"] for ligne in ouvrir(client, "ecritures", "csv")]

    assert (lus(gestionnaire_tm), lus(lecteur_etat)) == (["2026-2"], ["2026-1", "2026-2"])


@pytest.mark.parametrize("item_count", [1, 3])
def test_ledger_export_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    OperationFactory.create_batch(item_count, enveloppe=enveloppe, programmee=True)
    client.force_login(gestionnaire)
    with django_assert_num_queries(8):
        assert len(ouvrir(client, "ecritures", "csv")) == item_count


def test_unreadable_dates_export_nothing(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    for nom in ("operations_ods", "ecritures_csv"):
        reponse = client.get(reverse(f"operations:export_{nom}", args=["essai-2021-2027"]), {"au": "2026-02-30"})
        assert (reponse.status_code, "Rien n’est exporté" in reponse.content.decode()) == (400, True)
