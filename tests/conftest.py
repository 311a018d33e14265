"""Fixtures of the whole suite: the real PostgreSQL, people with a role, the state between two tests."""

import os
from pathlib import Path

import hypothesis
import pytest
from django.db import connection
from django.test import TransactionTestCase

from comptes.enums import Role
from tests import modele
from tests.factories import AccordFactory, habilite

hypothesis.settings.register_profile("suite", deadline=None)  # a busy machine is not a fault
hypothesis.settings.load_profile("suite")

RACINE = Path(__file__).resolve().parents[1]
FICHIER_ACCORD = RACINE / "fixtures" / "accords" / "pas-de-calais-2021-2027.yaml"
TABLES_EN_AJOUT = [
    "comptes_journalaudit",
    "accord_mouvementenveloppe",
    "operations_ecriture",
    "gouvernance_dossierseance",
    "operations_versionpiece",
    "operations_messageobservation",
    "participants_consultationidentite",
]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """Each worker copies tables already migrated; in a base that is not ours (DATABASE_URL), it migrates its own."""
    if "DATABASE_URL" not in os.environ:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = modele.preparer()


@pytest.fixture(scope="session", autouse=True)
def tables_videes_entre_deux_essais():
    """Lift the guards against `TRUNCATE` for the moment when a transactional test is cleaned up, and then only."""
    original = TransactionTestCase._fixture_teardown

    def basculer(etat: str) -> None:
        with connection.cursor() as cursor:
            for table in TABLES_EN_AJOUT:
                cursor.execute(f"ALTER TABLE {table} {etat} TRIGGER {table}_vider")

    def nettoyer(self):
        basculer("DISABLE")
        try:
            original(self)
        finally:
            basculer("ENABLE")

    with pytest.MonkeyPatch.context() as remplacement:
        remplacement.setattr(TransactionTestCase, "_fixture_teardown", nettoyer)
        yield


@pytest.fixture
def accord(db):
    """An agreement bound to the two OI, the State services and one PLIE."""
    return AccordFactory(parties=["CD62", "TM", "DREETS_HDF", "DDETS_62", "PLIE_LENS_LIEVIN"])


@pytest.fixture
def gestionnaire(accord):
    return habilite(Role.GESTIONNAIRE)


@pytest.fixture
def gestionnaire_tm(accord):
    return habilite(Role.GESTIONNAIRE, "TM")


@pytest.fixture
def responsable(accord):
    return habilite(Role.RESPONSABLE)


@pytest.fixture
def secretaire(accord):
    return habilite(Role.SECRETAIRE)


@pytest.fixture
def lecteur_etat(accord):
    return habilite(Role.LECTEUR_ETAT, "DDETS_62")
