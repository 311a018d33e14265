"""The map of the EPCI: round bounds, what is masked or unknown, tiles and contours, on a page and in a PDF."""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from accord.cartes import Carte, ValeurEpci, build_carte, choisir_bornes
from accord.enums import Certitude
from accord.geojson import build_contour, lire_forme
from accord.models import ContourEpci, PerimetreEpci
from accord.montants import format_nombre, format_taux
from accord.pdf import render_pdf
from tests.accord.geo import carre, polygone
from tests.factories import AccordFactory, EpciFactory, PerimetreFactory

JOUR = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("nombres", "bornes"),
    [
        ([874, 131, 27, 48, 911, 93, 84, 655, 342, 72, 2014, 2486, 1102, 164, 221], [80, 150, 600, 1000]),
        ([1, 2, 3, 4, 5], [2, 3, 4, 5]),
        ([7, 7, 7], []),
        ([], []),
        ([0, 0, 0, 12], [10]),
        ([Decimal("0.12"), Decimal("0.27"), Decimal("0.31"), Decimal("0.44"), Decimal("0.52")],
         [Decimal("0.25"), Decimal("0.3"), Decimal("0.4"), Decimal("0.5")]),
    ],
)  # fmt: skip
def test_bounds_are_round_and_split_what_is_shown(nombres, bornes):
    assert choisir_bornes(nombres) == bornes


@pytest.fixture
def accord(db):
    return AccordFactory()


@pytest.fixture
def epcis(accord):
    """Three EPCI with a place on the map; the second is the mining basin, not checked."""
    tuiles = [("Calais", "CAL", 1, 2), ("Lens", "LEN", 4, 6), ("Arras", "ARR", 5, 6)]
    epcis = [
        EpciFactory(siren=f"20000000{rang}", nom=f"CA de {court}", nom_court=court, sigle=sigle, rangee=r, colonne=c)
        for rang, (court, sigle, r, c) in enumerate(tuiles)
    ]
    bassin = PerimetreFactory(code="BASSIN", nature="bassin_minier", certitude=Certitude.A_VERIFIER)
    PerimetreEpci.objects.create(perimetre=bassin, epci=epcis[1], valide_du=date(2021, 1, 1))
    return epcis


VALEURS = {
    "200000000": ValeurEpci(874, "874", "/liste/?epci=200000000"),
    "200000001": ValeurEpci(3, "<\u00a05", est_masque=True),
}


def dessiner(accord, valeurs=VALEURS, **options) -> Carte:
    return build_carte(accord, valeurs, titre="Participations FSE+", le=JOUR, bornes=[100, 500], **options)


def montrer(carte) -> str:
    return render_to_string("components/carte.html", {"carte": carte, "titre": "carte"})


def poser_contours(epcis):
    for rang, epci in enumerate(epcis):
        forme = lire_forme(polygone(carre(rang)))
        contour = build_contour(forme, "essai.geojson")
        repere = forme.centroid.coords[0]
        ContourEpci.objects.create(epci=epci, **contour, repere_longitude=repere[0], repere_latitude=repere[1])


def textes(svg) -> list[str]:
    return [noeud.text for noeud in ElementTree.fromstring(svg).iter("text")]


def test_each_tile_prints_its_value_and_what_is_not_known_is_said(accord, epcis):
    carte = dessiner(accord)

    assert [(c.nom_court, c.classe, c.valeur.texte, c.est_minier) for c in carte.cases] == [
        ("Arras", 0, "non connu", False),
        ("Calais", 3, "874", False),
        ("Lens", 0, "<\u00a05", True),
    ]
    html = montrer(carte)
    assert '<a href="/liste/?epci=200000000" title="CA de Calais" class="tuile c3">' in html
    assert '<span class="tuile cache perimetre"><span class="masque">CA de Lens, bassin minier' in html
    assert "<b>&lt;\u00a05</b>" in html
    assert [mots in html for mots in ("effectif masqué", "non connu", "bassin minier (à vérifier)")] == [True] * 3


def test_the_key_says_each_class_in_words(accord, epcis):
    assert dessiner(accord).cle == [(1, "moins de 100"), (2, "100 à 499"), (3, "500 et plus")]
    parts = {"200000000": ValeurEpci(Decimal("0.27"), "27,00\u202f%")}
    carte = build_carte(
        accord, parts, titre="Part", le=JOUR, bornes=[Decimal("0.1"), Decimal("0.2")], ecrire=format_taux
    )
    assert [mots for _, mots in carte.cle] == [
        "moins de 10,00\u202f%",
        "10,00\u202f% à moins de 20,00\u202f%",
        "20,00\u202f% et plus",
    ]


def test_an_epci_without_place_is_said_under_the_map(accord, epcis):
    EpciFactory(siren="200000009", nom="CC Ailleurs")
    carte = dessiner(accord, {**VALEURS, "200000009": ValeurEpci(12, "12")})
    assert carte.hors_carte == ["CC Ailleurs\u00a0: 12"]
    assert "Sans place sur la carte\u00a0: CC Ailleurs\u00a0: 12." in montrer(carte)


def test_tiles_of_a_pdf_are_one_titled_drawing(accord, epcis):
    carte = dessiner(accord)

    racine = ElementTree.fromstring(carte.svg_pdf)
    assert racine.find("title").text == "Participations FSE+"
    assert "CA de Calais\u00a0: 874" in racine.find("desc").text
    assert textes(carte.svg_pdf) == ["Arras", "non connu", "Calais", "874", "Lens", "<\u00a05"]
    tirets = [noeud for noeud in racine.iter("rect") if noeud.get("stroke-dasharray")]
    assert len(tirets) == 1
    assert not {nom for noeud in racine.iter() for nom in noeud.attrib} & {"class", "style", "href"}


def test_contours_replace_tiles_once_every_epci_has_its_own(accord, epcis):
    poser_contours(epcis[:2])
    assert not dessiner(accord).a_contours
    poser_contours(epcis[2:])

    carte = dessiner(accord)

    assert carte.a_contours
    racine = ElementTree.fromstring(carte.svg)
    liens = list(racine.iter("a"))
    assert [(lien.get("href"), lien.get("aria-label")) for lien in liens] == [
        ("/liste/?epci=200000000", "CA de Calais\u00a0: 874")
    ]
    assert "874" in textes(carte.svg)
    assert "<a" not in carte.svg_pdf
    html = montrer(carte)
    assert html.index("carte-contours") < html.index("sous-contours")


def test_a_map_costs_the_same_queries_whatever_the_number_of_epci(accord, epcis, django_assert_num_queries):
    with django_assert_num_queries(4):
        dessiner(accord)
    poser_contours(epcis)
    with django_assert_num_queries(4):
        dessiner(accord).svg  # noqa: B018


def test_both_drawings_go_through_the_pdf(accord, epcis, tmp_path, settings):
    (tmp_path / "carte.html").write_text("<html lang='fr'><title>Carte</title>{{ carte.svg_pdf }}</html>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    tuiles = render_pdf("carte.html", {"carte": dessiner(accord)})
    poser_contours(epcis)
    contours = render_pdf("carte.html", {"carte": dessiner(accord)})
    assert tuiles[:5] == contours[:5] == b"%PDF-"
    assert tuiles != contours


def test_a_value_is_printed_as_it_is_given(accord, epcis):
    valeurs = {epci.siren: ValeurEpci(1000, format_nombre(1000)) for epci in epcis}
    assert {c.valeur.texte for c in dessiner(accord, valeurs).cases} == {"1\u202f000"}
