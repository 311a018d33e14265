"""Meetings are found as people say them."""

import datetime as dt

import pytest

from gouvernance.models import Reunion
from gouvernance.recherche import chercher_reunions, lire_date
from tests.factories import ReunionFactory


@pytest.mark.parametrize(
    ("texte", "parts"),
    [
        ("9 juillet", {"date__day": 9, "date__month": 7}),
        ("1er août 2026", {"date__day": 1, "date__month": 8, "date__year": 2026}),
        ("1er\u00a0AOUT\u00a02026", {"date__day": 1, "date__month": 8, "date__year": 2026}),
        ("9 juil. 2026", {"date__day": 9, "date__month": 7, "date__year": 2026}),
        ("09/07/2026", {"date__day": 9, "date__month": 7, "date__year": 2026}),
        ("9/7", {"date__day": 9, "date__month": 7}),
        ("2026-07-09", {"date__day": 9, "date__month": 7, "date__year": 2026}),
        ("février", {"date__month": 2}),
        ("2026", {"date__year": 2026}),
        ("mairie", {}),
        ("0000-00-00", {}),
        ("209/07/20261", {}),
    ],
)
def test_a_date_is_read_as_people_write_it(texte, parts):
    assert lire_date(texte)[0] == parts


@pytest.mark.parametrize(
    ("texte", "jours"),
    [
        ("9 juillet", [9]),
        ("09/07/2026", [9]),
        ("juillet", [9, 19]),
        ("juillet 2025", []),
        ("lens 19 juillet", [19]),
        ("arras 19 juillet", []),
        ("TECHNIQUE 9 juillet", [9]),
        ("salle du 9 mai", [19]),  # a place that holds a date
        ("31/31/2026", []),
    ],
)
def test_meetings_are_found_by_date_and_words(comite, texte, jours):
    ReunionFactory(comite=comite, date=dt.date(2026, 7, 9), lieu="Arras")
    ReunionFactory(comite=comite, date=dt.date(2026, 7, 19), lieu="Lens, salle du 9 mai")

    trouvees = chercher_reunions(Reunion.objects.all(), texte)

    assert [reunion.date.day for reunion in trouvees] == jours
