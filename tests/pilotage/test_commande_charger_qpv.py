"""`charger_qpv`: the national file as its producers write it, what it changes, what it refuses and where."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accord.models import ContourQpv, Qpv
from comptes.journal import journal_de
from comptes.models import JournalAudit
from tests.accord.geo import carre, ecrire_geojson, objet, polygone, poser_parametres_qpv
from tests.factories import AccordFactory, CommuneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def accord():
    return poser_parametres_qpv()


@pytest.fixture
def communes():
    return [CommuneFactory(code_insee=code, nom=nom) for code, nom in [("62498", "Lens"), ("62427", "Hénin-Beaumont")]]


def charger(fichier, generation=2024, **options) -> str:
    sortie = io.StringIO()
    call_command("charger_qpv", str(fichier), f"--generation={generation}", stdout=sortie, **options)
    return sortie.getvalue().replace("\u00a0", " ").replace("\u202f", " ")


def refuser(fichier, generation=2024, statut=1) -> list[str]:
    with pytest.raises(CommandError) as refus:
        charger(fichier, generation)
    assert refus.value.returncode == statut
    assert not Qpv.objects.exists()
    assert not JournalAudit.objects.exists()
    return str(refus.value).replace("\u00a0", " ").replace("\u202f", " ").splitlines()


def test_the_file_of_2024_keeps_the_neighbourhoods_of_the_departement(tmp_path, accord, communes):
    lens, henin = communes
    fichier = ecrire_geojson(
        tmp_path,
        objet(code_qp="QN06201M", lib_qp="Grande Résidence", insee_dep="62", insee_com="62498", lib_com="Lens"),
        objet(code_qp="QN06202A", lib_qp="Cité", insee_dep="62", insee_com="62427, 62498"),
        objet(code_qp="QN05901M", lib_qp="Ailleurs", insee_dep="59", insee_com="59178"),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    )

    dit = charger(fichier)

    assert dit.splitlines() == [
        "Création : 2, QN06201M, QN06202A",
        "Génération 2024 : 2 quartiers du département sur 3 lus ; 1 hors du département.",
    ]
    qpv = Qpv.objects.get(code="QN06201M")
    assert (qpv.nom, qpv.generation, qpv.valide_du, qpv.valide_au) == (
        *("Grande Résidence", 2024),
        *(date(2024, 1, 1), None),
    )
    assert list(qpv.communes.all()) == [lens]
    assert set(Qpv.objects.get(code="QN06202A").communes.all()) == {lens, henin}
    assert (qpv.contour.ouest, qpv.contour.est) == (2.0, 2.1)
    ligne = journal_de(accord).get()
    assert (ligne.acte, ligne.valeurs) == (
        "qpv_charges",
        {
            "fichier": "quartiers.geojson",
            "generation": 2024,
            "crees": ["QN06201M", "QN06202A"],
            "modifies": [],
        },
    )


@pytest.mark.parametrize(
    "proprietes",
    [
        {"code_qp": "QP062001", "nom_qp": "Centre", "commune_qp": "Lens"},
        {"CODE_QP": "QP062001", "NOM_QP": "Centre", "code_insee": 62498},
        {"codeQP": "qp062001", "Lib_QP": "Centre", "COMMUNE_QP": "HÉNIN BEAUMONT, Lens"},
        {"code_qpv": "QP062001", "noms_des_quartiers_prioritaires": "Centre", "cod_com": "62498"},
        {"code_qp": "QP062001", "nom_qp": "Centre", "insee_com": ["62498"]},
    ],
    ids=["anct", "capitales", "noms", "qpv", "liste"],
)
def test_each_producer_names_its_columns_its_way(tmp_path, accord, communes, proprietes):
    charger(ecrire_geojson(tmp_path, objet(**proprietes)), 2015)

    qpv = Qpv.objects.get(code="QP062001")
    assert (qpv.nom, qpv.valide_du, qpv.valide_au) == ("Centre", date(2015, 1, 1), date(2023, 12, 31))
    assert communes[0] in qpv.communes.all()


def test_loading_again_changes_nothing_and_writes_no_line(tmp_path, accord, communes):
    fichier = ecrire_geojson(tmp_path, objet(code_qp="QN06201M", lib_qp="Cité", insee_com="62498"))
    charger(fichier)

    assert charger(fichier).splitlines()[0] == "Rien n’a changé."
    assert journal_de(accord).count() == 1


def test_a_new_shape_or_name_is_a_change_and_what_is_gone_is_kept_and_said(tmp_path, accord, communes):
    premier = objet(code_qp="QN06201M", lib_qp="Cité", insee_com="62498")
    charger(ecrire_geojson(tmp_path, premier, objet(code_qp="QN06202M", lib_qp="Autre", insee_com="62498")))

    premier["geometry"] = polygone(carre(cote=0.2))
    dit = charger(ecrire_geojson(tmp_path, premier))

    assert dit.splitlines()[:2] == ["Modification : 1, QN06201M", "Absents du fichier, conservés : 1, QN06202M"]
    assert ContourQpv.objects.get(qpv__code="QN06201M").est == 2.2
    assert Qpv.objects.count() == 2


def test_the_two_generations_live_side_by_side(tmp_path, accord, communes):
    charger(ecrire_geojson(tmp_path, objet(code_qp="QP062001", nom_qp="Centre", insee_com="62498")), 2015)
    dit = charger(ecrire_geojson(tmp_path, objet(code_qp="QN06201M", lib_qp="Cité", insee_com="62498")))

    assert "Absents" not in dit
    assert sorted(Qpv.objects.values_list("generation", "code")) == [(2015, "QP062001"), (2024, "QN06201M")]


NOEUD = [[2.0, 50.0], [2.1, 50.1], [2.1, 50.0], [2.0, 50.1], [2.0, 50.0]]


@pytest.mark.parametrize(
    ("change", "constat"),
    [
        ({"insee_com": "62999"}, "la commune « 62999 » n’est pas dans le référentiel."),
        ({"insee_com": None, "lib_com": "Nulle-Part"}, "la commune « Nulle-Part » n’est pas dans le référentiel."),
        ({"insee_com": None}, "il n’a pas de commune (insee_com ou code_insee)."),
        ({"lib_qp": " "}, "il n’a pas de nom (nom_qp ou lib_qp)."),
        (
            {"geometrie": {"type": "Point", "coordinates": [2, 50]}},
            "sa géométrie est « Point » ; attendu : Polygon ou MultiPolygon.",
        ),
        (
            {"geometrie": polygone(carre()[:-1])},
            "un de ses contours n’est pas fermé : le dernier point répète le premier.",
        ),
        ({"geometrie": polygone([[2, "x"]] * 4)}, "ses coordonnées ne se lisent pas."),
        ({"geometrie": polygone([[2.0, 50.0]] * 4)}, "son contour n’enferme aucune surface."),
        ({"geometrie": polygone(NOEUD)}, "son contour se croise."),
        (
            {"geometrie": polygone([[680000, 7030000], [680100, 7030000], [680100, 7030100], [680000, 7030000]])},
            "ses coordonnées (680 000 et 7 030 000) ne sont pas des degrés ; "
            "convertissez le fichier en degrés WGS 84 (EPSG:4326).",
        ),
    ],
    ids=["insee", "nom", "sans", "libelle", "point", "ouvert", "texte", "plat", "noeud", "lambert"],
)
def test_one_wrong_object_refuses_the_whole_file_and_is_named(tmp_path, accord, communes, change, constat):
    juste = {"lib_qp": "Cité", "insee_com": "62498"}
    faux = objet(**{"code_qp": "QN06202M", **juste, **change})
    fichier = ecrire_geojson(tmp_path, objet(code_qp="QN06201M", **juste), faux)

    assert refuser(fichier) == ["rien n’a été chargé.", f"quartiers.geojson, objet n° 2 (QN06202M) : {constat}"]


def test_a_file_of_the_other_generation_is_recognised_by_its_codes(tmp_path, accord, communes):
    fichier = ecrire_geojson(tmp_path, objet(code_qp="QP062001", nom_qp="Centre", insee_com="62498"))

    assert refuser(fichier) == [
        "rien n’a été chargé.",
        "quartiers.geojson, objet n° 1 (QP062001) : ce code n’est pas de la génération 2024 "
        r"(forme attendue : ^QN062\d{2}[A-Z]$).",
    ]


def test_every_fault_is_said_at_once(tmp_path, accord, communes):
    juste = {"lib_qp": "Cité", "insee_com": "62498"}
    fichier = ecrire_geojson(
        tmp_path,
        objet(code_qp="QN06201M", **juste),
        objet(code_qp="QN06201M", **juste),
        objet(**juste),
    )

    assert refuser(fichier)[1:] == [
        "quartiers.geojson, objet n° 2 (QN06201M) : ce quartier est déjà l’objet n° 1.",
        "quartiers.geojson, objet n° 3 : il n’a pas de code de quartier (code_qp).",
    ]


def test_a_shape_that_barely_touches_itself_is_put_right(tmp_path, accord, communes):
    """Official files have spikes; the area decides whether the shape is still certain."""
    pointe = [*carre()[:-1], [2.0, 50.0], [1.9, 50.0], [2.0, 50.0]]
    charger(
        ecrire_geojson(tmp_path, objet(polygone(pointe), code_qp="QN06201M", lib_qp="Cité", insee_com="62498")),
    )

    contour = ContourQpv.objects.get()
    assert (contour.ouest, contour.est, contour.geometrie["type"]) == (2.0, 2.1, "Polygon")


def test_a_projected_file_says_how_to_convert_it(tmp_path, accord):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    assert "convertissez le fichier en degrés WGS 84" in refuser(ecrire_geojson(tmp_path, objet(), crs=crs))[1]


def test_nothing_of_the_departement_is_refused(tmp_path, accord):
    fichier = ecrire_geojson(tmp_path, objet(code_qp="QN05901M", lib_qp="Ailleurs", insee_com="59178"))
    assert refuser(fichier)[1].startswith("quartiers.geojson : aucun des 1 objets n’est un quartier")


@pytest.mark.parametrize("contenu", ["", "[1]", '{"features": []}', '{"features": ['])
def test_what_is_not_a_collection_is_refused(tmp_path, accord, contenu):
    fichier = tmp_path / "faux.geojson"
    fichier.write_text(contenu)
    with pytest.raises(CommandError, match=r"faux\.geojson"):
        charger(fichier)


def test_wrong_calls_exit_with_two(tmp_path, accord):
    fichier = ecrire_geojson(tmp_path, objet())
    assert refuser(fichier, 2020, statut=2) == ["Génération inconnue : 2020. Générations : 2015, 2024."]
    assert "introuvable" in refuser(tmp_path / "absent.geojson", statut=2)[0]
    AccordFactory(slug="autre")
    assert "Plusieurs accords sont chargés" in refuser(fichier, statut=2)[0]
