"""The sheet of a contract, drawn then read back: what it says, its tags, what it must hold to be accessible."""

import datetime as dt
import io
import subprocess

import pdfua
import pikepdf
import pytest
import time_machine
from django.urls import reverse

from accord.pdf import count_pages
from tests import contrats
from tests.factories import EnveloppeFactory, ParametreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(accord, responsable):
    ParametreFactory(accord=accord, code="conservation_annees", valeur="5")
    ParametreFactory(accord=accord, code="bilan_final_delai_mois", valeur="6")
    return contrats.amendee(EnveloppeFactory(accord=accord), responsable, fin=dt.date(2027, 3, 31))


def lire(octets: bytes) -> str:
    return " ".join(lire_pages(octets))


def lire_pages(octets: bytes) -> list[str]:
    sortie = subprocess.run(["pdftotext", "-", "-"], input=octets, capture_output=True, check=True)
    return [" ".join(page.split()) for page in sortie.stdout.decode().split("\f")]


def test_the_sheet_says_the_contract_as_amended(client, responsable, operation, tmp_path):
    client.force_login(responsable)
    with time_machine.travel(dt.datetime(2026, 7, 8, 10, tzinfo=dt.UTC), tick=False):
        response = client.get(reverse("operations:convention_pdf", args=[operation.accord.slug, operation.numero]))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="convention-{operation.numero}.pdf"'
    texte = lire(response.content)
    for attendu in [
        operation.intitule,
        "Organisme CD62",
        operation.structure.nom,
        "du 1er janvier 2026 au 31 mars 2027",
        "700,00 €, 70,00 % du coût total",
        "Commission permanente du 1er avril 2026",
        "Autofinancement",
        "Un lot",
        "Fin de la période portée au 31 mars 2027",
        "+ 100,00 €",
        "30 septembre 2027",
        "Les pièces se conservent 5 ans",
        "Pour le bénéficiaire",
        "Cofinancé par l’Union européenne",
        "État au 8 juillet 2026",
        "page 1 / ",
    ]:
        assert attendu in texte
    assert count_pages(response.content) <= 3

    chemin = tmp_path / "convention.pdf"
    chemin.write_bytes(response.content)
    assert [constat.rule_id for constat in pdfua.validate(chemin).findings] == []
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.MarkInfo.Marked


def test_the_sheet_says_the_conditions_of_the_decision(client, responsable, operation):
    condition = {
        "texte": "Attestation de la Région",
        "echeance_le": dt.date(2026, 9, 30),
        "preuve_attendue": "Le courrier",
    }
    operation.decisions.get().conditions.create(**condition)
    client.force_login(responsable)

    pdf = client.get(reverse("operations:convention_pdf", args=[operation.accord.slug, operation.numero])).content

    texte = lire(pdf)
    for attendu in ["Conditions de la décision", "Attestation de la Région", "Le courrier", "30 sept. 2026", "à lever"]:
        assert attendu in texte
    signatures = next(page for page in lire_pages(pdf) if "Pour le bénéficiaire" in page)
    assert "Engagements" in signatures


def test_without_a_contract_the_sheet_leads_to_its_tab(client, responsable, accord):
    operation = contrats.programmee(EnveloppeFactory(accord=accord), responsable)
    client.force_login(responsable)
    adresse = [operation.accord.slug, operation.numero]
    response = client.get(reverse("operations:convention_pdf", args=adresse))
    assert response["Location"] == reverse("operations:convention", args=adresse)
