"""The data steps of migrations, on rows of the past."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from operations.models import Instruction, Retrait
from operations.services import abandonner_operation, deprogrammer_operation, rouvrir_instruction
from tests.factories import (
    AppelFactory,
    DispositifFactory,
    InstructionFactory,
    OperationFactory,
    StructureFactory,
    UtilisateurFactory,
)

reprendre = import_module("operations.migrations.0017_reprendre_reprises")
CHAMPS_RETRAIT = ["operation", "statut", "le", "statut_avant", "avant_depuis_le", "ecriture", "motif", "auteur"]
remplir_pieces = import_module("operations.migrations.0007_remplir_pieces_attendues")


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Statuts signés", "statuts"),
        ("RIB", "identite_bancaire"),
        ("Relevé d’identité bancaire", "identite_bancaire"),
        ("Attestation de régularité fiscale", "regularite_fiscale"),
        ("Budget prévisionnel", "budget"),
        ("Contribution écrite des partenaires", "autre"),
    ],
)
def test_a_piece_named_in_words_gets_its_type(nom, attendu):
    assert remplir_pieces.lire_type(nom) == attendu


@pytest.fixture
def migrer(transactional_db):
    """Take the tables to a migration, and back to today at the end."""

    def aller(nom):
        executor = MigrationExecutor(connection)
        executor.migrate([("operations", nom)])
        return MigrationExecutor(connection).loader.project_state([("operations", nom)]).apps

    yield aller
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_the_columns_of_a_call_and_of_a_structure_become_lists_and_back(migrer):
    appel = AppelFactory(pieces=["Statuts", "RIB"])
    dispositif = DispositifFactory(enveloppe=appel.enveloppe)
    appel.dispositifs.set([dispositif])
    structure = StructureFactory(accord=appel.enveloppe.accord)
    structure.contacts.create(ordre=1, nom="Alix", fonction="Direction", courriel="alix@exemple.invalid")

    apps = migrer("0005_vie_complete")
    ancien = apps.get_model("operations", "AppelAProjets").objects.get(pk=appel.pk)
    assert (ancien.pieces_obligatoires, ancien.dispositif_id, ancien.axe_id) == (
        ["Statuts", "RIB"],
        dispositif.pk,
        None,
    )
    ancienne = apps.get_model("operations", "Structure").objects.get(pk=structure.pk)
    assert (ancienne.contact_nom, ancienne.contact_courriel) == ("Alix", "alix@exemple.invalid")

    apps = migrer("0014_retirer_colonnes_remplacees")
    nouveau = apps.get_model("operations", "AppelAProjets").objects.get(pk=appel.pk)
    assert list(nouveau.pieces_attendues.values_list("type", "libelle")) == [
        ("statuts", "Statuts"),
        ("identite_bancaire", "RIB"),
    ]
    assert list(nouveau.dispositifs.values_list("pk", flat=True)) == [dispositif.pk]
    contacts = apps.get_model("operations", "ContactStructure").objects.filter(structure=structure.pk)
    assert list(contacts.values_list("nom", "courriel")) == [("Alix", "alix@exemple.invalid")]


@pytest.mark.django_db
def test_withdrawals_and_reopenings_of_the_journal_become_rows():
    chef, agent = UtilisateurFactory.create_batch(2)
    retiree = OperationFactory(programmee=True)
    deprogrammer_operation(retiree, auteur=chef, le=dt.date(2026, 6, 1), motif="Sans suite")
    abandonnee = OperationFactory(instruite=True)
    abandonner_operation(abandonnee, auteur=chef, le=dt.date(2026, 6, 1), motif="Renonce")
    rouverte = OperationFactory(instruite=True)
    InstructionFactory(operation=rouverte, conclue_le=dt.date(2026, 1, 20), auteur=agent)
    conclue = InstructionFactory(operation=rouverte, conclue_le=dt.date(2026, 3, 1), auteur=agent)
    rouvrir_instruction(rouverte, auteur=agent, le=dt.date(2026, 3, 10), motif="Coût")
    avant = list(Retrait.objects.order_by("operation").values(*CHAMPS_RETRAIT))
    Retrait.objects.all().delete()
    Instruction.objects.update(rouverte_le=None)

    reprendre.dater_les_reprises(apps, None)
    reprendre.tenir_les_retraits(apps, None)

    assert list(Retrait.objects.order_by("operation").values(*CHAMPS_RETRAIT)) == avant
    assert Instruction.objects.get(rouverte_le=dt.date(2026, 3, 10)) == conclue
