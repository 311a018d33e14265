"""The amount a control keeps, against examples worked by hand and for any amounts."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.retenu import arrondir_fraction, compute_retenu, part_europeenne

montants = st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2)
positifs = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999999.99"), places=2)


@pytest.mark.parametrize(
    ("fraction", "attendu"),
    [
        (Fraction(1, 200), "0.01"),  # half a cent goes up
        (Fraction(-1, 200), "-0.01"),  # away from zero
        (Fraction(1, 201), "0.00"),
        (Fraction(2, 3), "0.67"),
        (Fraction(12345678901, 100), "123456789.01"),
    ],
)
def test_a_fraction_is_rounded_once(fraction, attendu):
    assert str(arrondir_fraction(fraction)) == attendu


@pytest.mark.parametrize(
    ("termes", "cumule", "limite"),
    [
        # 60 000 of 100 000: 40 000 kept of expenses give 24 000 at the rate
        ({"depenses": "40000.00", "ressources": "0.00", "declare": "30000.00"}, "24000.00", "au_taux"),
        # 28 000 received from others: the need is 12 000 only
        ({"depenses": "40000.00", "ressources": "28000.00", "declare": "30000.00"}, "12000.00", "au_besoin"),
        # more spent than planned: the contract is the limit
        ({"depenses": "130000.00", "ressources": "10000.00", "declare": "70000.00"}, "60000.00", "convention"),
        # others paid everything: nothing, never negative
        ({"depenses": "40000.00", "ressources": "41000.00", "declare": "30000.00"}, "0.00", None),
        # less was declared than would be kept: brought down
        ({"depenses": "40000.00", "ressources": "0.00", "declare": "23999.99"}, "23999.99", "declare"),
        # 1/3 of a cent is lost once: 33 333,33 × 0,6 = 19 999,998
        ({"depenses": "33333.33", "ressources": "0.00", "declare": "20000.00"}, "20000.00", "au_taux"),
    ],
)
def test_the_minimum_by_hand(termes, cumule, limite):
    retenu = compute_retenu(
        ue=Decimal("60000.00"), cout=Decimal("100000.00"), **{nom: Decimal(v) for nom, v in termes.items()}
    )
    assert str(retenu.cumule) == cumule
    if limite:
        assert getattr(retenu, limite) == retenu.cumule
    assert retenu.ramene_au_declare is (limite == "declare")


@given(ue=positifs, surcout=montants, depenses=montants, ressources=montants, declare=montants)
def test_what_is_kept_stays_between_nothing_and_each_limit(ue, surcout, depenses, ressources, declare):
    retenu = compute_retenu(ue=ue, cout=ue + surcout, depenses=depenses, ressources=ressources, declare=declare)

    assert 0 <= retenu.cumule <= min(ue, declare)
    assert retenu.cumule <= max(depenses - ressources, 0)
    assert retenu.cumule == retenu.cumule.quantize(Decimal("0.01"))


@given(ue=positifs, surcout=montants, depenses=st.lists(montants, min_size=1, max_size=6))
def test_the_rate_applied_to_the_whole_is_within_half_a_cent_of_the_exact_share(ue, surcout, depenses):
    cout = ue + surcout
    exact = Fraction(sum(depenses)) * Fraction(ue) / Fraction(cout)
    assert abs(Fraction(part_europeenne(sum(depenses), ue=ue, cout=cout)) - exact) <= Fraction(1, 200)
