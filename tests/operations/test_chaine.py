"""The chain of an operation on its synthesis, and the lines of the ledger that prove each stage."""

from decimal import Decimal

import pytest
from django.urls import reverse

from operations.enums import Statut
from operations.jauges import build_jauge_operation
from operations.models import Ecriture, Operation
from tests.factories import EcritureFactory, EnveloppeFactory, OperationFactory, PlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(accord, gestionnaire):
    operation = OperationFactory(
        enveloppe=EnveloppeFactory(accord=accord), programmee=True, ue=Decimal("600.00"), ue__cout=Decimal("1000.00")
    )
    PlanFactory(operation=operation, version="conventionne", ue=Decimal("500.00"))
    for nature, montant in [("conventionne", "500.00"), ("declare", "200.00"), ("paye", "150.00"), ("paye", "-30.00")]:
        EcritureFactory(operation=operation, nature=nature, montant=Decimal(montant))
    Operation.objects.update(statut=Statut.EN_EXECUTION)
    return operation


def test_after_the_contract_each_stage_of_the_ledger_is_measured_against_it(operation):
    lue = Operation.objects.for_list().get()

    jauge = build_jauge_operation(lue, url_plan="/plan", url_ecritures=lambda nature: f"?nature={nature}")

    assert jauge.notifie == Decimal("500.00")
    assert [(e.libelle, e.montant, e.url) for e in jauge.etapes] == [
        ("Programmé", Decimal("600.00"), "?nature=programme"),
        ("Conventionné", Decimal("500.00"), "?nature=conventionne"),
        ("Déclaré", Decimal("200.00"), "?nature=declare"),
        ("Retenu", Decimal("0.00"), "?nature=retenu"),
        ("Certifié", Decimal("0.00"), "?nature=certifie"),
        ("Payé", Decimal("120.00"), "?nature=paye"),
    ]


def test_a_figure_opens_exactly_its_lines_and_their_sum(client, gestionnaire, operation):
    client.force_login(gestionnaire)
    url = reverse("operations:journal", args=[operation.accord.slug, operation.numero])

    payees = client.get(url, {"nature": "paye"})
    toutes = client.get(url)
    inconnue = client.get(url, {"nature": "autre"})

    assert [e.montant for e in payees.context["ecritures"]] == [Decimal("150.00"), Decimal("-30.00")]
    assert payees.context["totaux"] == [{"libelle": "Payé", "montant": Decimal("120.00")}]
    assert [t["libelle"] for t in toutes.context["totaux"]] == ["Programmé", "Conventionné", "Déclaré", "Payé"]
    assert len(toutes.context["ecritures"]) == len(inconnue.context["ecritures"]) == Ecriture.objects.count()


def test_a_stage_that_nothing_reached_says_what_will_come(client, gestionnaire, operation):
    client.force_login(gestionnaire)

    page = client.get(
        reverse("operations:journal", args=[operation.accord.slug, operation.numero]), {"nature": "certifie"}
    )

    assert "Aucune écriture de cette étape" in page.content.decode()
