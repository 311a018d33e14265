"""Small counts stay hidden: brute force over small tables finds two possible values at least for each hidden cell."""

import datetime as dt
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participants.secret import Masque, ecrire_nombre, fin_de_mois, masquer

SEUIL = 3  # small, so that all the tables can be tried
HASARD = st.integers(0, 3)
MARGES = {"aF": "aF", "aH": "aH", "bF": "bF", "bH": "bH", "a": "aF aH", "b": "bF bH", "F": "aF bF", "H": "aH bH"}
MARGES |= {"tout": "aF aH bF bH"}
EQUATIONS = [("a", ("aF", "aH")), ("b", ("bF", "bH")), ("F", ("aF", "bF")), ("H", ("aH", "bH"))]
EQUATIONS += [("tout", ("a", "b")), ("tout", ("F", "H"))]


def sommer(formes: dict[str, str], bases: dict[str, int]) -> dict[str, int]:
    """A table from its base cells: each cell is the sum of those it names."""
    return {cellule: sum(bases[base] for base in forme.split()) for cellule, forme in formes.items()}


def montre(masques, cellule, valeur):
    """What is read of a cell."""
    masque = masques.get(cellule)
    if masque is Masque.PETIT:
        return 1 <= valeur < SEUIL, None
    return valeur >= SEUIL if masque else True, None if masque else valeur


def verifier(formes, bases, equations, *, connues=(), implicites=()):
    """Hide a table, then try every other one: each hidden cell must keep two possible values."""
    valeurs = sommer(formes, bases)
    masques = masquer(valeurs, equations, seuil=SEUIL, connues=connues, implicites=implicites)
    lus = [cellule for cellule in formes if cellule not in implicites]
    if not connues:
        assert {c for c in lus if 0 < valeurs[c] < SEUIL} <= set(masques)
    if Masque.PETIT not in masques.values():
        return masques  # all or nothing is shown
    vu = [montre(masques, cellule, valeurs[cellule]) for cellule in lus]
    vus = {cellule: set() for cellule in masques}
    for nombres in product(range(max(*bases.values(), SEUIL) + 3), repeat=len(bases)):
        autre = sommer(formes, dict(zip(bases, nombres, strict=True)))
        if [montre(masques, cellule, autre[cellule]) for cellule in lus] == vu:
            for cellule in vus:
                vus[cellule].add(autre[cellule])
    assert {c: v for c, v in vus.items() if len(v) < 2} == {}
    return masques


@settings(max_examples=25)
@given(st.tuples(HASARD, HASARD, HASARD), st.sets(st.sampled_from("abc"), max_size=1))
def test_a_total_and_its_parts(nombres, connues):
    """Also for a reader who knows one of the parts, as a body knows its own."""
    formes = {"a": "a", "b": "b", "c": "c", "total": "a b c"}
    bases = dict(zip("abc", nombres, strict=True))
    masques = verifier(formes, bases, [("total", ("a", "b", "c"))], connues=connues)

    assert not connues & set(masques)


@settings(max_examples=25)
@given(st.tuples(HASARD, HASARD, HASARD))
def test_combined_sums_that_cross(nombres):
    """02+04, 02+05 and 02+04+05 shown together give each part back by subtraction."""
    formes = {"a": "a", "b": "b", "c": "c", "ab": "a b", "ac": "a c", "abc": "a b c"}
    equations = [("ab", ("a", "b")), ("ac", ("a", "c")), ("abc", ("a", "b", "c"))]
    verifier(formes, dict(zip("abc", nombres, strict=True)), equations)


@settings(max_examples=25)
@given(st.tuples(HASARD, HASARD, HASARD, HASARD))
def test_a_table_with_its_margins(nombres):
    """Two genders by two bodies: a hidden cell asks for three more, or for totals."""
    verifier(MARGES, dict(zip(["aF", "aH", "bF", "bH"], nombres, strict=True)), EQUATIONS)


@settings(max_examples=25)
@given(st.tuples(HASARD, HASARD, HASARD))
def test_a_part_that_cannot_exceed_its_total(nombres):
    formes = {"total": "s r2 r1", "part": "s r2", "sous": "s", "r1": "r1", "r2": "r2"}
    equations = [("total", ("part", "r1")), ("part", ("sous", "r2"))]
    verifier(formes, dict(zip(["s", "r1", "r2"], nombres, strict=True)), equations, implicites={"r1", "r2"})


def test_the_smallest_cell_that_helps_is_hidden():
    valeurs = {"total": 30, "F": 3, "H": 20, "X": 7}

    assert masquer(valeurs, [("total", ("F", "H", "X"))]) == {"F": Masque.PETIT, "X": Masque.AUTRE}


def test_two_small_cells_protect_each_other_unless_their_sum_says_all():
    assert set(masquer({"total": 5, "F": 1, "H": 4}, [("total", ("F", "H"))])) == {"F", "H"}
    assert set(masquer({"total": 8, "F": 4, "H": 4}, [("total", ("F", "H"))])) == {"total", "F", "H"}


def test_what_follows_from_what_the_reader_knows_is_no_secret():
    """2 = 2 of one’s own + 0 of the other body."""
    assert masquer({"total": 2, "sien": 2, "autre": 0}, [("total", ("sien", "autre"))], connues={"sien"}) == {}


def test_a_zero_and_a_large_count_are_shown():
    assert masquer({"total": 5, "F": 5, "H": 0}, [("total", ("F", "H"))]) == {}


def test_a_cell_that_the_next_one_would_give_away_takes_the_total_with_it():
    """6 = 1 + 5: « masqué » is 5 at least, so « < 5 » would be 1."""
    assert set(masquer({"total": 6, "F": 1, "H": 5}, [("total", ("F", "H"))])) == {"total", "F", "H"}


def test_how_a_count_is_read():
    assert ecrire_nombre(3, Masque.PETIT) == "<\u00a05"
    assert ecrire_nombre(30, Masque.AUTRE) == "masqué"
    assert ecrire_nombre(0, None) == "0"
    assert ecrire_nombre(4812, None) == "4\u202f812"


@pytest.mark.parametrize(
    ("jour", "fin"),
    [
        (dt.date(2026, 6, 29), dt.date(2026, 5, 31)),
        (dt.date(2026, 6, 30), dt.date(2026, 6, 30)),
        (dt.date(2026, 1, 1), dt.date(2025, 12, 31)),
    ],
)
def test_such_a_reader_has_the_last_end_of_a_month(jour, fin):
    assert fin_de_mois(jour) == fin
