"""The data step that dates the EPCI of perimeters, on rows of the past."""

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accord.models import PerimetreEpci, Qpv
from tests.factories import CommuneFactory, EpciFactory, PerimetreFactory


@pytest.fixture
def migrer(transactional_db):
    """Take the tables to a migration, and back to today at the end."""

    def aller(nom):
        MigrationExecutor(connection).migrate([("accord", nom)])
        return MigrationExecutor(connection).loader.project_state([("accord", nom)]).apps

    yield aller
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_a_perimeter_held_holds_since_the_agreement_began_and_back(migrer):
    perimetre, epci, commune = PerimetreFactory(), EpciFactory(), CommuneFactory()
    parti = EpciFactory()
    PerimetreEpci.objects.create(perimetre=perimetre, epci=epci, valide_du=date(2021, 1, 1))
    PerimetreEpci.objects.create(
        perimetre=perimetre, epci=parti, valide_du=date(2021, 1, 1), valide_au=date(2025, 1, 1)
    )
    qpv = Qpv.objects.create(code="QN06201M", generation=2024, nom="Cité", valide_du=date(2024, 1, 1))
    qpv.communes.add(commune)

    anciens = migrer("0005_perimetres_dates")

    avant = anciens.get_model("accord", "PerimetreTerritorial").objects.get(pk=perimetre.pk)
    assert list(avant.epcis.values_list("pk", flat=True)) == [epci.pk]
    assert anciens.get_model("accord", "Qpv").objects.get(pk=qpv.pk).commune_id == commune.pk
    anciens.get_model("accord", "PerimetreEpci").objects.all().delete()
    anciens.get_model("accord", "Qpv").objects.get(pk=qpv.pk).communes.clear()

    migrer("0007_retirer_liens_non_dates")

    lien = PerimetreEpci.objects.get()
    assert (lien.perimetre_id, lien.epci_id, lien.valide_du, lien.valide_au, lien.vient_du_fichier) == (
        *(perimetre.pk, epci.pk, date(2021, 1, 1), None, True),
    )
    assert list(qpv.communes.all()) == [commune]
