"""The components that carry a rule: badges, error summary, table, errors of a field."""

import re

import django_tables2 as tables
import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from accord.enums import StatutAvenant, StatutTranche
from accord.icones import ETATS, ICONES, TONS
from gouvernance.enums import StatutReunion, TypePoint
from operations.enums import Statut, StatutAppel


@pytest.mark.parametrize("enum", [Statut, StatutAppel, StatutReunion, TypePoint, StatutTranche, StatutAvenant])
def test_every_status_has_its_badge(enum):
    assert [code for code in enum.values if code not in ETATS] == []


def test_every_badge_uses_an_icon_and_a_tone_that_exist():
    assert {etat.icone for etat in ETATS.values()} <= set(ICONES)
    assert {etat.ton for etat in ETATS.values()} <= set(TONS)


def test_badge_says_a_word_beside_its_icon():
    html = render_to_string("components/badge_statut.html", {"statut": "programmee"})

    assert "Programmée" in html
    assert 'aria-hidden="true"' in html
    assert 'class="etat avance"' in html


def test_badge_of_an_unknown_status_still_says_it():
    assert ">neuf<" in render_to_string("components/badge_statut.html", {"statut": "neuf"})


def test_badge_in_a_pdf_is_a_titled_figure_with_its_tint():
    html = render_to_string("components/badge_statut.html", {"statut": "refusee", "pdf": True})

    assert "<title>État</title>" in html
    assert 'stroke="#a3261b"' in html


class PlanForm(forms.Form):
    fin = forms.DateField(label="Fin", help_text="Après le début", error_messages={"required": "Choisissez une date."})
    partage = forms.ChoiceField(label="Public suivi ?", choices=[("non", "Non")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)

    def clean(self):
        raise forms.ValidationError("Il manque 1 200,00 € de ressources.")


def test_error_summary_leads_to_each_field():
    html = render_to_string("components/erreurs_formulaire.html", {"form": PlanForm({})})

    assert "Trois points empêchent d’enregistrer" in html
    assert "Rien n’est perdu" in html
    assert re.findall(r'href="#(\w+)"', html) == ["id_fin", "id_partage_0"]
    assert "<li>Il manque 1 200,00 € de ressources.</li>" in html


@pytest.mark.parametrize("form", [None, PlanForm()])
def test_no_error_summary_without_errors(form):
    assert "resume-erreurs" not in render_to_string("components/erreurs_formulaire.html", {"form": form})


def test_error_summary_reads_formsets():
    formset = forms.formset_factory(PlanForm)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-partage": "non"}
    )
    html = render_to_string("components/erreurs_formulaire.html", {"forms": [formset]})

    assert re.findall(r'href="#([\w-]+)"', html) == ["id_form-0-fin"]
    assert ">Ligne 1, Fin" in html


def test_field_shows_help_then_error_then_input():
    html = render_crispy_form(PlanForm({}))
    champ = html[html.index('id="div_id_fin"') : html.index('id="div_id_partage"')]

    places = [champ.index(m) for m in ("Fin", "Après le début", "Choisissez une date.", "<input")]
    assert places == sorted(places)
    saisie = champ[champ.index("<input") :]
    assert 'aria-invalid="true"' in saisie
    decrit = re.search(r'aria-describedby="([^"]+)"', saisie)[1].split()
    assert all(f'id="{identifiant}"' in champ for identifiant in decrit)
    assert len(decrit) == 2


def test_optional_fields_say_so_and_required_ones_do_not():
    html = render_crispy_form(PlanForm())

    assert html.count("(facultatif)") == 1
    assert "asteriskField" not in html


class ListeTable(tables.Table):
    numero = tables.Column("Numéro")
    montant = tables.Column("Montant", attrs={"td": {"class": "n"}, "th": {"class": "n"}})

    class Meta:
        attrs = {"class": "donnees empile", "legende": "Opérations", "entete": "numero"}


def draw(request, lignes, **options):
    table = ListeTable([{"numero": f"{i:03d}", "montant": i} for i in range(lignes)])
    tables.RequestConfig(request, **options).configure(table)
    return table.as_html(request)


def test_table_names_its_rows_and_says_its_order():
    html = draw(RequestFactory().get("/?sort=-montant&q=x"), 2)

    assert '<th scope="row" role="rowheader">001</th>' in html
    assert html.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in html
    assert '<td role="cell" class="n">1</td>' in html
    assert "q=x" in html


def test_table_pages_keep_the_filters():
    html = draw(RequestFactory().get("/?page=2&q=x"), 60, paginate={"per_page": 25})

    assert "26 à 50 sur 60" in html
    assert 'aria-current="page">2<' in html
    assert 'href="?page=3&amp;q=x"' in html
