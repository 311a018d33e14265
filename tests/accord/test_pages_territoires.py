"""The pages of the territories: read as of a day by everyone of the agreement, dated by its administrator."""

import csv
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accord.geojson import build_contour, lire_forme
from accord.models import ContourQpv, PerimetreCommune, PerimetreEpci, Qpv
from comptes.classeurs import BOM
from comptes.enums import Role
from comptes.journal import journal_de, journaliser
from tests.accord.geo import polygone, poser_parametres_qpv
from tests.factories import CommuneFactory, EpciFactory, PerimetreFactory, habilite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("le_30_juin")]

DEBUT = date(2021, 1, 1)


@pytest.fixture
def le_30_juin():
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def administrateur(accord):
    return habilite(Role.ADMINISTRATEUR)


@pytest.fixture
def bassin(accord):
    return PerimetreFactory(
        accord=accord, code="BASSIN_MINIER", nature="bassin_minier", libelle="Bassin minier", certitude="a_verifier"
    )


def url(accord, nom="liste", *args):
    return reverse(f"territoires:{nom}", args=[accord.slug, *args])


def lire(client, qui, adresse, **parametres):
    client.force_login(qui)
    return client.get(adresse, parametres)


def peupler(perimetre, nombre):
    for _ in range(nombre):
        epci = EpciFactory(rangee=1, colonne=1)
        CommuneFactory(epci=epci)
        PerimetreEpci.objects.create(perimetre=perimetre, epci=epci, valide_du=DEBUT)
        PerimetreCommune.objects.create(perimetre=perimetre, commune=CommuneFactory(), valide_du=DEBUT)


def quartier(code="QN06201M", generation=2024, nom="Grande Résidence", communes=()):
    qpv = Qpv.objects.create(code=code, generation=generation, nom=nom, valide_du=date(generation, 1, 1))
    qpv.communes.set(communes)
    ContourQpv.objects.create(qpv=qpv, **build_contour(lire_forme(polygone()), "essai.geojson"))
    return qpv


def test_the_list_counts_the_communes_of_the_day_and_says_what_is_not_checked(client, gestionnaire, accord, bassin):
    lens = EpciFactory(nom="CA de Lens-Liévin")
    CommuneFactory(epci=lens)
    CommuneFactory(epci=lens)
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=date(2026, 7, 1))

    aujourdhui = lire(client, gestionnaire, url(accord)).content.decode()
    demain = lire(client, gestionnaire, url(accord), au="2026-07-01").content.decode()

    assert "non connues" in aujourdhui
    assert "CA de Lens-Liévin" not in aujourdhui
    assert '<td class="n">2</td><td>CA de Lens-Liévin</td>' in demain
    assert "à vérifier" in demain
    assert "/territoires/BASSIN_MINIER/?au=2026-07-01" in demain


@pytest.mark.parametrize(("nom", "requetes"), [("liste", 8), ("epcis", 6)])
@pytest.mark.parametrize("nombre", [1, 3])
def test_a_list_costs_the_same_queries(
    client, gestionnaire, accord, bassin, nombre, nom, requetes, django_assert_num_queries
):
    peupler(bassin, nombre)
    for rang in range(nombre):
        peupler(PerimetreFactory(accord=accord, code=f"PLIE_{rang}"), 1)
    client.force_login(gestionnaire)
    client.get(url(accord))
    with django_assert_num_queries(requetes):
        client.get(url(accord, nom))


@pytest.mark.parametrize("nombre", [1, 3])
def test_a_perimeter_costs_the_same_queries(client, gestionnaire, accord, bassin, nombre, django_assert_num_queries):
    peupler(bassin, nombre)
    client.force_login(gestionnaire)
    client.get(url(accord))
    with django_assert_num_queries(14):
        reponse = client.get(url(accord, "perimetre", bassin.code))
    assert len(reponse.context["communes"]) == 2 * nombre


def test_the_epci_list_says_what_covers_each_one(client, gestionnaire, accord, bassin):
    lens = EpciFactory(nom="CA de Lens-Liévin")
    CommuneFactory(epci=lens, population=100)
    CommuneFactory(epci=lens, population=50)
    CommuneFactory(epci=lens, code_insee="59001", population=1000)
    PerimetreEpci.objects.create(perimetre=bassin, epci=lens, valide_du=DEBUT)

    ligne = lire(client, gestionnaire, url(accord, "epcis")).context["lignes"][0]

    assert (ligne["epci"].nombre, ligne["epci"].habitants) == (2, 150)
    assert ligne["perimetres"] == [bassin]


def test_a_perimeter_shows_its_past_and_its_future(client, gestionnaire, accord, bassin):
    for rang, (debut, fin) in enumerate(
        [(DEBUT, date(2025, 12, 31)), (date(2026, 1, 1), None), (date(2026, 7, 1), None)], 1
    ):
        commune = CommuneFactory(nom=f"Commune {rang}", code_insee=f"6200{rang}")
        PerimetreCommune.objects.create(perimetre=bassin, commune=commune, valide_du=debut, valide_au=fin)

    reponse = lire(client, gestionnaire, url(accord, "perimetre", bassin.code))

    assert [c.nom for c in reponse.context["communes"]] == ["Commune 2"]
    assert [lien["etat"] for lien in reponse.context["liens"]] == ["terminé", "en cours", "à venir"]
    assert "Ajouter un territoire" not in reponse.content.decode()


def test_the_day_shown_is_today_unless_the_address_says_another(client, gestionnaire, accord):
    assert 'value="2026-06-30"' in lire(client, gestionnaire, url(accord)).content.decode()
    assert 'value="2026-07-01"' in lire(client, gestionnaire, url(accord), au="2026-07-01").content.decode()
    illisible = lire(client, gestionnaire, url(accord), au="hier")
    assert illisible.context["le"] == date(2026, 6, 30)
    assert "La date demandée ne peut pas être lue." in illisible.content.decode()


def test_an_administrator_adds_an_epci_from_a_day(client, administrateur, accord, bassin):
    lens = EpciFactory(nom="CA de Lens-Liévin")
    CommuneFactory(epci=lens)
    client.force_login(administrateur)

    reponse = client.post(
        url(accord, "ajouter", bassin.code),
        {"epci": lens.pk, "commune": "", "le": "2026-07-01", "motif": "Plan territorial"},
        follow=True,
    )

    assert PerimetreEpci.objects.get().valide_du == date(2026, 7, 1)
    html = reponse.content.decode()
    assert "CA de Lens-Liévin est dans ce périmètre à partir du 1er\u00a0juillet\u00a02026." in html
    assert "Ajout de CA de Lens-Liévin" in html
    assert "À partir du 1er\u00a0juillet\u00a02026. Motif\u00a0: Plan territorial" in html


@pytest.mark.parametrize("saisie", ["62498", "liévin", " LIEVIN "])
def test_a_commune_is_taken_out_by_its_name_or_its_code(client, administrateur, accord, bassin, saisie):
    commune = CommuneFactory(nom="Liévin", code_insee="62498")
    PerimetreCommune.objects.create(perimetre=bassin, commune=commune, valide_du=DEBUT)
    client.force_login(administrateur)

    client.post(url(accord, "retirer", bassin.code), {"commune": saisie, "le": "2026-07-01", "motif": "x"})

    assert PerimetreCommune.objects.get().valide_au == date(2026, 6, 30)
    assert journal_de(bassin).get().acte == "territoire_retire"


@pytest.mark.parametrize(
    ("envoi", "champ", "erreur"),
    [
        ({}, "epci", "Choisissez un EPCI, ou écrivez une commune."),
        ({"commune": "Nulle-Part"}, "commune", "Aucune commune du département ne porte ce nom ni ce code"),
        ({"commune": "Arras", "epci": "1"}, "commune", "Choisissez un EPCI ou une commune, pas les deux."),
        ({"commune": "Arras", "le": "2020-12-31"}, "le", "Choisissez une date à partir du 1er\u00a0janvier\u00a02021"),
        ({"commune": "Lens"}, "__all__", "Lens est déjà dans ce périmètre depuis le 1er\u00a0janvier\u00a02021."),
    ],
    ids=["rien", "inconnue", "deux", "avant", "deja"],
)
def test_a_refusal_says_what_to_do(client, administrateur, accord, bassin, envoi, champ, erreur):
    epci = EpciFactory()
    CommuneFactory(nom="Arras", epci=epci)
    dedans = CommuneFactory(nom="Lens", epci=epci)
    PerimetreCommune.objects.create(perimetre=bassin, commune=dedans, valide_du=DEBUT)
    if "epci" in envoi:
        envoi = {**envoi, "epci": epci.pk}
    client.force_login(administrateur)

    reponse = client.post(url(accord, "ajouter", bassin.code), {"le": "2026-07-01", "motif": "x", **envoi})

    assert [e[: len(erreur)] for e in reponse.context["form"].errors[champ]] == [erreur]
    assert PerimetreCommune.objects.count() == 1
    assert not journal_de(bassin).exists()


def test_without_neighbourhood_the_page_says_how_to_load_them(client, gestionnaire, accord):
    poser_parametres_qpv(accord)

    html = lire(client, gestionnaire, url(accord, "quartiers")).content.decode()

    assert "charger_qpv FICHIER.geojson --generation 2024" in html
    assert html.count("à vérifier") == 2


@pytest.mark.parametrize(
    ("recherche", "codes"),
    [
        ({}, ["QN06201M", "QN06202M", "QP062001"]),
        ({"generation": "2015"}, ["QP062001"]),
        ({"q": "grande residence"}, ["QN06201M", "QP062001"]),
        ({"q": "06202"}, ["QN06202M"]),
        ({"q": "henin cité"}, ["QN06202M"]),
        ({"q": "introuvable"}, []),
    ],
)
def test_neighbourhoods_are_searched_and_exported_as_filtered(client, gestionnaire, accord, recherche, codes):
    quartier("QP062001", 2015)
    quartier("QN06201M", communes=[CommuneFactory(nom="Lens", code_insee="62498")])
    quartier("QN06202M", nom="Cité", communes=[CommuneFactory(nom="Hénin-Beaumont", code_insee="62427")])

    page = lire(client, gestionnaire, url(accord, "quartiers"), **recherche).context["page"]
    contenu = client.get(url(accord, "quartiers_csv"), recherche).getvalue().decode()

    assert [qpv.code for qpv in page] == codes
    lignes = list(csv.reader(contenu.removeprefix(BOM).splitlines(), delimiter=";"))
    assert [ligne[1] for ligne in lignes[1:]] == codes
    if "QN06201M" in codes:
        ligne = next(ligne for ligne in lignes if ligne[1] == "QN06201M")
        assert ligne == ["2024", "QN06201M", "Grande Résidence", "Lens", "62498", "2024-01-01", "", "oui"]


def test_the_last_loads_say_which_file_brought_what(client, gestionnaire, accord):
    journaliser(accord, "qpv_charges", auteur=None, fichier="q.geojson", generation=2024, crees=["a"], modifies=[])
    journaliser(accord, "contours_charges", auteur=None, fichier="c.geojson", communes=887, epci=20, inconnues=[])
    journaliser(accord, "charge", auteur=None, fichier="accord.yaml")

    chargements = lire(client, gestionnaire, url(accord, "quartiers")).context["chargements"]

    assert [ligne["detail"] for ligne in chargements] == [
        "c.geojson\u00a0: 887 communes, 20 EPCI.",
        "q.geojson\u00a0: génération 2024, 1 créés, 0 modifiés.",
    ]


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_neighbourhoods_cost_the_same_queries(client, gestionnaire, accord, nombre, django_assert_num_queries):
    for rang in range(nombre):
        quartier(f"QN0620{rang}M", communes=[CommuneFactory()])
    client.force_login(gestionnaire)
    client.get(url(accord))
    with django_assert_num_queries(11):
        client.get(url(accord, "quartiers"))
