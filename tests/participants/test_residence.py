"""The neighbourhood of a record: from the coordinates of the address when they are given, else as declared."""

from datetime import date

import pytest

from accord.geojson import build_contour, lire_forme
from accord.models import ContourQpv, Qpv
from participants.enums import SourceQpv
from participants.models import Participation
from participants.residence import lire_point
from participants.services import enregistrer_fiche
from tests.accord.geo import polygone, poser_parametres_qpv
from tests.factories import OperationFactory, UtilisateurFactory

DEDANS, DEHORS = {"longitude": "2.05", "latitude": "50,05"}, {"longitude": "2.5", "latitude": "50.5"}


@pytest.fixture
def operation(db):
    """An operation, and the square of one neighbourhood of 2024."""
    operation = OperationFactory(programmee=True)
    poser_parametres_qpv(operation.accord)
    qpv = Qpv.objects.create(code="QN06201M", generation=2024, nom="Cité", valide_du=date(2024, 1, 1))
    ContourQpv.objects.create(qpv=qpv, **build_contour(lire_forme(polygone()), "essai.geojson"))
    return operation


def inscrire(operation, identite, **champs):
    champs = {"pseudonyme": "P-1", "entree_le": date(2026, 3, 2), "code_insee": "62498", **champs}
    identite = identite and {"nom": "Essai", "prenom": "Camille", **identite}
    fiche = Participation(operation=operation, **champs)
    return enregistrer_fiche(fiche, auteur=UtilisateurFactory(), identite=identite)


def test_an_address_inside_puts_in_the_neighbourhood_of_the_day(operation):
    fiche = inscrire(operation, DEDANS)
    assert (fiche.code_qpv, fiche.source_qpv, fiche.en_qpv) == ("QN06201M", SourceQpv.ADRESSE, True)


def test_an_address_outside_is_stronger_than_the_code_declared(operation):
    fiche = inscrire(operation, DEHORS, code_qpv="QN06202A", source_qpv=SourceQpv.DECLARE)
    assert (fiche.code_qpv, fiche.source_qpv, fiche.en_qpv) == ("", SourceQpv.ADRESSE, False)


@pytest.mark.parametrize("identite", [None, {"longitude": "2.05", "latitude": ""}, {"longitude": "x", "latitude": "1"}])
def test_without_coordinates_what_is_declared_counts(operation, identite):
    fiche = inscrire(operation, identite, code_qpv="QN06202A", source_qpv=SourceQpv.DECLARE)
    assert (fiche.code_qpv, fiche.source_qpv, fiche.en_qpv) == ("QN06202A", SourceQpv.DECLARE, True)


def test_where_the_generation_is_not_drawn_what_is_declared_counts(operation):
    """Before 2024 only the codes of 2015 say something, and no shape of 2015 is loaded."""
    fiche = inscrire(operation, DEDANS, entree_le=date(2023, 12, 31), code_qpv="QP062001", source_qpv=SourceQpv.DECLARE)
    assert (fiche.code_qpv, fiche.source_qpv, fiche.en_qpv) == ("QP062001", SourceQpv.DECLARE, True)


@pytest.mark.parametrize(
    ("identite", "point"),
    [
        ({"longitude": "2.5", "latitude": "50.1"}, (2.5, 50.1)),
        ({"longitude": "2,5", "latitude": "50,1"}, (2.5, 50.1)),
        ({"longitude": "680000", "latitude": "7030000"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_coordinates_are_read_when_they_are_degrees(identite, point):
    assert lire_point(identite) == point
