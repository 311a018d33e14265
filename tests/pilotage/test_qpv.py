"""The two measures of the priority to neighbourhoods: in euros as declared, in persons as counted, never mixed."""

import csv
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from comptes.classeurs import BOM
from comptes.enums import Role
from operations.parts_qpv import compute_parts_par_annee
from operations.situation import compute_situation
from participants.compteurs import recompter
from participants.part_qpv import build_situation_json
from pilotage.liens import Liens
from pilotage.qpv import Residence, compute_qpv
from tests.accord.geo import poser_parametres_qpv
from tests.factories import (
    CommuneFactory,
    EcritureFactory,
    EnveloppeFactory,
    EpciFactory,
    FondsFactory,
    OperationFactory,
    OrganismeFactory,
    ParticipationFactory,
    habilite,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("le_15_juillet")]


@pytest.fixture
def le_15_juillet():
    with time_machine.travel("2026-07-15 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def enveloppe(accord):
    poser_parametres_qpv(accord)
    return EnveloppeFactory(accord=accord)


@pytest.fixture
def auditeur(accord):
    return habilite(Role.AUDITEUR)


def programmer(enveloppe, le, montant, part=None):
    return OperationFactory(
        enveloppe=enveloppe, programmee=True, programmee_le=le, ue=Decimal(montant), part_qpv_declaree=part
    )


def inscrire(operation, nombre, entree_le=date(2026, 3, 2), **champs):
    ParticipationFactory.create_batch(nombre, operation=operation, entree_le=entree_le, **champs)
    recompter()


def mesurer(accord, lecteur, au=date(2026, 7, 15), **portee):
    return compute_qpv(accord, au, lecteur=lecteur, liens=Liens(accord, au, ouverts=False), **portee)


def ouvrir(client, qui, accord, nom="qpv", **parametres):
    client.force_login(qui)
    return client.get(reverse(f"pilotage:{nom}", args=[accord.slug]), parametres)


# -- declared, in euros


def test_each_line_counts_in_the_year_of_its_effect(accord, enveloppe):
    operation = programmer(enveloppe, date(2025, 12, 31), "1000.00", Decimal("0.4000"))
    programmer(enveloppe, date(2026, 1, 1), "500.00")
    EcritureFactory(operation=operation, montant=Decimal("-250.00"), date_effet=date(2026, 5, 1))

    annees = compute_parts_par_annee(accord, date(2026, 7, 15))[enveloppe.pk]

    assert {a: (p.numerateur, p.denominateur, p.part_inconnue) for a, p in annees.items()} == {
        2025: (Decimal("400.00"), Decimal("1000.00"), Decimal("0.00")),
        2026: (Decimal("-100.00"), Decimal("-250.00"), Decimal("500.00")),
    }


def test_the_years_add_up_to_the_total_to_the_cent(accord, enveloppe):
    for annee in (2023, 2024, 2025):
        programmer(enveloppe, date(annee, 6, 1), "0.10", Decimal("0.3333"))

    total = compute_situation(accord, au=date(2026, 7, 15)).enveloppe(enveloppe.code).part_qpv
    annees = compute_parts_par_annee(accord, date(2026, 7, 15))[enveloppe.pk]

    assert total.numerateur == Decimal("0.10")
    assert [p.numerateur for p in annees.values()] == [Decimal("0.03"), Decimal("0.04"), Decimal("0.03")]
    assert sum(p.denominateur for p in annees.values()) == total.denominateur == Decimal("0.30")


def test_a_deprogrammed_operation_is_in_no_year(accord, enveloppe):
    operation = programmer(enveloppe, date(2025, 6, 1), "600.00", Decimal("0.5000"))
    EcritureFactory(operation=operation, montant=Decimal("-600.00"), date_effet=date(2026, 6, 1))

    assert compute_parts_par_annee(accord, date(2026, 5, 31))[enveloppe.pk][2025].numerateur == Decimal("300.00")
    assert compute_parts_par_annee(accord, date(2026, 7, 15)) == {}


# -- measured, in persons


def test_persons_are_counted_by_body_and_year_of_entry_with_unknown_addresses_apart(accord, enveloppe, auditeur):
    operation = programmer(enveloppe, date(2023, 1, 1), "600.00")
    inscrire(operation, 3, date(2023, 12, 31), code_qpv="QP062001", en_qpv=True)
    inscrire(operation, 5, date(2024, 1, 1), code_insee="62498", en_qpv=False)
    inscrire(operation, 2, date(2024, 6, 1))

    mesures = mesurer(accord, auditeur)

    (section,) = mesures.sections
    (e,) = section.enveloppes
    assert (e.total.residence, e.total.generation) == (Residence(10, 8, 3), "les deux")
    assert [(ligne.libelle, ligne.generation, ligne.residence) for ligne in e.par_annee] == [
        ("2023", "avant 2024", Residence(3, 3, 3)),
        ("2024", "2024", Residence(7, 5, 0)),
    ]
    assert (e.total.part, e.total.part_inconnue) == ("37,50\u202f%", "20,00\u202f%")


def test_nobody_of_known_address_has_no_share(accord, enveloppe, auditeur):
    inscrire(programmer(enveloppe, date(2023, 1, 1), "600.00"), 2)

    (section,) = mesurer(accord, auditeur).sections

    assert section.enveloppes[0].total.part == "aucune adresse connue"
    assert section.enveloppes[0].total.part_inconnue == "100,00\u202f%"


def test_small_counts_are_read_at_the_last_end_of_a_month(accord, enveloppe, auditeur, lecteur_etat):
    """Two neighbouring dates would tell who came in between; who reads identities reads the day itself."""
    inscrire(programmer(enveloppe, date(2023, 1, 1), "600.00"), 2, date(2026, 7, 1), code_insee="62498")

    le_jour, fin_de_mois = mesurer(accord, auditeur), mesurer(accord, lecteur_etat)

    assert (le_jour.personnes_au, le_jour.sections[0].a_participants) == (date(2026, 7, 15), True)
    assert (fin_de_mois.personnes_au, fin_de_mois.sections[0].a_participants) == (date(2026, 6, 30), False)


def test_two_funds_never_share_a_sum_nor_a_map(accord, enveloppe, auditeur):
    ftj = EnveloppeFactory(accord=accord, fonds=FondsFactory(code="FTJ"))
    lens = EpciFactory(nom="CA de Lens-Liévin", rangee=4, colonne=6)
    CommuneFactory(code_insee="62498", epci=lens)
    champs = {"code_insee": "62498", "en_qpv": True}
    inscrire(programmer(enveloppe, date(2023, 1, 1), "600.00"), 6, **champs)
    inscrire(programmer(ftj, date(2023, 1, 1), "600.00"), 7, **champs)

    sections = mesurer(accord, auditeur).sections

    assert [(s.fonds.code, s.epcis[lens.siren].residence.participants) for s in sections] == [
        ("FSE_PLUS", 6),
        ("FTJ", 7),
    ]
    assert [s.carte.cases[0].valeur.texte for s in sections] == ["100,0\u202f%"] * 2
    assert [s.fonds.code for s in mesurer(accord, auditeur, fonds="FTJ").sections] == ["FTJ"]


def test_one_body_alone_has_no_map(accord, enveloppe, auditeur):
    tm = EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"))
    inscrire(programmer(tm, date(2023, 1, 1), "600.00"), 6, code_insee="62498")

    (section,) = mesurer(accord, auditeur, organisme="TM").sections

    assert [e.enveloppe.code for e in section.enveloppes] == ["FSE_TM"]
    assert (section.carte, section.epcis) == (None, {})


@pytest.fixture
def petits_effectifs(accord, enveloppe):
    """Three people of the Département in a neighbourhood, among twenty; many in the other body."""
    tm = EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"))
    cd62, autre = (programmer(e, date(2023, 1, 1), "600.00") for e in (enveloppe, tm))
    inscrire(cd62, 3, date(2025, 3, 1), code_insee="62498", en_qpv=True)
    inscrire(cd62, 17, date(2025, 3, 1), code_insee="62498", en_qpv=False)
    inscrire(cd62, 10, date(2026, 3, 1), code_insee="62498", en_qpv=True)
    inscrire(autre, 40, date(2026, 3, 1), code_insee="62498", en_qpv=True)


def lire_cd62(accord, lecteur):
    (section,) = mesurer(accord, lecteur).sections
    e = section.enveloppes[0]
    return {ligne.libelle: (ligne.part, ligne.nombres[3]) for ligne in e.residences}


def test_a_small_count_is_hidden_from_the_state_and_cannot_be_deduced(accord, petits_effectifs, lecteur_etat):
    lus = lire_cd62(accord, lecteur_etat)

    assert lus["2025"] == ("masqué", "<\u00a05")
    assert lus["toutes"][1] == "masqué" or lus["2026"][1] == "masqué"


@pytest.mark.parametrize("qui", ["auditeur", "gestionnaire"])
def test_whoever_reads_the_identities_reads_the_counts(accord, petits_effectifs, qui, request):
    assert lire_cd62(accord, request.getfixturevalue(qui)) == {
        "toutes": ("43,33\u202f%", "13"),
        "2025": ("15,00\u202f%", "3"),
        "2026": ("100,00\u202f%", "10"),
    }


def test_the_other_body_does_not_read_them(accord, petits_effectifs, gestionnaire_tm):
    assert lire_cd62(accord, gestionnaire_tm)["2025"] == ("masqué", "<\u00a05")


def test_the_command_says_both_measures_and_neither_as_known_in_the_past(accord, enveloppe):
    inscrire(programmer(enveloppe, date(2023, 1, 1), "600.00"), 3, code_insee="62498", en_qpv=True)
    inscrire(enveloppe.operations.get(), 1)

    lu, connu = (
        build_situation_json(compute_situation(accord, **dates)) for dates in ({}, {"connu_le": date(2026, 7, 1)})
    )

    part = lu["enveloppes"][0]["part_qpv"]
    assert part["participants"] == {"numerateur": 3, "denominateur": 3, "valeur": "1.0000"}
    assert part["adresses_inconnues"] == {"numerateur": 1, "denominateur": 4, "valeur": "0.2500"}
    assert connu["enveloppes"][0]["part_qpv"]["participants"] is None


# -- the page and its exports


def test_the_page_names_both_measures_and_warns_about_the_geographies(client, accord, enveloppe, lecteur_etat):
    programmer(enveloppe, date(2025, 1, 1), "1000.00", Decimal("0.2500"))

    html = ouvrir(client, lecteur_etat, accord).content.decode()

    assert "Part déclarée à l’instruction, en euros" in html
    assert "Participants résidant en quartier, en personnes" in html
    assert "2023 et 2024 ne se comparent pas" in html
    assert "25,00\u202f%" in html
    assert "Aucun participant saisi" in html
    assert "L’accord ne fixe pas de cible" in html


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_page_costs_the_same_queries(client, accord, enveloppe, lecteur_etat, nombre, django_assert_num_queries):
    CommuneFactory(code_insee="62498", epci=EpciFactory(rangee=1, colonne=1))
    for rang in range(nombre):
        operation = programmer(enveloppe, date(2024 + rang, 1, 1), "600.00", Decimal("0.5000"))
        inscrire(operation, 3 * nombre, date(2024 + rang % 2, 3, 1), code_insee="62498", en_qpv=bool(rang % 2))
    ouvrir(client, lecteur_etat, accord)
    with django_assert_num_queries(56):
        ouvrir(client, lecteur_etat, accord)


def test_the_export_has_one_figure_per_line_and_hides_the_same(client, accord, petits_effectifs, lecteur_etat):
    reponse = ouvrir(client, lecteur_etat, accord, "qpv_csv")

    lignes = list(csv.DictReader(reponse.getvalue().decode().removeprefix(BOM).splitlines(), delimiter=";"))
    declaree = [ligne for ligne in lignes if ligne["unité"] == "euros"]
    assert [(ligne["organisme"], ligne["année"], ligne["inconnu"]) for ligne in declaree] == [
        ("CD62", "toutes", "600.00"),
        ("CD62", "2023", "600.00"),
        ("TM", "toutes", "600.00"),
        ("TM", "2023", "600.00"),
    ]
    (petite,) = [x for x in lignes if (x["unité"], x["organisme"], x["année"]) == ("personnes", "CD62", "2025")]
    assert (petite["numérateur"], petite["part"]) == ("<\u00a05", "masqué")


def test_the_workbook_opens_at_the_date_asked(client, accord, enveloppe, lecteur_etat):
    reponse = ouvrir(client, lecteur_etat, accord, "qpv_xlsx", au="2026-06-30")

    assert reponse["Content-Disposition"].endswith('-quartiers-2026-06-30.xlsx"')
    assert reponse.getvalue()[:2] == b"PK"


def test_a_date_that_cannot_be_read_exports_nothing(client, accord, enveloppe, lecteur_etat):
    assert ouvrir(client, lecteur_etat, accord, "qpv_csv", au="hier").status_code == 400
