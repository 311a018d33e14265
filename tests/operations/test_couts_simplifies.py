"""Simplified costs: each profile against examples computed by hand, at the cent, and what holds for every plan."""

from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.montants import arrondir
from operations.couts_simplifies import (
    REGLES,
    Forfait,
    compute_forfaits,
    dire_refus,
    equilibrer,
    saisies_admises,
)
from operations.enums import CategorieDepense, ProfilCout

TAUX = {
    ProfilCout.REEL: None,
    ProfilCout.OCS_7: D("0.07"),
    ProfilCout.OCS_15: D("0.15"),
    ProfilCout.OCS_20: D("0.20"),
    ProfilCout.OCS_40: D("0.40"),
}


def ligne(categorie, annee, montant):
    return SimpleNamespace(categorie=categorie, annee=annee, montant=D(montant))


def forfaits(profil, *lignes):
    return [
        (f.annee, f.categorie, str(f.assiette), str(f.montant))
        for f in compute_forfaits(profil, [ligne(*valeurs) for valeurs in lignes], TAUX[profil])
    ]


def test_reel_computes_nothing():
    assert forfaits(ProfilCout.REEL, ("personnel", 2026, "1000.00"), ("indirects", 2026, "80.00")) == []


def test_ocs_7_takes_every_direct_cost_and_rounds_each_year():
    # 2026: 30 000,00 + 4 321,50 + 1 000,00 + 500,00 + 250,00 = 36 071,50 × 7 % = 2 525,005 → 2 525,01
    # 2027: 12 345,67 × 7 % = 864,1969 → 864,20
    # together 3 389,21; in one go 48 417,17 × 7 % = 3 389,2019 → 3 389,20
    assert forfaits(
        ProfilCout.OCS_7,
        ("personnel", 2026, "30000.00"),
        ("fonctionnement", 2026, "4321.50"),
        ("prestations", 2026, "1000.00"),
        ("participants", 2026, "500.00"),
        ("salaires_participants", 2026, "250.00"),
        ("prestations", 2027, "12345.67"),
    ) == [(2026, "indirects", "36071.50", "2525.01"), (2027, "indirects", "12345.67", "864.20")]


def test_ocs_15_takes_direct_staff_alone():
    # 2026: 20 000,10 + 0,20 = 20 000,30 × 15 % = 3 000,045 → 3 000,05; 2028: 33,30 × 15 % = 4,995 → 5,00
    assert forfaits(
        ProfilCout.OCS_15,
        ("personnel", 2028, "33.30"),
        ("personnel", 2026, "20000.10"),
        ("fonctionnement", 2026, "9999.99"),
        ("personnel", 2026, "0.20"),
        ("prestations", 2027, "700.00"),
    ) == [(2026, "indirects", "20000.30", "3000.05"), (2028, "indirects", "33.30", "5.00")]


def test_ocs_20_gives_direct_staff_from_the_other_direct_costs():
    # 2026: 1 234,56 + 500,00 + 265,47 + 100,00 = 2 100,03 × 20 % = 420,006 → 420,01, real indirect costs apart
    # 2027: 10,02 × 20 % = 2,004 → 2,00
    assert forfaits(
        ProfilCout.OCS_20,
        ("fonctionnement", 2026, "1234.56"),
        ("prestations", 2026, "500.00"),
        ("participants", 2026, "265.47"),
        ("salaires_participants", 2026, "100.00"),
        ("indirects", 2026, "999.00"),
        ("fonctionnement", 2027, "10.02"),
    ) == [(2026, "personnel", "2100.03", "420.01"), (2027, "personnel", "10.02", "2.00")]


def test_ocs_40_gives_the_remaining_costs_and_leaves_the_wages_of_participants_on_top():
    # 2026: 45 678,91 × 40 % = 18 271,564 → 18 271,56; 2027: 0,0125 cannot be, 1,99 × 40 % = 0,796 → 0,80
    assert forfaits(
        ProfilCout.OCS_40,
        ("personnel", 2026, "45678.91"),
        ("salaires_participants", 2026, "5000.00"),
        ("personnel", 2027, "1.99"),
        ("salaires_participants", 2028, "12.00"),
    ) == [(2026, "reste", "45678.91", "18271.56"), (2027, "reste", "1.99", "0.80")]


def test_a_rate_that_the_agreement_changes_is_followed():
    # 1 000,10 × 12,5 % = 125,0125 → 125,01
    assert compute_forfaits(ProfilCout.OCS_15, [ligne("personnel", 2026, "1000.10")], D("0.125")) == [
        Forfait(CategorieDepense.INDIRECTS, 2026, D("1000.10"), D("0.125"), D("125.01"))
    ]


@pytest.mark.parametrize(
    ("profil", "refuses"),
    [
        (ProfilCout.REEL, {"reste"}),
        (ProfilCout.OCS_7, {"indirects", "reste"}),
        (ProfilCout.OCS_15, {"indirects", "reste"}),
        (ProfilCout.OCS_20, {"personnel", "reste"}),
        (ProfilCout.OCS_40, {"fonctionnement", "prestations", "participants", "indirects", "reste"}),
    ],
)
def test_a_profile_refuses_the_posts_it_covers(profil, refuses):
    assert {c for c in CategorieDepense.values if dire_refus(profil, c)} == refuses


def test_a_refusal_says_why_and_what_to_do():
    assert dire_refus(ProfilCout.OCS_7, CategorieDepense.INDIRECTS) == (
        "Les coûts indirects sont au forfait sur les coûts directs. Retirez cette ligne «\u202fCoûts indirects\u202f», "
        "ou choisissez un autre établissement des coûts."
    )


def test_own_funds_absorb_a_dearer_plan_and_a_cheaper_one_to_zero():
    assert (equilibrer(cout=D("1070.00"), autres=D("600.00")).autofinancement) == D("470.00")
    moins_cher = equilibrer(cout=D("599.99"), autres=D("600.00"))
    assert (moins_cher.autofinancement, moins_cher.exces) == (D("0.00"), D("0.01"))


# properties

montants = st.decimals(min_value=0, max_value=10_000_000, places=2)
profils = st.sampled_from(list(ProfilCout))


@st.composite
def plans(draw):
    """A profile and lines that it allows."""
    profil = draw(profils)
    categories = st.sampled_from(sorted(saisies_admises(profil)))
    lignes = draw(st.lists(st.builds(ligne, categories, st.integers(2021, 2029), montants), min_size=1, max_size=20))
    return profil, lignes


@given(plans())
def test_the_parts_of_a_plan_sum_to_its_total_by_year_and_by_post(plan):
    profil, lignes = plan
    toutes = [*lignes, *compute_forfaits(profil, lignes, TAUX[profil])]
    total = sum(poste.montant for poste in toutes)
    par_annee = {a: sum(p.montant for p in toutes if p.annee == a) for a in {p.annee for p in toutes}}
    par_poste = {c: sum(p.montant for p in toutes if p.categorie == c) for c in {p.categorie for p in toutes}}
    assert sum(par_annee.values()) == sum(par_poste.values()) == total
    assert total == total.quantize(D("0.01"))


@given(plans())
def test_each_flat_rate_is_its_base_times_its_rate_and_each_base_is_counted_once(plan):
    profil, lignes = plan
    calcules = compute_forfaits(profil, lignes, TAUX[profil])
    assert [f.montant for f in calcules] == [arrondir(f.assiette * f.taux) for f in calcules]
    assert len({f.annee for f in calcules}) == len(calcules)
    if profil in REGLES:
        base = sum(poste.montant for poste in lignes if poste.categorie in REGLES[profil].assiette)
        assert sum(f.assiette for f in calcules) == base


@given(plans(), st.data())
def test_a_plan_that_balances_still_balances_after_any_profile(plan, data):
    """Own funds absorb what the profile changes; what the others hold above the cost is said to the cent."""
    profil, lignes = plan
    avant = sum(poste.montant for poste in lignes)
    autres = data.draw(st.decimals(min_value=0, max_value=avant, places=2)) if avant else D("0.00")
    assert equilibrer(cout=avant, autres=autres).autofinancement + autres == avant  # it balances at real costs

    apres = avant + sum(forfait.montant for forfait in compute_forfaits(profil, lignes, TAUX[profil]))
    vers = equilibrer(cout=apres, autres=autres)
    assert autres - vers.exces + vers.autofinancement == apres
    assert vers.exces == 0  # the lines kept, a flat rate only adds: nobody else’s money is touched


@given(montants, montants)
def test_balancing_never_makes_own_funds_negative(cout, autres):
    vers = equilibrer(cout=cout, autres=autres)
    assert min(vers.autofinancement, vers.exces) == 0
    assert autres - vers.exces + vers.autofinancement == cout
