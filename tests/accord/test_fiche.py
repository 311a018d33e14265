"""The page of the agreement: each fact with its source, published beside computed, found by a search."""

import io
import re
from html import unescape

import pytest
from django.core.management import call_command
from django.urls import reverse

from accord.enums import Certitude
from accord.fiche.lignes import cle, contient, ecrire_valeur
from accord.fiche.regles import dire_criteres
from accord.fiche.rubriques import RUBRIQUES
from accord.models import AccordCadre
from comptes.enums import Role
from comptes.models import Organisme
from tests.conftest import FICHIER_ACCORD
from tests.factories import AccordFactory, EnveloppeFactory, MouvementFactory, habilite

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge():
    call_command("charger_accord", str(FICHIER_ACCORD), verbosity=0, stdout=io.StringIO())
    return AccordCadre.objects.get()


def lire(client, accord, **parametres):
    return client.get(reverse("accord:fiche", args=[accord.slug]), parametres)


def lignes(reponse) -> list[str]:
    """The text of each row of the tables of facts, cells joined by « | »."""
    html = reponse.content.decode()
    rangees = re.findall(r"<tr role=\"row\"[^>]*>(.*?)</tr>", html, re.S)
    cellules = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", rangee, re.S) for rangee in rangees]
    return [" | ".join(unescape(re.sub(r"<[^>]+>", " ", c)).strip() for c in rangee) for rangee in cellules]


def montrer(client, accord, **parametres):
    client.force_login(habilite(Role.GESTIONNAIRE))
    return lire(client, accord, **parametres)


@pytest.mark.parametrize("rubrique", RUBRIQUES, ids=lambda r: r.code)
def test_every_fact_of_a_section_shows_its_source(client, charge, rubrique):
    reponse = montrer(client, charge, rubrique=rubrique.code)

    blocs = reponse.context["blocs"]
    assert [bloc.ancre for bloc in blocs if not bloc.lignes] == []
    assert all(ligne.source for bloc in blocs for ligne in bloc.lignes)
    assert f'aria-current="page">{rubrique.titre}' in reponse.content.decode()


@pytest.mark.parametrize(("rubrique", "requetes"), [("acte", 7), ("montants", 8), ("parametres", 5), ("bilan", 6)])
def test_a_section_costs_the_same_queries_however_long(client, charge, rubrique, requetes, django_assert_num_queries):
    client.force_login(habilite(Role.GESTIONNAIRE))
    lire(client, charge)  # session
    with django_assert_num_queries(requetes):
        lire(client, charge, rubrique=rubrique)


@pytest.mark.parametrize("rubrique", RUBRIQUES, ids=lambda r: r.code)
def test_bodies_and_envelopes_are_named_never_shown_by_their_code(client, charge, rubrique):
    reponse = montrer(client, charge, rubrique=rubrique.code)

    mots = set(re.findall(r"\w+", "\n".join(lignes(reponse))))
    codes = {*Organisme.objects.values_list("code", flat=True), *charge.enveloppes.values_list("code", flat=True)}
    assert {code for code in codes if "_" in code} & mots == set()


def test_an_unknown_section_shows_the_first_one(client, charge):
    assert montrer(client, charge, rubrique="inconnue").context["rubrique"] is RUBRIQUES[0]


def test_amounts_of_an_envelope_at_the_start_and_today(client, charge):
    enveloppe = charge.enveloppes.get(code="FTJ_CD62")
    MouvementFactory(enveloppe=enveloppe, nature="abondement", montant="1000.00")

    reponse = montrer(client, charge, rubrique="montants")

    bloc = next(b for b in reponse.context["blocs"] if b.fonds == "FTJ")
    assert [c.texte for c in bloc.lignes[0].cellules] == [
        "",
        "11\u202f571\u202f000,00\u00a0€",
        "11\u202f572\u202f000,00\u00a0€",
        "",
    ]
    assert bloc.lignes[0].cellules[2].url == reverse("operations:enveloppe", args=[charge.slug, "FTJ_CD62"])


def test_two_funds_never_share_a_table(client, charge):
    blocs = montrer(client, charge, rubrique="montants").context["blocs"]
    assert [(b.titre, len(b.lignes)) for b in blocs if b.fonds] == [
        ("Subventions globales FSE+", 6),
        ("Subventions globales FTJ", 3),
    ]


def test_hypothesis_of_the_ftj_says_it_holds_no_money(client, charge):
    rangees = [r for r in lignes(montrer(client, charge, rubrique="montants")) if "hypothèse" in r]
    assert len(rangees) == 2
    assert all("aucun crédit" in r for r in rangees)


def test_published_and_computed_stand_side_by_side(client, charge):
    bloc = montrer(client, charge, rubrique="bilan").context["blocs"][0]

    assert bloc.colonnes == ["CD", "OCAPLIE", "APAPM", "Total"]
    total = bloc.lignes[0].cellules[3]
    assert (total.texte, total.sous) == (
        "52\u202f918\u202f030,00\u00a0€",
        "recalculé : 52\u202f918\u202f029,00\u00a0€",
    )


def test_map_has_the_twenty_epci_and_marks_the_mining_basin(client, charge):
    carte = montrer(client, charge, rubrique="territoires").context["carte"]
    assert len(carte.cases) == 20
    assert sum(case.valeur.nombre for case in carte.cases) == 887
    assert sorted(case.epci.sigle for case in carte.cases if case.est_minier) == ["BÉT", "HÉN", "LEN", "OSA"]
    assert carte.phrase_bassin == "bassin minier (à vérifier)"
    assert [mots for _, mots in carte.cle] == ["moins de 20", "20 à 39", "40 à 59", "60 à 79", "80 et plus"]


# -- search


@pytest.mark.parametrize("tape", ["31 592 507", "31592507", "31\u202f592\u202f507", "31592507,00"])
def test_an_amount_is_found_however_it_is_typed(client, charge, tape):
    trouves = [ligne.tete for b in montrer(client, charge, cherche=tape).context["blocs"] for ligne in b.lignes]
    assert trouves[0] == "Subvention globale FSE+ du Département"


def test_a_search_forgets_case_and_accents_and_counts(client, charge):
    reponse = montrer(client, charge, cherche="EVALUATION mi-parcours")

    assert reponse.context["total"] == 3
    assert [p["libelle"] for p in reponse.context["pilules"]] == ["« EVALUATION mi-parcours »"]
    assert "<title>3\u00a0faits pour « EVALUATION mi-parcours », accord" in reponse.content.decode()


def test_facts_of_one_certitude(client, charge):
    blocs = montrer(client, charge, certitude=Certitude.HYPOTHESE).context["blocs"]
    trouves = [(ligne.tete, ligne.precision.split(",")[0]) for b in blocs for ligne in b.lignes]
    assert trouves == [
        ("Tranche 2022-2025, hypothèse", "Subvention globale FTJ du Département"),
        ("Tranche 2026-2027, hypothèse", "Subvention globale FTJ du Département"),
        ("I8", ""),
    ]


def test_a_commune_is_found_with_its_epci(client, charge):
    rangees = lignes(montrer(client, charge, cherche="mericourt"))
    assert rangees[-1].startswith("Méricourt | 62570 | CA de Lens-Liévin")


def test_nothing_found_says_what_to_try(client, charge):
    html = montrer(client, charge, cherche="introuvable").content.decode()
    assert "Aucun fait ne répond à cette recherche" in html
    assert "0\u00a0fait trouvé" in html


def test_a_wrong_certitude_is_said_and_nothing_breaks(client, charge):
    reponse = montrer(client, charge, certitude="bof")
    assert reponse.status_code == 200
    assert reponse.context["form"].errors["certitude"]


# -- an agreement that says little, one that is not mine


def test_a_bare_agreement_has_its_empty_states(client):
    accord = AccordFactory(parties=["DDETS_62"])
    EnveloppeFactory(accord=accord)
    client.force_login(habilite(Role.LECTEUR_ETAT))
    for rubrique in RUBRIQUES:
        reponse = lire(client, accord, rubrique=rubrique.code)
        assert reponse.status_code == 200
    assert "Rien dans cette partie" in lire(client, accord, rubrique="points").content.decode()


def test_an_agreement_that_is_not_mine_does_not_exist(client, charge):
    client.force_login(habilite(Role.GESTIONNAIRE, "CD99"))
    assert lire(client, charge).status_code == 404


# -- words


@pytest.mark.parametrize(
    ("valeur", "unite", "ecrit", "est_nombre"),
    [
        ("31592507.00", "EUR", "31\u202f592\u202f507,00\u00a0€", True),
        ("8,4", "%", "8,4\u202f%", True),
        ("−7,1", "%", "−7,1\u202f%", True),
        ("plus de 35\u202f000", "personnes", "plus de 35\u202f000\u00a0personnes", True),
        ("«\u202f171,3\u00a0M€\u202f»", "", "«\u202f171,3\u00a0M€\u202f»", True),
        ("50 → 38", "%", "50 → 38\u202f%", False),
        ("non précisé", "", "non précisé", False),
        ("", "EUR", "", False),
    ],
)
def test_values_are_written_as_people_write_them(valeur, unite, ecrit, est_nombre):
    cellule = ecrire_valeur(valeur, unite)
    assert (cellule.texte, cellule.est_nombre) == (ecrit, est_nombre)


def test_criteria_are_said_in_words():
    requis = [
        {"groupe": 1, "champ": "brsa", "libelle": "BRSA", "operateur": "egal", "valeur": "oui", "effet": "requis"},
        {"groupe": 1, "champ": "age", "libelle": "âge", "operateur": "inferieur", "valeur": 30, "effet": "requis"},
        {"groupe": 2, "champ": "etape", "libelle": "étape", "operateur": "egal", "valeur": "non", "effet": "requis"},
    ]
    assert dire_criteres(requis) == "Requis\u00a0: BRSA = oui, ou âge < 30\u202f; et étape = non."
    assert dire_criteres([]) == "aucun critère calculable"


def test_a_word_is_found_at_its_start():
    texte = cle("BRSA, versant du RSA\u202f; 49\u202f106\u202f452,00\u00a0€")
    assert contient(texte, ["rsa"])
    assert not contient(cle("versant"), ["rsa"])
    assert contient(texte, ["49106452"])
