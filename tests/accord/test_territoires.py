"""Perimeters read as of a day: through their EPCI, through communes named one by one, after a change."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accord.enums import NaturePerimetre
from accord.models import PerimetreCommune, PerimetreEpci, PerimetreTerritorial
from accord.territoires import communes_de, compter_communes, epcis_du_bassin, perimetres_de
from tests.factories import AccordFactory, CommuneFactory, EpciFactory, PerimetreFactory

pytestmark = pytest.mark.django_db

AVANT, CHANGE, APRES = date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)


@pytest.fixture
def lens():
    return EpciFactory(siren="246200364", nom="CA de Lens-Liévin")


@pytest.fixture
def bassin():
    return PerimetreFactory(code="BASSIN_MINIER", nature=NaturePerimetre.BASSIN_MINIER)


def noms(communes):
    return sorted(commune.nom for commune in communes)


def test_an_epci_brings_all_its_communes_until_its_last_day(lens, bassin):
    CommuneFactory(nom="Lens", epci=lens)
    CommuneFactory(nom="Liévin", epci=lens)
    CommuneFactory(nom="Arras")
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=date(2021, 1, 1), valide_au=AVANT)

    assert noms(communes_de(bassin, AVANT)) == ["Lens", "Liévin"]
    assert noms(communes_de(bassin, CHANGE)) == []
    assert noms(communes_de(bassin, date(2020, 12, 31))) == []


def test_a_commune_is_in_a_perimeter_by_its_name_or_by_its_epci(lens, bassin):
    vimy, lens_ville = CommuneFactory(nom="Vimy"), CommuneFactory(nom="Lens", epci=lens)
    plie = PerimetreFactory(code="PLIE_LENS", nature=NaturePerimetre.PLIE)
    PerimetreCommune.objects.create(perimetre=bassin, commune=vimy, valide_du=CHANGE)
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=CHANGE)
    PerimetreEpci.objects.create(perimetre=plie, epci=lens, valide_du=CHANGE)

    assert list(perimetres_de(vimy, CHANGE)) == [bassin]
    assert list(perimetres_de(vimy, AVANT)) == []
    assert set(perimetres_de(lens_ville, APRES)) == {bassin, plie}


def test_a_commune_named_and_brought_by_its_epci_counts_once(lens, bassin, django_assert_num_queries):
    commune = CommuneFactory(epci=lens)
    CommuneFactory(epci=lens)
    vide = PerimetreFactory(code="VIDE")
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=CHANGE)
    PerimetreCommune.objects.create(perimetre=bassin, commune=commune, valide_du=CHANGE)

    with django_assert_num_queries(2):
        assert compter_communes([bassin, vide], CHANGE) == {bassin.pk: 2, vide.pk: 0}
    assert compter_communes([bassin], AVANT) == {bassin.pk: 0}


def test_the_mining_basin_marks_an_epci_that_it_holds_whole_or_in_part(lens, bassin):
    artois = EpciFactory(siren="200033579")
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=CHANGE)
    PerimetreCommune.objects.create(perimetre=bassin, commune=CommuneFactory(epci=artois), valide_du=APRES)

    assert epcis_du_bassin(bassin.accord, CHANGE) == {"246200364"}
    assert epcis_du_bassin(bassin.accord, APRES) == {"246200364", "200033579"}
    assert epcis_du_bassin(AccordFactory(slug="autre"), APRES) == set()


@pytest.mark.parametrize("nom", ["epci", "commune"])
def test_the_same_territory_is_not_twice_in_a_perimeter_the_same_day(bassin, nom):
    modele, fabrique = {"epci": (PerimetreEpci, EpciFactory), "commune": (PerimetreCommune, CommuneFactory)}[nom]
    lien = {"perimetre": bassin, nom: fabrique()}
    modele.objects.create(**lien, valide_du=date(2021, 1, 1), valide_au=AVANT)
    modele.objects.create(**lien, valide_du=CHANGE)

    with pytest.raises(IntegrityError, match=f"perimetre_{nom}_une_fois"), transaction.atomic():
        modele.objects.create(**lien, valide_du=date(2021, 6, 1), valide_au=CHANGE)


def test_a_perimeter_that_holds_nothing_that_day_is_not_offered(lens, bassin):
    PerimetreFactory(code="VIDE")
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=CHANGE)

    offerts = PerimetreTerritorial.objects.couverts_le
    assert list(offerts(bassin.accord, CHANGE)) == [bassin]
    assert list(offerts(bassin.accord, AVANT)) == []
