"""The data steps of migrations, on rows of the past."""

from importlib import import_module

import pytest

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
