"""Search: what the person may know, whatever the accents; an exact number first."""

import datetime as dt

import pytest
from django.urls import reverse

from comptes.enums import Role
from pilotage.recherche import PAR_GROUPE, chercher
from tests.factories import AppelFactory, ComiteFactory, OperationFactory, ReunionFactory, StructureFactory, habilite
from tests.pilotage.donnees import enveloppe

pytestmark = pytest.mark.django_db


def comptes(user, accord, q):
    resultats = chercher(user, accord, q)
    return {groupe.code: groupe.total for groupe in resultats.groupes if groupe.total}


def test_accents_and_case_are_forgotten_everywhere(accord, lecteur_etat):
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, intitule="Écoute et mobilité")
    StructureFactory(accord=accord, nom="L’École de la MOBILITÉ (exemple)")
    AppelFactory(enveloppe=e, intitule="Mobilités solidaires")
    ReunionFactory(comite=ComiteFactory(accord=accord), lieu="Salle Mobilité")

    assert comptes(lecteur_etat, accord, "MOBILITE") == {"operations": 1, "structures": 1, "appels": 1, "reunions": 1}
    assert comptes(lecteur_etat, accord, "écoute mobilite") == {"operations": 1}
    assert comptes(lecteur_etat, accord, "rien de tel") == {}


def test_operation_is_found_by_the_name_of_its_structure(accord, lecteur_etat):
    structure = StructureFactory(accord=accord, nom="Cap Ternois (exemple)")
    OperationFactory(enveloppe=enveloppe(accord), structure=structure, intitule="Plate-forme")

    assert comptes(lecteur_etat, accord, "ternois plate") == {"operations": 1}


@pytest.mark.parametrize("q", ["9 juillet", "09/07/2026", "technique juillet 2026"])
def test_meeting_is_found_by_its_date(accord, lecteur_etat, q):
    comite = ComiteFactory(accord=accord)
    for jour in [dt.date(2026, 7, 9), dt.date(2026, 8, 9)]:
        ReunionFactory(comite=comite, date=jour)

    assert comptes(lecteur_etat, accord, q) == {"reunions": 1}


def test_exact_number_comes_apart_and_is_counted_once(accord, lecteur_etat):
    e = enveloppe(accord)
    exacte = OperationFactory(enveloppe=e, numero="202400318")
    OperationFactory(enveloppe=e, numero="2024003180")

    resultats = chercher(lecteur_etat, accord, "202400318")
    assert resultats.directe == exacte
    assert resultats.total == 2
    assert comptes(lecteur_etat, accord, "202400318") == {"operations": 1}


def test_percent_is_a_character_like_another(accord, lecteur_etat):
    OperationFactory(enveloppe=enveloppe(accord), intitule="Objectif 100 % insertion")

    assert comptes(lecteur_etat, accord, "%") == {"operations": 1}
    assert comptes(lecteur_etat, accord, "100_%") == {}


def test_plie_finds_its_own_operations_only(accord):
    plie = habilite(Role.PLIE, "PLIE_LENS_LIEVIN")
    sienne = StructureFactory(accord=accord, nom="La sienne", organisme_id=plie.organismes_ids()[0])
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, intitule="Insertion", structure=sienne)
    OperationFactory(enveloppe=e, intitule="Insertion ailleurs")

    assert comptes(plie, accord, "insertion") == {"operations": 1}


def test_another_agreement_stays_out(accord, lecteur_etat):
    OperationFactory(enveloppe=enveloppe(accord), intitule="Insertion")

    assert comptes(habilite(Role.GESTIONNAIRE, "AILLEURS"), accord, "insertion") == {}


def test_long_answer_is_cut_and_its_whole_count_said(client, accord, lecteur_etat):
    OperationFactory.create_batch(PAR_GROUPE + 2, enveloppe=enveloppe(accord), intitule="Insertion")
    client.force_login(lecteur_etat)

    page = client.get(reverse("pilotage:recherche", args=[accord.slug], query={"q": "insertion"}))
    groupe = page.context["resultats"].groupes[0]
    assert (groupe.total, len(groupe.objets)) == (PAR_GROUPE + 2, PAR_GROUPE)
    assert "Voir les 12 dans la liste" in page.content.decode()


@pytest.mark.parametrize("q", ["", "   ", "\x00", "x" * 5000])
def test_empty_or_absurd_words_answer_a_page(client, accord, lecteur_etat, q):
    client.force_login(lecteur_etat)

    page = client.get(reverse("pilotage:recherche", args=[accord.slug], query={"q": q}))
    assert page.status_code == 200
    assert page.context["resultats"].total == 0


@pytest.mark.parametrize("nombre", [1, 3])
def test_query_count(client, accord, lecteur_etat, nombre, django_assert_num_queries):
    e = enveloppe(accord)
    comite = ComiteFactory(accord=accord, intitule="Essai")
    for rang in range(nombre):
        OperationFactory(enveloppe=e, intitule="Essai")
        StructureFactory(accord=accord, nom=f"Essai {rang}")
        AppelFactory(enveloppe=e, intitule="Essai")
        ReunionFactory(comite=comite, date=dt.date(2026, 12, 1 + rang))
    client.force_login(lecteur_etat)
    with django_assert_num_queries(9):
        client.get(reverse("pilotage:recherche", args=[accord.slug], query={"q": "essai"}))


def test_a_siren_typed_with_spaces_finds_the_structure_and_its_operations(accord, lecteur_etat):
    structure = StructureFactory(accord=accord, siret="73282932000074")
    OperationFactory(enveloppe=enveloppe(accord), structure=structure)

    assert comptes(lecteur_etat, accord, "732 829 320") == {"operations": 1, "structures": 1}


def test_a_number_typed_in_groups_is_exact(accord, lecteur_etat):
    exacte = OperationFactory(enveloppe=enveloppe(accord), numero="202600900")

    assert chercher(lecteur_etat, accord, "2026 00 900").directe == exacte
