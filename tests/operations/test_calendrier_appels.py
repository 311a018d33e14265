"""The calendar of calls: which year, which bodies, and bars that end where their dates do."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from comptes.enums import Role
from operations.calendrier_appels import build_lignes, lire_part
from tests.factories import AppelFactory, EnveloppeFactory, FondsFactory, OrganismeFactory, habilite

pytestmark = pytest.mark.django_db


def url():
    return reverse("operations:appels_calendrier", args=["essai-2021-2027"])


def codes(response):
    return [ligne.appel.code for ligne in response.context["lignes"]]


@pytest.fixture
def enveloppes(accord):
    tm = OrganismeFactory(code="TM")
    return [
        EnveloppeFactory(accord=accord),
        EnveloppeFactory(accord=accord, organisme=tm),
        EnveloppeFactory(accord=accord, fonds=FondsFactory(code="FTJ")),
    ]


@pytest.mark.parametrize(
    ("jour", "part"),
    [
        (dt.date(2026, 1, 1), "0.00"),
        (dt.date(2025, 6, 1), "0.00"),
        (dt.date(2026, 1, 2), "0.27"),
        (dt.date(2027, 1, 1), "100.00"),
        (dt.date(2031, 1, 1), "100.00"),
    ],
)
def test_a_day_has_its_place_in_the_year(jour, part):
    assert lire_part(jour, 2026) == Decimal(part)


def test_bars_start_and_end_with_their_days(enveloppes):
    appel = AppelFactory(
        enveloppe=enveloppes[0],
        ouvert_le=dt.date(2026, 1, 1),
        limite_depot_le=dt.date(2026, 12, 31),
        periode_debut_le=dt.date(2026, 1, 2),
        periode_fin_le=dt.date(2029, 12, 31),
    )

    svg = build_lignes([appel], 2026, dt.date(2025, 1, 1))[0].svg

    assert re.findall(r'<rect x="([\d.]+)%" y="\d+" width="([\d.]+)%"', svg) == [("0.27", "99.73"), ("0.00", "100.00")]
    assert not re.search(r"(class|style)=", svg)


@pytest.mark.parametrize(
    ("ouvert", "limite", "periode_fin", "annees"),
    [
        (dt.date(2026, 12, 31), dt.date(2027, 1, 1), None, ["2026", "2027"]),
        (dt.date(2026, 1, 1), dt.date(2026, 12, 31), None, ["2026"]),
        (dt.date(2026, 1, 1), dt.date(2026, 6, 30), dt.date(2028, 1, 1), ["2026", "2027", "2028"]),
    ],
)
def test_a_call_is_shown_in_every_year_it_touches(client, enveloppes, ouvert, limite, periode_fin, annees):
    AppelFactory(enveloppe=enveloppes[0], ouvert_le=ouvert, limite_depot_le=limite, periode_fin_le=periode_fin)
    client.force_login(habilite(Role.GESTIONNAIRE, "CD62"))

    vues = [annee for annee in ("2025", "2026", "2027", "2028", "2029") if codes(client.get(url(), {"annee": annee}))]

    assert vues == annees


def test_both_bodies_and_funds_are_shown_then_filtered_in_the_address(client, enveloppes):
    for code, enveloppe in zip(("CD", "TM", "FTJ"), enveloppes, strict=True):
        AppelFactory(enveloppe=enveloppe, code=code)
    client.force_login(habilite(Role.LECTEUR_ETAT))

    assert codes(client.get(url())) == ["CD", "FTJ", "TM"]
    assert codes(client.get(url(), {"organisme": "TM"})) == ["TM"]
    assert codes(client.get(url(), {"fonds": "FTJ"})) == ["FTJ"]
    suivante = client.get(url(), {"organisme": "TM", "annee": "2026"}).context["suivante"]
    assert suivante == "?organisme=TM&annee=2027"
    assert client.get(url(), {"annee": "2030"}).context["suivante"] == ""


def test_a_draft_is_not_shown_to_who_does_not_read_files(client, enveloppes):
    AppelFactory(enveloppe=enveloppes[0], brouillon=True)
    client.force_login(habilite(Role.PLIE))
    assert codes(client.get(url())) == []

    client.force_login(habilite(Role.GESTIONNAIRE, "CD62"))
    assert len(codes(client.get(url()))) == 1


@pytest.mark.parametrize("item_count", [1, 3])
def test_calendrier_query_count(client, enveloppes, item_count, django_assert_num_queries):
    for enveloppe in enveloppes:
        AppelFactory.create_batch(item_count, enveloppe=enveloppe)
    client.force_login(habilite(Role.GESTIONNAIRE, "CD62"))
    with django_assert_num_queries(9):
        client.get(url())
