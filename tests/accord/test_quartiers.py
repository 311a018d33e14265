"""In which neighbourhood: by address and by code, in the generation of the day, one by one and for a whole file."""

from datetime import date

import pytest

from accord.geojson import build_contour, lire_forme
from accord.models import ContourQpv, Qpv
from accord.quartiers import Adresse, QpvDuJour, qpv_du_code, qpv_du_point
from tests.accord.geo import carre, polygone

pytestmark = pytest.mark.django_db

VEILLE, BASCULE = date(2023, 12, 31), date(2024, 1, 1)


def quartier(code, generation, geometrie=None):
    debut, fin = (date(2015, 1, 1), VEILLE) if generation == 2015 else (BASCULE, None)
    qpv = Qpv.objects.create(code=code, generation=generation, nom=code, valide_du=debut, valide_au=fin)
    if geometrie:
        ContourQpv.objects.create(qpv=qpv, **build_contour(lire_forme(geometrie), "essai.geojson"))
    return qpv


@pytest.fixture
def quartiers():
    """The same square in both generations, its right half gone in 2024; a second one, with a hole."""
    moitie = [[2.0, 50.0], [2.05, 50.0], [2.05, 50.1], [2.0, 50.1], [2.0, 50.0]]
    trou = [[2.34, 50.04], [2.36, 50.04], [2.36, 50.06], [2.34, 50.06], [2.34, 50.04]]
    return {
        "ancien": quartier("QP062001", 2015, polygone(carre())),
        "nouveau": quartier("QN06201M", 2024, polygone(moitie)),
        "troue": quartier("QN06202M", 2024, polygone(carre(3), trou)),
    }


ADRESSES = [
    ((2.02, 50.05, VEILLE), "ancien"),
    ((2.02, 50.05, BASCULE), "nouveau"),
    ((2.08, 50.05, VEILLE), "ancien"),
    ((2.08, 50.05, BASCULE), None),  # no longer a neighbourhood
    ((2.05, 50.05, BASCULE), "nouveau"),  # on the limit
    ((2.31, 50.05, BASCULE), "troue"),
    ((2.35, 50.05, BASCULE), None),  # in the hole, in the box
    ((2.31, 50.05, VEILLE), None),
    ((2.02, 50.05, date(2014, 12, 31)), None),
    ((3.0, 51.0, BASCULE), None),
]


@pytest.mark.parametrize(("adresse", "attendu"), ADRESSES)
def test_an_address_falls_in_the_neighbourhood_of_the_day(quartiers, adresse, attendu):
    assert qpv_du_point(*adresse) == quartiers.get(attendu)


def test_a_whole_file_gets_the_same_answers_in_one_query(quartiers, django_assert_num_queries):
    sans_place = Adresse(None, None, BASCULE)
    adresses = [Adresse(*adresse) for adresse, _ in ADRESSES]

    with django_assert_num_queries(1):
        trouves = QpvDuJour().des_adresses([sans_place, *adresses])

    assert trouves == [None, *(quartiers.get(attendu) for _, attendu in ADRESSES)]


def test_a_file_without_any_address_or_any_neighbourhood():
    assert QpvDuJour().des_adresses([]) == []
    assert QpvDuJour().des_adresses([Adresse(None, None, BASCULE), Adresse(2.0, 50.0, BASCULE)]) == [None, None]


@pytest.mark.parametrize(
    ("code", "le", "attendu"),
    [
        ("QP062001", VEILLE, "ancien"),
        ("QP062001", BASCULE, None),  # a code of the other generation does not put in QPV
        ("QN06201M", VEILLE, None),
        ("QN06201M", BASCULE, "nouveau"),
        (" qn06201m ", BASCULE, "nouveau"),
        ("QN06299Z", BASCULE, None),
        ("", BASCULE, None),
    ],
)
def test_a_code_counts_in_its_own_generation_only(quartiers, code, le, attendu):
    assert qpv_du_code(code, le) == quartiers.get(attendu)
    assert QpvDuJour().du_code(code, le) == quartiers.get(attendu)


def test_a_neighbourhood_without_shape_is_known_by_its_code_only():
    qpv = quartier("QN06203M", 2024)
    carte = QpvDuJour()
    assert carte.du_code("QN06203M", BASCULE) == qpv
    assert carte.du_point(2.0, 50.0, BASCULE) is None


def test_two_neighbourhoods_on_one_address_answer_the_first_code(quartiers):
    quartier("QN06200A", 2024, polygone(carre()))
    assert qpv_du_point(2.02, 50.05, BASCULE).code == "QN06200A"
    assert QpvDuJour().du_point(2.02, 50.05, BASCULE).code == "QN06200A"
