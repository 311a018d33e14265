"""The CSV of operations, opened and read cell by cell."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from operations.exports import COLONNES
from tests.factories import EnveloppeFactory, OperationFactory, StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def exporter(client, **filtres):
    response = client.get(reverse("operations:export_csv", args=["essai-2021-2027"]), filtres)
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

    assert list(ligne) == COLONNES
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
    assert [ligne[c] for c in ("ue_instruit", "cout_total_eligible", "part_qpv_declaree", "appel")] == [""] * 4


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
