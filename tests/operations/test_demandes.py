"""Other European money of the same legal entity: bodies and amounts, and nothing that tells the files."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from comptes.enums import Role
from operations.demandes import lire_demandes
from operations.enums import Statut
from tests.factories import (
    AccordFactory,
    EnveloppeFactory,
    FondsFactory,
    OperationFactory,
    OrganismeFactory,
    StructureFactory,
    habilite,
)

pytestmark = pytest.mark.django_db

SIEGE, AGENCE, AUTRE = "73282932000074", "73282932000082", "44306184100047"
DEBUT, FIN = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture
def enveloppes(accord):
    """FSE+ of the Département, FSE+ of the other body, FTJ of the Département."""
    tm = OrganismeFactory(code="TM")
    return [
        EnveloppeFactory(accord=accord, ordre=1),
        EnveloppeFactory(accord=accord, organisme=tm, ordre=2),
        EnveloppeFactory(accord=accord, fonds=FondsFactory(code="FTJ"), ordre=3),
    ]


def sommes(demandes):
    return [(d.organisme.code, d.fonds.code, d.ue_demande, d.ue_programme) for d in demandes]


def test_amounts_of_one_siren_are_summed_by_body_and_fund(accord, enveloppes):
    siege, agence = (StructureFactory(accord=accord, siret=siret) for siret in (SIEGE, AGENCE))
    cd, tm, ftj = enveloppes
    OperationFactory(enveloppe=cd, structure=siege, ue=Decimal("100.00"))
    OperationFactory(enveloppe=tm, structure=agence, ue=Decimal("200.10"), programmee=True)
    OperationFactory(enveloppe=tm, structure=siege, ue=Decimal("300.20"))
    OperationFactory(enveloppe=ftj, structure=siege, ue=Decimal("400.00"))
    OperationFactory(enveloppe=tm, structure=StructureFactory(accord=accord, siret=AUTRE), ue=Decimal("999.00"))

    assert sommes(lire_demandes(siege, debut=DEBUT, fin=FIN)) == [
        ("CD62", "FSE_PLUS", Decimal("100.00"), Decimal("0.00")),
        ("TM", "FSE_PLUS", Decimal("500.30"), Decimal("200.10")),
        ("CD62", "FTJ", Decimal("400.00"), Decimal("0.00")),
    ]


@pytest.mark.parametrize(
    ("debut", "fin", "compte"),
    [
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31), False),
        (dt.date(2025, 1, 1), dt.date(2026, 1, 1), True),  # one common day
        (dt.date(2026, 12, 31), dt.date(2027, 12, 31), True),
        (dt.date(2027, 1, 1), dt.date(2027, 12, 31), False),
    ],
)
def test_operations_count_when_one_day_is_common(accord, enveloppes, debut, fin, compte):
    structure = StructureFactory(accord=accord, siret=SIEGE)
    OperationFactory(enveloppe=enveloppes[1], structure=structure, debut_le=debut, fin_le=fin)

    assert bool(lire_demandes(structure, debut=DEBUT, fin=FIN)) is compte


@pytest.mark.parametrize("statut", [Statut.IRRECEVABLE, Statut.ABANDONNEE])
def test_a_demand_that_is_over_asks_for_nothing(accord, enveloppes, statut):
    structure = StructureFactory(accord=accord, siret=SIEGE)
    OperationFactory(enveloppe=enveloppes[1], structure=structure, statut=statut)

    assert lire_demandes(structure, debut=DEBUT, fin=FIN) == []


def test_without_siren_only_the_structure_itself_is_read(accord, enveloppes):
    seule, autre = StructureFactory.create_batch(2, accord=accord)
    OperationFactory(enveloppe=enveloppes[1], structure=seule, ue=Decimal("100.00"))
    OperationFactory(enveloppe=enveloppes[1], structure=autre, ue=Decimal("200.00"))

    assert sommes(lire_demandes(seule, debut=DEBUT, fin=FIN)) == [("TM", "FSE_PLUS", Decimal("100.00"), 0)]


def test_a_siren_alone_joins_its_establishments(accord, enveloppes):
    entite = StructureFactory(accord=accord, siren_declare=SIEGE[:9])
    OperationFactory(enveloppe=enveloppes[1], structure=StructureFactory(accord=accord, siret=AGENCE))

    assert sommes(lire_demandes(entite, debut=DEBUT, fin=FIN)) == [("TM", "FSE_PLUS", Decimal("600.00"), 0)]


def test_another_agreement_is_not_read(accord, enveloppes):
    structure = StructureFactory(accord=accord, siret=SIEGE)
    ailleurs = EnveloppeFactory(
        accord=AccordFactory(slug="ailleurs-2021-2027", chef_de_file=OrganismeFactory(code="AILLEURS")),
        organisme=OrganismeFactory(code="AILLEURS"),
    )
    OperationFactory(enveloppe=ailleurs, structure=StructureFactory(accord=ailleurs.accord, siret=SIEGE))

    assert lire_demandes(structure, debut=DEBUT, fin=FIN) == []


def instruire(operation):
    return reverse("operations:instruire", args=[operation.accord.slug, operation.numero])


def test_instruire_shows_bodies_and_amounts_and_nothing_of_the_files(client, accord, enveloppes):
    siege, agence = (StructureFactory(accord=accord, siret=siret) for siret in (SIEGE, AGENCE))
    lue = OperationFactory(enveloppe=enveloppes[0], structure=siege, recevable=True, ue=Decimal("10.00"))
    OperationFactory(
        enveloppe=enveloppes[1],
        structure=agence,
        numero="SECRET-77",
        intitule="Titre tu",
        ue=Decimal("4321.09"),
        programmee=True,
    )
    client.force_login(habilite(Role.GESTIONNAIRE, "CD62"))

    response = client.get(instruire(lue))

    assert sommes(response.context["demandes"]) == [("TM", "FSE_PLUS", Decimal("4321.09"), Decimal("4321.09"))]
    page = response.content.decode()
    assert "4\u202f321,09\xa0€" in page
    assert [mot for mot in ("SECRET-77", "Titre tu", agence.nom, AGENCE) if mot in page] == []


@pytest.mark.parametrize("item_count", [1, 3])
def test_instruire_query_count(client, accord, enveloppes, item_count, django_assert_num_queries):
    structure = StructureFactory(accord=accord, siret=SIEGE)
    lue = OperationFactory(enveloppe=enveloppes[0], structure=structure, recevable=True)
    for enveloppe in enveloppes:
        OperationFactory.create_batch(item_count, enveloppe=enveloppe, structure=structure)
    with django_assert_num_queries(2):
        lire_demandes(structure, debut=DEBUT, fin=FIN, sauf=lue)


def structure_page(structure):
    return reverse("operations:structure_detail", args=[structure.accord.slug, structure.pk])


def test_structure_sums_the_year_of_the_address_this_one_first(client, accord, enveloppes):
    siege, agence = (StructureFactory(accord=accord, siret=siret) for siret in (SIEGE, AGENCE))
    OperationFactory(enveloppe=enveloppes[1], structure=agence, numero="SECRET-77", ue=Decimal("4321.09"))
    client.force_login(habilite(Role.GESTIONNAIRE, "CD62"))

    for annee, attendu in [("2026", 1), ("2025", 0)]:
        response = client.get(structure_page(siege), {"annee": annee})
        assert len(response.context["demandes"]) == attendu
        assert "SECRET-77" not in response.content.decode()
    for annee in ("", "1999", "n"):
        assert client.get(structure_page(siege), {"annee": annee}).context["annee"] == timezone.localdate().year


def test_a_plie_does_not_read_what_others_ask_for(client, accord, enveloppes):
    plie = OrganismeFactory(code="PLIE_LENS_LIEVIN")
    structure = StructureFactory(accord=accord, organisme=plie, siret=SIEGE)
    OperationFactory(enveloppe=enveloppes[1], structure=StructureFactory(accord=accord, siret=AGENCE))
    client.force_login(habilite(Role.PLIE, plie))

    response = client.get(structure_page(structure))

    assert response.status_code == 200
    assert "demandes" not in response.context
