"""What people type: amounts, percentages, days, and where each refusal goes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accord.montants import format_date
from operations.calendrier import RegleBilans
from operations.forms import OperationForm, PlanForm
from operations.forms.champs import JourField, MontantField, PourcentageField
from operations.forms.erreurs import reporter
from operations.models import AppelAProjets
from tests.factories import AppelFactory, EnveloppeFactory

pytestmark = pytest.mark.django_db  # a plan asks the database its constraints


@pytest.mark.parametrize(
    ("saisi", "lu"),
    [
        ("1 234,5", "1234.50"),
        ("1234.50", "1234.50"),
        ("1\u202f234,50\xa0€", "1234.50"),
        ("0", "0.00"),
        ("999999999999,99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_as_people_type_it(saisi, lu):
    assert MontantField().clean(saisi) == Decimal(lu)


@pytest.mark.parametrize("saisi", ["1.234,50", "1,234", "-1", "douze", "1e3", "1000000000000", "٣", "NaN"])
def test_an_amount_that_is_not_one_is_refused(saisi):
    with pytest.raises(ValidationError):
        MontantField().clean(saisi)


def test_an_amount_is_shown_the_french_way_and_what_was_typed_stays():
    champ = MontantField()
    assert champ.prepare_value(Decimal("1234567.5")) == "1\u202f234\u202f567,50"
    assert champ.prepare_value("12 euros") == "12 euros"


@pytest.mark.parametrize(("saisi", "lu"), [("45,00", "0.4500"), ("12,5 %", "0.125"), ("100", "1"), ("0", "0")])
def test_a_percentage_is_kept_as_a_share(saisi, lu):
    assert PourcentageField().clean(saisi) == Decimal(lu)


@pytest.mark.parametrize("saisi", ["100,01", "-1", "1,234", "beaucoup"])
def test_a_percentage_out_of_bounds_is_refused(saisi):
    with pytest.raises(ValidationError):
        PourcentageField().clean(saisi)


def test_an_unknown_share_is_not_zero():
    assert PourcentageField(required=False).clean("") is None


@pytest.mark.parametrize("saisi", ["2026-02-30", "0001-01-01", "31/13/2026", "demain"])
def test_a_day_that_does_not_exist_is_refused(saisi):
    with pytest.raises(ValidationError):
        JourField().clean(saisi)


def plan(**champs):
    donnees = {"cout_total_eligible": "1000", "ue": "600", "autofinancement": "400"} | champs
    return PlanForm(donnees, fonds="FSE+", equilibre=True, appel=AppelAProjets(taux_max=Decimal("0.6000")))


def test_an_empty_resource_is_nothing():
    form = plan()
    assert form.is_valid(), form.errors
    assert form.cleaned_data["contrepartie_region"] == Decimal("0.00")


@pytest.mark.parametrize(
    ("champs", "erreurs"),
    [
        ({"autofinancement": "399,99"}, {"autofinancement": "Il manque 0,01\xa0€ de ressources."}),
        ({"autofinancement": "400,01"}, {"autofinancement": "Il y a 0,01\xa0€ de trop."}),
        ({"ue": "1000,01"}, {"ue": "La participation européenne est supérieure de 0,01\xa0€ au coût total."}),
        ({"ue": "0"}, {"ue": "Écrivez une participation supérieure à zéro."}),
        ({"cout_total_eligible": ""}, {"cout_total_eligible": "Écrivez le coût total éligible."}),
    ],
)
def test_a_plan_says_what_is_wrong_at_the_cent(champs, erreurs):
    form = plan(**champs)
    assert {champ: messages[0][: len(erreurs[champ])] for champ, messages in form.errors.items()} == erreurs


@pytest.mark.parametrize(("ue", "cout", "exces"), [("600.60", "1001.01", None), ("600.61", "1001.01", "0.01")])
def test_the_rate_of_the_call_is_compared_on_amounts_rounded_down(ue, cout, exces):
    assert plan(ue=ue, cout_total_eligible=cout).plafond.exces == (exces and Decimal(exces))


class DateForm(forms.Form):
    le = forms.CharField(required=False)
    motif = forms.CharField(required=False)


@pytest.mark.parametrize(
    ("refus", "champ"),
    [
        (ValidationError("Trop tôt.", code="date"), "le"),
        (ValidationError({"motif": "Donnez le motif."}), "motif"),
        (ValidationError({"ailleurs": "Inconnu."}), "__all__"),
        (ValidationError("Autre chose.", code="statut"), "__all__"),
    ],
)
def test_the_refusal_of_a_service_goes_beside_its_field(refus, champ):
    form = DateForm({})
    form.is_valid()
    reporter(refus, form)
    assert list(form.errors) == [champ]


@pytest.mark.parametrize(
    ("texte", "clair"),
    [
        ("1 final", "1 bilan final"),
        ("au plus 1 intermédiaire et 1 final", "au plus 1 bilan intermédiaire et 1 bilan final"),
        ("au moins 2 intermédiaires et 1 final", "au moins 2 bilans intermédiaires et 1 bilan final"),
    ],
)
def test_the_rule_of_reports_names_what_it_counts(texte, clair):
    assert RegleBilans(texte, 0, None).en_clair == clair


def test_a_call_whose_time_is_over_is_said_and_comes_last():
    enveloppe = EnveloppeFactory()
    passe, futur = timezone.localdate() - timedelta(days=1), timezone.localdate() + timedelta(days=30)
    for code, limite in [("A-PASSE", passe), ("B-OUVERT", futur)]:
        AppelFactory(enveloppe=enveloppe, code=code, limite_depot_le=limite)
    choix = [str(nom) for valeur, nom in OperationForm(enveloppe=enveloppe).fields["appel"].choices if valeur]
    assert [nom.split()[0] for nom in choix] == ["B-OUVERT", "A-PASSE"]
    assert choix[1].endswith(f"(dépôt terminé le {format_date(passe)})")
    assert "terminé" not in choix[0]
