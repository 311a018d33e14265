from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.template import Context, Template

from accord.montants import (
    arrondir,
    en_lettres,
    format_date,
    format_date_courte,
    format_duree,
    format_euros,
    format_heure,
    format_jours,
    format_nombre,
    format_taux,
    lire_montant,
    ratio,
)


@pytest.mark.parametrize(
    ("brut", "arrondi"), [("0.125", "0.13"), ("0.124", "0.12"), ("-0.125", "-0.13"), ("7", "7.00")]
)
def test_arrondir_is_half_up_to_the_cent(brut, arrondi):
    assert arrondir(Decimal(brut)) == Decimal(arrondi)


@pytest.mark.parametrize(
    ("nombre", "feminin", "ecrit"),
    [(0, False, "zéro"), (1, False, "un"), (1, True, "une"), (12, True, "douze"), (1300, False, "1\u202f300")],
)
def test_small_counts_are_words(nombre, feminin, ecrit):
    assert en_lettres(nombre, feminin) == ecrit


@pytest.mark.parametrize(
    ("montant", "texte"),
    [
        (Decimal("31592507.00"), "31\u202f592\u202f507,00\u00a0€"),
        (Decimal("999.995"), "1\u202f000,00\u00a0€"),
        (Decimal("0.00"), "0,00\u00a0€"),
        (Decimal("-0.001"), "0,00\u00a0€"),
        (Decimal("-1200"), "\u22121\u202f200,00\u00a0€"),
        (12, "12,00\u00a0€"),
        (None, "non saisi"),
    ],
)
def test_format_euros(montant, texte):
    assert format_euros(montant) == texte


@pytest.mark.parametrize(
    ("taux", "texte"),
    [
        (Decimal("0.76549"), "76,55\u202f%"),
        (Decimal(1), "100,00\u202f%"),
        (Decimal("12.5"), "1\u202f250,00\u202f%"),
        (None, "non calculable"),
    ],
)
def test_format_taux(taux, texte):
    assert format_taux(taux) == texte


@pytest.mark.parametrize("total", [None, Decimal(0), Decimal("0.00")])
def test_ratio_over_nothing_is_not_computable(total):
    assert ratio(Decimal("1000.00"), total) is None


def test_ratio_of_nothing_is_zero():
    assert ratio(Decimal(0), Decimal("10.00")) == 0


def test_counts_days_and_durations():
    assert format_nombre(4812) == "4\u202f812"
    assert format_nombre(Decimal("12.5")) == "12,5"
    assert format_jours(74) == "74\u00a0jours"
    assert format_jours(1) == "1\u00a0jour"
    assert format_jours(0) == "0\u00a0jour"
    assert format_duree(45) == "45\u00a0min"
    assert format_duree(135) == "2\u00a0h\u00a015"


def test_dates_and_hours():
    assert format_date(date(2026, 6, 30)) == "30\u00a0juin\u00a02026"
    assert format_date(date(2026, 7, 1)) == "1er\u00a0juillet\u00a02026"
    assert format_date_courte(date(2026, 7, 8)) == "8\u00a0juil.\u00a02026"
    assert format_date(None) == "non connue"
    assert format_heure(time(9, 30)) == "9\u00a0h\u00a030"
    assert format_heure(time(14, 0)) == "14\u00a0h"
    assert format_heure(time(0, 5)) == "0\u00a0h\u00a005"


def test_an_instant_is_written_at_the_hour_of_paris():
    instant = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert format_date(instant) == "1er\u00a0juillet\u00a02026"
    assert format_heure(instant) == "0\u00a0h\u00a030"


@pytest.mark.parametrize(
    ("texte", "montant"),
    [
        ("1 234,5", Decimal("1234.5")),
        ("1234.50", Decimal("1234.50")),
        ("31\u202f592\u202f507,00\u00a0€", Decimal("31592507.00")),
        ("\u221212", Decimal("-12")),
        ("", None),
        ("   ", None),
    ],
)
def test_lire_montant(texte, montant):
    assert lire_montant(texte) == montant


@pytest.mark.parametrize("texte", ["1.234,50", "12,345", "douze", "1e5", "NaN", "٣", ",5", "5,"])
def test_lire_montant_refuses_what_is_ambiguous(texte):
    with pytest.raises(ValueError):
        lire_montant(texte)


@pytest.mark.parametrize("montant", ["0.00", "0.01", "-1200.00", "999999999999.99"])
def test_what_is_written_can_be_read_back(montant):
    assert lire_montant(format_euros(Decimal(montant))) == Decimal(montant)


@pytest.mark.parametrize(
    ("gabarit", "texte"),
    [
        ("{{ m|euros }}", "1\u202f200,50\u00a0€"),
        ("{{ rien|euros }}", "non saisi"),
        ("{{ rien|euros:'non déposé' }}", "non déposé"),
        ("{{ absent|euros }}", "non saisi"),
        ("{{ t|taux }}", "60,00\u202f%"),
        ("{{ rien|taux }}", "non calculable"),
        ("{{ n|pluriel:'opération,opérations' }}", "97\u00a0opérations"),
        ("{{ un|pluriel:'opération,opérations' }}", "1\u00a0opération"),
        ("{{ j|date_courte }}", "30\u00a0juin\u00a02026"),
    ],
)
def test_filters(gabarit, texte):
    contexte = {
        "m": Decimal("1200.5"),
        "rien": None,
        "t": Decimal("0.6"),
        "n": 97,
        "un": 1,
        "j": date(2026, 6, 30),
    }
    assert Template("{% load formats %}" + gabarit).render(Context(contexte)) == texte
