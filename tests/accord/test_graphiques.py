import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from accord.graphiques import EtapeJauge, Jauge, barre_double, echelle_commune, escalier
from accord.montants import format_euros

ETAPES = ["programme", "conventionne", "declare", "retenu", "certifie", "paye"]


def build_jauge(notifie="1000.00", montants=("765.50", "600.00", "0", "0", "0", "0"), **options):
    etapes = [
        EtapeJauge(code, code.capitalize(), Decimal(montant), url=f"/liste/{code}/")
        for code, montant in zip(ETAPES, montants, strict=False)
    ]
    notifie = None if notifie is None else Decimal(notifie)
    disponible = options.pop("disponible", (notifie or Decimal(0)) - etapes[0].montant)
    return Jauge("Subvention", "FSE_PLUS", notifie, etapes, disponible, **options)


def drawn(svg):
    """Parse the drawing: it must be well formed, whatever the figures."""
    return ElementTree.fromstring(svg)


def test_rows_go_from_notified_to_available():
    lignes = build_jauge().lignes

    assert [ligne.libelle for ligne in lignes] == ["Notifié", *map(str.capitalize, ETAPES), "Disponible"]
    assert [ligne.montant for ligne in lignes[:2]] == [Decimal("1000.00"), Decimal("765.50")]
    assert lignes[1].taux == Decimal("0.7655")
    assert lignes[2].precedent == Decimal("600.00") / Decimal("765.50")
    assert lignes[-1].montant == Decimal("234.50")


def test_bars_are_placed_on_the_scale_and_closed_by_a_tick():
    svg = drawn(build_jauge(echelle=Decimal("1.10")).lignes[1].svg)

    barre = next(r for r in svg.iter("rect") if r.get("fill") == "#b4cdea")
    trait = svg.findall("line")[-1]
    assert barre.get("width") == trait.get("x1") == "69.59%"


def test_one_cent_above_notified_is_beyond_in_red_and_hatched():
    jauge = build_jauge(montants=["1000.01"])

    ligne, derniere = jauge.lignes[1], jauge.lignes[-1]
    assert "url(#sur-subvention-fse_plus-programme)" in ligne.svg
    assert (derniere.libelle, derniere.montant, derniere.stop) == ("Au-delà", Decimal("0.01"), True)
    assert 'stroke="#a3261b"' in derniere.svg


def test_exactly_notified_is_not_beyond():
    jauge = build_jauge(montants=["1000.00"])

    assert "pattern" not in jauge.lignes[1].svg
    assert jauge.lignes[-1].libelle == "Disponible"
    assert not jauge.a_depassement


@pytest.mark.parametrize("notifie", [None, "0.00"])
def test_nothing_notified_draws_nothing_and_computes_no_rate(notifie):
    jauge = build_jauge(notifie=notifie)

    assert {ligne.taux for ligne in jauge.lignes} == {None}
    assert [list(drawn(ligne.svg)) for ligne in jauge.lignes] == [[]] * 8
    assert escalier(jauge) == ""
    html = render_to_string("components/jauge.html", {"jauge": jauge})
    assert html.count("Rien n’est notifié à cette date") == 1
    assert "non calculable" in html


def test_zero_amounts_keep_their_rows():
    jauge = build_jauge(montants=["0", "0", "0", "0", "0", "0"])

    assert [ligne.taux for ligne in jauge.lignes[1:7]] == [0] * 6
    assert jauge.lignes[2].precedent is None
    assert jauge.lignes[-1].taux == 1


def test_open_tranche_is_filled_and_planned_tranche_outlined():
    jauge = build_jauge(tranches=[(Decimal("700.00"), True), (Decimal("300.00"), False)], nom_limite="Tranche 1")

    assert jauge.limite_tranche == Decimal("700.00")
    ouverte, prevue = [r for r in drawn(jauge.lignes[0].svg).iter("rect") if r.get("height") == "14"]
    assert (ouverte.get("width"), ouverte.get("fill")) == ("63.64%", "#5a6874")
    assert (prevue.get("width"), prevue.get("stroke-dasharray")) == ("27.27%", "3 2")
    assert "Tranche 1, 70\u202f%" in jauge.en_tete


def test_no_limit_when_everything_is_open():
    jauge = build_jauge(tranches=[(Decimal("700.00"), True), (Decimal("300.00"), True)])

    assert jauge.limite_tranche is None
    assert "stroke-dasharray" not in "".join(ligne.svg for ligne in jauge.lignes)


def test_a_name_is_escaped_in_the_drawing():
    jauge = build_jauge(tranches=[(Decimal(600), True), (Decimal(400), False)], nom_limite="<script>")

    assert "<script>" not in jauge.en_tete


def test_echelle_commune_is_110_percent_and_grows_when_something_exceeds():
    usuelle, depassee = build_jauge(), build_jauge(montants=["1200.00"])

    assert echelle_commune([usuelle]) == Decimal("1.10")
    assert echelle_commune([usuelle, depassee, build_jauge(notifie=None)]) == Decimal("1.25")
    assert usuelle.echelle == depassee.echelle == Decimal("1.25")


def test_no_bar_leaves_its_drawing():
    jauge = build_jauge(montants=["5000.00"])
    echelle_commune([jauge])

    places = re.findall(r'(?:x1|x|width)="([\d.]+)%"', "".join(ligne.svg for ligne in jauge.lignes))
    assert max(map(float, places)) <= 100


def test_an_operation_is_measured_without_an_envelope():
    jauge = build_jauge(enveloppe=False, nom_reference="conventionné", disponible=None)

    assert [ligne.libelle for ligne in jauge.lignes] == list(map(str.capitalize, ETAPES))
    assert jauge.en_tete == ""


def test_the_table_says_what_the_bars_show():
    jauge = build_jauge()
    html = render_to_string("components/jauge.html", {"jauge": jauge})

    for ligne in jauge.lignes:
        assert format_euros(ligne.montant) in html
    assert 'href="/liste/programme/"' in html
    assert html.count('role="row"') == 9


def test_in_a_pdf_every_figure_has_a_title_and_no_class():
    jauge = build_jauge(montants=["1200.00"], tranches=[(Decimal(700), True), (Decimal(300), False)])
    dessins = [jauge.en_tete_pdf, *(ligne.svg for ligne in jauge.lignes_pdf), jauge.escalier_pdf]

    for dessin in dessins:
        assert drawn(dessin).find("title").text
        assert "class=" not in dessin
        assert "currentColor" not in dessin
        assert "style=" not in dessin


def test_escalier_says_its_figures():
    assert "programme 76,55\u202f%" in drawn(build_jauge().escalier).get("aria-label")


def test_barre_double_is_measured_against_the_longest():
    barres = drawn(barre_double(Decimal(50), Decimal(25), Decimal(100), "FTJ")).findall("rect")

    assert [b.get("width") for b in barres] == ["50.00%", "25.00%"]


def test_barre_double_of_an_empty_table():
    barres = drawn(barre_double(Decimal(0), Decimal(0), Decimal(0), "FTJ")).findall("rect")

    assert [b.get("width") for b in barres] == ["0.00%", "0.00%"]
