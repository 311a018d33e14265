import datetime as dt

import pytest

from comptes.dates import add_months
from gouvernance.alertes import compute_alertes, compute_retard
from gouvernance.echeances import compute_echeance
from gouvernance.horaires import compute_horaires
from gouvernance.models import Comite
from operations.situation import compute_situation
from tests.factories import ComiteFactory, ReunionFactory

DEBUT = dt.date(2022, 1, 1)
DEUX_MOIS = {"intervalle_max_mois": 2}
ANNUELLE = {"periode": "annee_civile", "minimum": 1, "objectif": 2}


@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        (dt.date(2026, 5, 12), 2, dt.date(2026, 7, 12)),
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
        (dt.date(2023, 12, 31), 2, dt.date(2024, 2, 29)),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_last(jour, mois, attendu):
    assert add_months(jour, mois) == attendu


@pytest.mark.parametrize(
    ("regle", "derniere", "jour", "en_retard"),
    [
        (DEUX_MOIS, dt.date(2026, 5, 12), dt.date(2026, 7, 12), False),
        (DEUX_MOIS, dt.date(2026, 5, 12), dt.date(2026, 7, 13), True),
        ({"intervalle_max_mois": 3}, dt.date(2026, 5, 12), dt.date(2026, 8, 12), False),
        ({"intervalle_max_mois": 3}, dt.date(2026, 5, 12), dt.date(2026, 8, 13), True),
        (DEUX_MOIS, None, dt.date(2022, 3, 2), True),
        (ANNUELLE, dt.date(2025, 12, 11), dt.date(2026, 6, 1), True),
        (ANNUELLE, dt.date(2026, 1, 5), dt.date(2026, 12, 31), False),
        ({}, None, dt.date(2026, 1, 1), False),
    ],
)
def test_a_committee_is_late_the_day_after_its_limit(regle, derniere, jour, en_retard):
    assert compute_echeance(regle, derniere, DEBUT, jour).est_en_retard is en_retard


def lire(comite, jour):
    comite = Comite.objects.select_related("accord").with_reunions(jour).get(pk=comite.pk)
    return compute_retard(comite, comite.derniere_le, comite.prochaine_le, jour)


def test_retard_says_the_rule_the_last_and_the_next(accord):
    comite = ComiteFactory(accord=accord)
    ReunionFactory(comite=comite, date=dt.date(2026, 5, 12))
    ReunionFactory(comite=comite, date=dt.date(2026, 6, 1), statut="annulee", motif_annulation="Report")
    ReunionFactory(comite=comite, date=dt.date(2026, 7, 20))

    retard = lire(comite, dt.date(2026, 7, 13))

    assert (retard.titre, retard.ton) == ("En retard de 1\u00a0jour", "stop")
    assert retard.texte == (
        "Dernière réunion le 12\u00a0mai\u00a02026\u202f; l’accord demande une réunion tous les 2 mois. "
        "Prochaine réunion le 20\u00a0juillet\u00a02026."
    )


def test_retard_of_the_year_softens_once_a_date_is_planned(accord):
    comite = ComiteFactory(accord=accord, code="POLITIQUE", regle_frequence=ANNUELLE)
    assert lire(comite, dt.date(2026, 6, 1)).ton == "stop"

    ReunionFactory(comite=comite, date=dt.date(2026, 10, 8))

    retard = lire(comite, dt.date(2026, 6, 1))
    assert (retard.titre, retard.ton) == ("Aucune réunion tenue en 2026", "veille")


@pytest.mark.parametrize(
    ("regle", "derniere", "titre"),
    [
        (DEUX_MOIS, None, "Aucune réunion enregistrée avant le 30\u00a0juin\u00a02026"),
        (DEUX_MOIS, dt.date(2026, 4, 29), "En retard de 1\u00a0jour au 30\u00a0juin\u00a02026"),
        (ANNUELLE, None, "Aucune réunion tenue en 2026 avant le 30\u00a0juin\u00a02026"),
    ],
)
def test_retard_read_later_says_its_day_and_announces_nothing(accord, regle, derniere, titre):
    comite = ComiteFactory(accord=accord, regle_frequence=regle)
    jour, suivante, lu_le = dt.date(2026, 6, 30), dt.date(2026, 7, 9), dt.date(2026, 11, 25)

    retard = compute_retard(comite, derniere, suivante, jour, lu_le=lu_le)
    assert retard.titre == titre
    assert retard.texte.endswith("Réunion suivante le 9\u00a0juillet\u00a02026.")
    assert compute_retard(comite, derniere, None, jour, lu_le=lu_le).texte.endswith(
        "Aucune réunion n’est enregistrée ensuite."
    )


def test_retard_in_the_pack_of_the_next_meeting(accord):
    jour = dt.date(2026, 7, 9)

    retard = compute_retard(ComiteFactory(accord=accord), None, jour, jour, lu_le=jour, est_seance=True)

    assert retard.titre == "Aucune réunion enregistrée avant le 9\u00a0juillet\u00a02026"
    assert retard.texte.endswith("La réunion que prépare ce dossier, le 9\u00a0juillet\u00a02026, y répond.")


def test_alertes_name_the_envelope_and_the_amount(enveloppes):
    alertes = compute_alertes(compute_situation(enveloppes[0].accord, au=dt.date(2026, 6, 30)))

    assert [(alerte.cle, alerte.titre) for alerte in alertes] == [
        ("surprogrammation-FTJ_CD62", "Surprogrammation du FTJ (CD62)\u00a0: 429\u202f000,00\u00a0€")
    ]


def test_horaires_follow_from_the_durations():
    assert compute_horaires(dt.time(9, 30), [5, 20, 45]) == [
        dt.time(9, 30),
        dt.time(9, 35),
        dt.time(9, 55),
        dt.time(10, 40),
    ]
