import pytest

from comptes.tableur import proteger


@pytest.mark.parametrize("formule", ["=1+1", "+33", "-2", "@SOMME(A1)", "\t=1", " =1", "\r=1", "\n=1"])
def test_a_text_never_starts_like_a_formula(formule):
    assert proteger(formule) == f"'{formule}"


def test_another_text_stays_as_it_is():
    assert proteger("Insertion = emploi") == "Insertion = emploi"
    assert proteger(None) == ""
