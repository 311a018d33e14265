"""What a record lacks, in words and for the database; what is late, at the edge of each delay."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participants.completude import INCOMPLETE, lire_suivi, manque_un_contact, manques, resultats_manquants
from participants.enums import Diplome, Sexe, StatutEmploi
from participants.models import Participation
from participants.services import enregistrer_fiche
from tests.factories import (
    ObjectifSpecifiqueFactory,
    OperationFactory,
    ParametreFactory,
    ParticipationFactory,
    UtilisateurFactory,
)

JOUR = dt.date(2026, 11, 25)
RESULTATS = {
    "statut_emploi_sortie": "emploi",
    "en_formation_sortie": "non",
    "qualification_obtenue": "non",
}


@pytest.fixture
def operations(accord):
    h = OperationFactory(programmee=True, enveloppe__accord=accord, fin_le=dt.date(2027, 12, 31))
    objectif = ObjectifSpecifiqueFactory(code="1.L", fonds=h.enveloppe.fonds)
    return [h, OperationFactory(programmee=True, enveloppe=h.enveloppe, objectif_specifique=objectif)]


@pytest.fixture
def suivi(accord):
    for code, valeur in [
        ("saisie_delai_mois", "1"),
        ("resultat_delai_semaines", "4"),
        ("fiches_incompletes_seuil", "35"),
    ]:
        ParametreFactory(accord=accord, code=code, valeur=valeur)
    return lire_suivi(accord, JOUR)


def relire(suivi, fiche):
    return suivi.annoter(Participation.objects.filter(pk=fiche.pk)).get()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    os_l=st.booleans(),
    champs=st.fixed_dictionaries(
        {
            "age_entree": st.sampled_from([None, 0, 34]),
            "sexe": st.sampled_from(["", *Sexe]),
            "statut_emploi": st.sampled_from(["", *StatutEmploi]),
            "niveau_diplome": st.sampled_from(["", *Diplome]),
        }
    ),
)
def test_the_words_and_the_database_agree_on_what_is_complete(operations, os_l, champs):
    fiche = ParticipationFactory(operation=operations[os_l], **champs)
    lue = Participation.objects.with_os_l().get(pk=fiche.pk)

    assert bool(manques(lue)) == Participation.objects.with_os_l().filter(INCOMPLETE, pk=fiche.pk).exists()
    fiche.delete()


def test_without_parameter_nothing_is_late(accord, operations):
    fiche = ParticipationFactory(operation=operations[0], sexe="", entree_le=dt.date(2022, 1, 1))
    suivi = lire_suivi(accord, JOUR)

    assert suivi.compter(Participation.objects.all()).retard == 0
    assert relire(suivi, fiche).urgence == 1


@pytest.mark.parametrize(("entree_le", "retard"), [(dt.date(2026, 10, 25), False), (dt.date(2026, 10, 24), True)])
def test_an_incomplete_entry_is_late_after_a_month(suivi, operations, entree_le, retard):
    fiche = relire(suivi, ParticipationFactory(operation=operations[0], sexe="", entree_le=entree_le))

    assert (fiche.retard_entree, fiche.est_incomplete) == (retard, True)
    assert fiche.urgence == (0 if retard else 1)


def test_a_complete_entry_is_never_late(suivi, operations):
    fiche = relire(suivi, ParticipationFactory(operation=operations[0], entree_le=dt.date(2022, 1, 1)))

    assert (fiche.retard_entree, fiche.est_incomplete, fiche.urgence) == (False, False, 2)


@pytest.mark.parametrize(("sortie_le", "retard"), [(dt.date(2026, 10, 28), False), (dt.date(2026, 10, 27), True)])
def test_results_are_late_after_four_weeks(suivi, operations, sortie_le, retard):
    fiche = ParticipationFactory(operation=operations[0], sortie_le=sortie_le, motif_sortie="terme")

    assert relire(suivi, fiche).retard_resultats is retard
    Participation.objects.filter(pk=fiche.pk).update(**RESULTATS)
    assert relire(suivi, fiche).retard_resultats is False


def test_the_search_of_work_is_asked_of_the_inactive_who_found_none(suivi, operations):
    sorti = {"sortie_le": dt.date(2026, 3, 31), "operation": operations[0], **RESULTATS}
    sans = ParticipationFactory(statut_emploi="inactif", **sorti | {"statut_emploi_sortie": "inactif"})
    avec = ParticipationFactory(statut_emploi="inactif", **sorti)

    assert resultats_manquants(relire(suivi, sans)) == ["recherche d’emploi"]
    assert relire(suivi, sans).retard_resultats
    assert resultats_manquants(relire(suivi, avec)) == []
    assert not relire(suivi, avec).retard_resultats


@pytest.mark.parametrize(("fin_le", "retard"), [(dt.date(2026, 10, 25), False), (dt.date(2026, 10, 24), True)])
def test_an_exit_is_late_a_month_after_the_end_of_the_operation(suivi, operations, fin_le, retard):
    operation = operations[0]
    type(operation).objects.filter(pk=operation.pk).update(fin_le=fin_le)
    fiche = ParticipationFactory(operation=operation)

    assert relire(suivi, fiche).retard_sortie is retard


def test_the_counts_of_the_states(suivi, operations):
    operation = operations[0]
    ParticipationFactory(operation=operation)
    ParticipationFactory(operation=operation, sexe="", entree_le=dt.date(2026, 1, 5))
    ParticipationFactory(operation=operation, sortie_le=dt.date(2026, 11, 24), **RESULTATS)
    ParticipationFactory(operation=operation, sortie_le=JOUR, **RESULTATS)
    ParticipationFactory(operation=operation, annulee_le=JOUR)

    compte = suivi.compter(operation.participations.all())

    assert (compte.total, compte.incompletes, compte.retard) == (4, 1, 1)
    assert (compte.en_cours, compte.sorties, compte.annulees) == (3, 1, 1)
    assert (compte.completes, compte.part_incompletes) == (3, Decimal("0.25"))


@pytest.mark.parametrize(("incompletes", "depasse"), [(7, False), (8, True)])
def test_the_alert_begins_above_the_threshold(suivi, operations, incompletes, depasse):
    """35 % of 20 is 7: on the threshold nothing is said."""
    ParticipationFactory.create_batch(incompletes, operation=operations[0], sexe="")
    ParticipationFactory.create_batch(20 - incompletes, operation=operations[0])

    assert suivi.depasse(suivi.compter(operations[0].participations.all())) is depasse


@pytest.mark.parametrize(
    ("identite", "manque"),
    [({"nom": "Martin"}, True), ({"telephone": "03 21 00 00 00"}, False), ({"referent": "Éducatrice"}, False)],
)
def test_a_contact_or_a_referent_is_asked(operations, identite, manque):
    fiche = ParticipationFactory.build(operation=operations[0], pseudonyme="P0001")
    enregistrer_fiche(fiche, auteur=UtilisateurFactory(), identite=identite)

    assert manque_un_contact(fiche) is manque
