"""The participants of the demonstration: the profile of 2014-2020 by body, sound counters, names that say so."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from django.db.models import Avg, Count, F, Q

from accord.models import AccordCadre, Commune, Qpv
from participants.chiffrement import contexte, dechiffrer
from participants.compteurs import verifier_compteurs
from participants.models import DoublonPresume, EntitesSoutenues, Identite, Participation
from pilotage.demonstration.participants import creer_participants
from pilotage.demonstration.profils import PROFILS, partager
from tests.conftest import FICHIER_ACCORD
from tests.pilotage.test_charger_demo import executer

pytestmark = pytest.mark.django_db
NOMBRE = 2400
JOUR = date(2026, 11, 20)


@pytest.fixture(scope="module")
def charge(django_db_setup, django_db_blocker):
    """Forty operations with their participants, gone afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        executer("charger_accord", str(FICHIER_ACCORD))
        executer("charger_demo", operations=40, participants=NOMBRE)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def accord_charge(charge, db):
    return AccordCadre.objects.get()


def recreer(accord, nombre, graine):
    """Other records in the place of those."""
    for table in (EntitesSoutenues, Identite, Participation):
        table.objects.all().delete()
    assert creer_participants(accord, nombre, graine, JOUR) == nombre


@pytest.fixture
def fiches(accord_charge):
    return Participation.objects.all()


def part(fiches, **reponse) -> float:
    """Out of a hundred records that answer."""
    (champ,) = reponse
    return 100 * fiches.filter(**reponse).count() / fiches.exclude(**{champ: ""}).count()


@pytest.mark.parametrize("profil", PROFILS, ids=lambda p: p.code)
def test_each_body_has_its_profile_within_one_point(fiches, profil):
    siennes = fiches.filter(pseudonyme__startswith=f"{profil.code}-")
    champ, minima = profil.minima
    mesures = {
        "nombre": (100 * siennes.count() / NOMBRE, 100 * profil.nombre / 80_632),
        "hommes": (part(siennes, sexe="H"), profil.hommes),
        "âge": (float(siennes.aggregate(a=Avg("age_entree"))["a"]), profil.age),
        champ: (part(siennes, **{champ: "oui"}), minima),
        "collège": (part(siennes, niveau_diplome="CITE_0_2"), profil.college),
        **{statut: (part(siennes, statut_emploi=statut), p) for statut, p in profil.entrees.items()},
    }
    sorties = siennes.filter(sortie_le__isnull=False)
    nombre = sorties.count()
    for statut, attendu in profil.sorties.items():
        mesures[f"sortie {statut}"] = (100 * sorties.filter(statut_emploi_sortie=statut).count() / nombre, attendu)
    durables = sorties.filter(type_contrat__in=["cdi", "cdd_6_mois_et_plus", "independant"]).count()
    mesures["durable"] = (100 * durables / nombre, profil.durables)
    assert {nom: lus for nom, lus in mesures.items() if abs(lus[0] - lus[1]) > 1} == {}
    assert set(siennes.values_list("operation__enveloppe__organisme__code", flat=True)) == {profil.organisme}


def test_records_live_within_their_operation_and_verify(fiches, accord_charge):
    hors = fiches.filter(
        Q(entree_le__lt=F("operation__debut_le")) | Q(entree_saisie_le__lt=F("entree_le")) | Q(entree_le__gt=JOUR)
    )
    assert not hors.exists()
    assert verifier_compteurs() == []
    assert fiches.dates("entree_le", "month").count() > 24
    en_cours = fiches.filter(sortie_le__isnull=True)
    assert en_cours.filter(operation__statut="en_execution").count() > en_cours.count() * 0.6
    for manque in ({"age_entree": None}, {"sexe": ""}, {"statut_emploi": ""}, {"niveau_diplome": ""}):
        assert fiches.filter(**manque).exists(), manque
    assert fiches.filter(entree_saisie_le__gt=F("entree_le") + 35).exists() is True
    assert set(EntitesSoutenues.objects.values_list("code", flat=True)) == {"EECO18", "EECO19"}
    assert not fiches.exclude(code_qpv="").exists()  # none was loaded, none is invented
    assert Counter(bool(c) for c in fiches.values_list("code_insee", flat=True))[False] < NOMBRE * 0.06


def test_every_surname_says_that_it_is_invented_and_tells_persons_apart(fiches):
    identites = Identite.objects.select_related("participation")
    clairs = [
        dechiffrer(bytes(i.chiffre), i.cle, contexte(i.participation.operation_id, i.participation.pseudonyme))
        for i in identites
    ]
    assert len(clairs) == NOMBRE
    assert {clair["nom"].rpartition(" ")[2] for clair in clairs} == {"(exemple)"}
    assert all("courriel" not in clair or clair["courriel"].endswith("@exemple.invalid") for clair in clairs)
    communes = Counter(exacte for exacte in identites.values_list("exacte", flat=True) if exacte)
    repetees = sum(n - 1 for n in communes.values())
    assert NOMBRE * 0.02 < repetees < NOMBRE * 0.04  # the same person on two operations, and nobody by accident


def test_a_handful_are_with_both_bodies_under_another_spelling_and_nobody_else(fiches):
    paires = DoublonPresume.objects.en_vigueur()
    assert paires.count() == 4 + NOMBRE // 2000
    assert set(paires.values_list("est_exact", flat=True)) == {True, False}


def test_the_same_person_in_a_body_is_one_person(fiches):
    personnes = fiches.aggregate(n=Count("personne", distinct=True))["n"]
    assert NOMBRE * 0.96 < personnes < NOMBRE


def test_the_same_seed_gives_the_same_records_and_another_seed_others(accord_charge):
    def image(graine):
        recreer(accord_charge, 150, graine)
        fiches = Participation.objects.order_by("pseudonyme").values("pseudonyme", "entree_le", "sexe", "code_insee")
        return list(fiches), list(Identite.objects.order_by("participation__pseudonyme").values_list("exacte"))

    assert image(62) == image(62) != image(63)


def test_a_neighbourhood_is_one_that_was_loaded(accord_charge):
    quartier = Qpv.objects.create(code="QN06201M", generation=2024, nom="Essai", valide_du=date(2024, 1, 1))
    quartier.communes.add(Commune.objects.get(code_insee="62498"))
    recreer(accord_charge, 3000, 62)

    places = Participation.objects.exclude(code_qpv="")
    assert set(places.values_list("code_qpv", "code_insee", "source_qpv", "en_qpv")) == {
        ("QN06201M", "62498", "declare", True)
    }
    assert not places.filter(entree_le__lt=date(2024, 1, 1)).exists()


def test_parts_sum_to_the_total():
    assert partager(80_632, [p.nombre for p in PROFILS]) == [25_689, 29_937, 25_006]
    assert sum(partager(7, [1, 1, 1])) == 7
