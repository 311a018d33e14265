"""`exporter operations|ecritures`: the files of the contract, opened and read."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from comptes.lecture import lire_tableau
from operations.exports import COLONNES, COLONNES_ECRITURES
from tests.factories import EnveloppeFactory, OperationFactory

pytestmark = pytest.mark.django_db
COLONNES_DE = {"operations": COLONNES, "ecritures": COLONNES_ECRITURES}


@pytest.fixture
def operation(accord):
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True, numero="2026-1")


def exporter(sujet, format_fichier, chemin, accord="essai-2021-2027"):
    call_command(
        "exporter", sujet, "--accord", accord, "--format", format_fichier, "--sortie", str(chemin), stdout=StringIO()
    )


@pytest.mark.parametrize("sujet", ["operations", "ecritures"])
@pytest.mark.parametrize("format_fichier", ["csv", "xlsx", "ods"])
def test_the_file_holds_every_line_of_the_agreement(operation, tmp_path, sujet, format_fichier):
    exporter(sujet, format_fichier, tmp_path / "f")

    titres, ligne = (ligne.cellules for ligne in lire_tableau((tmp_path / "f").read_bytes()))
    colonnes = COLONNES_DE[sujet]
    assert titres == list(colonnes if format_fichier == "csv" else colonnes.values())
    montant = dict(zip(colonnes, ligne, strict=True))["ue_programme" if sujet == "operations" else "montant"]
    assert montant == ("600.00" if format_fichier == "csv" else 600.0)


def test_json_writes_amounts_as_strings_and_dates_in_iso(operation, tmp_path):
    exporter("ecritures", "json", tmp_path / "f")

    (ligne,) = json.loads((tmp_path / "f").read_text())
    assert list(ligne) == list(COLONNES_ECRITURES)
    assert (ligne["montant"], ligne["date_effet"], ligne["numero"], ligne["reprend_rang"]) == (
        "600.00",
        "2026-04-01",
        "2026-1",
        None,
    )


def test_wrong_calls_exit_with_2(operation, tmp_path):
    for sujet, accord, chemin in [
        ("operations", "inconnu", tmp_path / "f"),
        ("operations", "essai-2021-2027", tmp_path / "nulle" / "part"),
    ]:
        with pytest.raises(CommandError) as refus:
            exporter(sujet, "csv", chemin, accord)
        assert refus.value.returncode == 2
    with pytest.raises(CommandError):
        exporter("participants", "csv", tmp_path / "f")
