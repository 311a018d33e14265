"""`charger_contours`: communes of an official file, EPCI drawn as their union, what is unknown and what is missing."""

import io

import pytest
from django.core.management import CommandError, call_command

from accord.models import ContourCommune, ContourEpci
from comptes.journal import journal_de
from tests.accord.geo import carre, ecrire_geojson, objet, polygone
from tests.factories import AccordFactory, CommuneFactory, EpciFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def accord():
    return AccordFactory()


@pytest.fixture
def communes():
    """Two EPCI of two communes, side by side on a grid of four squares."""
    est, ouest = EpciFactory(siren="246200364", nom="Est"), EpciFactory(siren="246200299", nom="Ouest")
    return {
        code: CommuneFactory(code_insee=code, nom=nom, epci=epci)
        for code, nom, epci in [
            *(("62001", "Avion", ouest), ("62002", "Bully", ouest)),
            *(("62003", "Carvin", est), ("62004", "Dourges", est)),
        ]
    }


def lire(code, colonne, rangee=0, **proprietes):
    return objet(polygone(carre(colonne, rangee)), code=code, nom=f"Nom {code}", **proprietes)


def charger(fichier) -> list[str]:
    sortie = io.StringIO()
    call_command("charger_contours", str(fichier), stdout=sortie)
    return sortie.getvalue().replace("\u00a0", " ").replace("\u202f", " ").splitlines()


def test_communes_are_kept_and_their_epci_drawn_as_their_union(tmp_path, accord, communes):
    fichier = ecrire_geojson(tmp_path, *(lire(code, rang) for rang, code in enumerate(communes)), nom="62.geojson")

    assert charger(fichier) == ["Contours enregistrés : 4 communes, 2 EPCI."]
    ouest = ContourEpci.objects.get(epci__siren="246200299")
    assert (ouest.ouest, ouest.est, ouest.geometrie["type"]) == (2.0, 2.2, "Polygon")
    assert 2.0 < ouest.repere_longitude < 2.2
    assert 50.0 < ouest.repere_latitude < 50.1
    assert journal_de(accord).get().valeurs == {
        "fichier": "62.geojson",
        "communes": 4,
        "epci": 2,
        "inconnues": [],
    }
    assert charger(fichier) == ["Rien n’a changé."]
    assert journal_de(accord).count() == 1


def test_a_merged_commune_is_named_and_its_piece_stays_in_its_epci(tmp_path, accord, communes):
    fichier = ecrire_geojson(tmp_path, lire("62001", 0), lire("62999", 1, epci="246200299"), lire("59001", 9))

    assert charger(fichier) == [
        "Contours enregistrés : 1 communes, 1 EPCI.",
        "Codes absents du référentiel (communes fusionnées, ou faute) : 1, Nom 62999 (62999). "
        "Leur surface compte dans leur EPCI quand le fichier le dit.",
        "Hors du département, laissés de côté : 1.",
        "Communes encore sans contour : 3, Bully (62002), Carvin (62003), Dourges (62004).",
        "EPCI encore sans contour, dessinés en tuiles : 1, Est.",
    ]
    assert ContourEpci.objects.get().est == 2.2
    assert ContourCommune.objects.get().est == 2.1


def test_a_second_file_joins_the_first(tmp_path, accord, communes):
    charger(ecrire_geojson(tmp_path, lire("62001", 0)))
    charger(ecrire_geojson(tmp_path, lire("62002", 1)))

    assert ContourEpci.objects.get().est == 2.2


def test_a_file_of_epci_is_drawn_as_it_is(tmp_path, accord, communes):
    dit = charger(ecrire_geojson(tmp_path, lire("246200364", 0), lire("246200299", 1), lire("200000000", 5)))

    assert dit[:2] == ["Contours enregistrés : 0 communes, 2 EPCI.", "Hors du département, laissés de côté : 1."]
    assert dit[2].startswith("Communes encore sans contour : 4")
    assert ContourEpci.objects.get(epci__siren="246200299").est == 2.2


@pytest.mark.parametrize(
    ("objets", "constat"),
    [
        ([lire("62001", 0), objet(polygone(carre()[:-1]), code="62002")], "objet n° 2 : un de ses contours n’est pas"),
        ([lire("62001", 0), lire("62001", 1)], "objet n° 2 : le code 62001 est déjà celui d’un autre objet."),
        ([lire("62001", 0), lire("", 1)], "objet n° 2 : il n’a pas de code (INSEE ou SIREN)."),
        ([lire("59001", 0)], "aucun code n’est celui d’une commune ou d’un EPCI du référentiel."),
    ],
)
def test_one_wrong_object_refuses_the_whole_file(tmp_path, accord, communes, objets, constat):
    with pytest.raises(CommandError) as refus:
        charger(ecrire_geojson(tmp_path, *objets))

    assert refus.value.returncode == 1
    assert constat in str(refus.value).replace("\u00a0", " ").replace("\u202f", " ")
    assert not ContourCommune.objects.exists()
    assert not journal_de(accord).exists()
