"""The calendar of the reports: proposed by the rule, filed, late, put off, changed by an amendment and given back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from comptes.journal import journal_de
from operations.calendrier import bilans_attendus, proposer_calendrier
from operations.enums import NatureBilan
from operations.models import BilanAttendu, BilanExecution
from operations.services import (
    annuler_avenant,
    annuler_bilan,
    conventionner_operation,
    demarrer_operation,
    enregistrer_bilan,
    reporter_bilan,
    signer_avenant,
)
from tests.factories import ConventionFactory, OperationFactory, ParametreFactory, PlanFactory

pytestmark = pytest.mark.django_db
JOUR = dt.date(2026, 5, 1)
REGLES = {
    "bilans_jusqu_a_12_mois": "1 final",
    "bilans_12_24_mois": "au plus 1 intermédiaire et 1 final",
    "bilans_24_36_mois": "au moins 1 intermédiaire et 1 final",
    "bilans_36_48_mois": "au moins 2 intermédiaires et 1 final",
}


def jour(texte):
    return dt.date.fromisoformat(texte)


@pytest.fixture
def accord(accord):
    for code, valeur in (REGLES | {"bilan_final_delai_mois": "6"}).items():
        ParametreFactory(accord=accord, code=code, valeur=valeur)
    return accord


@pytest.fixture
def operation(accord, responsable, gestionnaire):
    """Under way over three years, one interim report asked for by the end of 2027."""
    operation = OperationFactory(enveloppe__accord=accord, programmee=True)
    conventionner_operation(
        operation,
        auteur=responsable,
        plan=PlanFactory.build(operation=None),
        convention=ConventionFactory.build(debut_le=jour("2026-01-01"), fin_le=jour("2028-12-31")),
    )
    demarrer_operation(operation, auteur=gestionnaire, atteste_le=JOUR)
    operation.refresh_from_db()
    return operation


def depose(operation, auteur, nature=NatureBilan.INTERMEDIAIRE, fin="2026-06-30", debut="2026-01-01"):
    bilan = BilanExecution(
        nature=nature,
        debut_le=jour(debut),
        fin_le=jour(fin),
        depose_le=jour("2026-11-01"),
        depenses=Decimal("100.00"),
        ue_declare=None,
    )
    return enregistrer_bilan(operation, auteur=auteur, bilan=bilan)


def lire(lignes):
    return [(x.get_nature_display(), *(str(d) for d in (x.debut_le, x.fin_le, x.attendu_le))) for x in lignes]


def suivre(operation, au=JOUR):
    return [(str(x.ligne.attendu_le), x.etat.value) for x in bilans_attendus(operation, au)]


@pytest.mark.parametrize(
    ("fin", "attendus"),
    [
        ("2026-12-31", [("Bilan final", "2026-01-01", "2026-12-31", "2027-06-30")]),
        (
            "2027-01-01",  # one day above twelve months
            [
                ("Bilan intermédiaire", "2026-01-01", "2026-06-30", "2026-12-30"),
                ("Bilan final", "2026-07-01", "2027-01-01", "2027-07-01"),
            ],
        ),
        (
            "2027-12-31",
            [
                ("Bilan intermédiaire", "2026-01-01", "2026-12-31", "2027-06-30"),
                ("Bilan final", "2027-01-01", "2027-12-31", "2028-06-30"),
            ],
        ),
        (
            "2028-12-31",
            [
                ("Bilan intermédiaire", "2026-01-01", "2027-06-30", "2027-12-30"),
                ("Bilan final", "2027-07-01", "2028-12-31", "2029-06-30"),
            ],
        ),
        (
            "2029-12-31",
            [
                ("Bilan intermédiaire", "2026-01-01", "2027-04-30", "2027-10-30"),
                ("Bilan intermédiaire", "2027-05-01", "2028-08-31", "2029-02-28"),
                ("Bilan final", "2028-09-01", "2029-12-31", "2030-06-30"),
            ],
        ),
    ],
)
def test_the_duration_proposes_the_reports(accord, fin, attendus):
    assert lire(proposer_calendrier(accord, jour("2026-01-01"), jour(fin), JOUR)) == attendus


def test_without_a_delay_in_the_agreement_nothing_is_proposed(accord):
    accord.parametres.get(code="bilan_final_delai_mois").delete()
    assert proposer_calendrier(accord, jour("2026-01-01"), jour("2026-12-31"), JOUR) == []


@pytest.mark.parametrize(
    ("lignes", "message"),
    [
        ([("intermediaire", "2026-06-30", "2026-09-30")], "un bilan final et un seul"),
        ([("final", "2028-12-31", "2029-06-30"), ("final", "2028-12-31", "2029-06-30")], "un bilan final et un seul"),
        ([("final", "2028-12-31", "2029-06-30")], "au moins 1 intermédiaire"),
        ([("intermediaire", "2027-06-30", "2027-09-30"), ("final", "2028-12-31", "2029-07-01")], "30 juin 2029"),
        ([("intermediaire", "2029-01-01", "2029-03-30"), ("final", "2028-12-31", "2029-06-30")], "période"),
    ],
)
def test_a_calendar_that_the_duration_does_not_allow_is_refused(accord, responsable, lignes, message):
    operation = OperationFactory(enveloppe__accord=accord, programmee=True)
    with pytest.raises(ValidationError) as refus:
        conventionner_operation(
            operation,
            auteur=responsable,
            plan=PlanFactory.build(operation=None),
            convention=ConventionFactory.build(fin_le=jour("2028-12-31")),
            calendrier=[
                BilanAttendu(nature=nature, debut_le=jour("2026-01-01"), fin_le=jour(fin), attendu_le=jour(du))
                for nature, fin, du in lignes
            ],
        )
    assert message in refus.value.message_dict["calendrier"][0].replace("\xa0", " ")
    assert not BilanAttendu.objects.exists()


def test_a_line_is_awaited_then_late_then_filed(operation, gestionnaire):
    assert suivre(operation, jour("2027-12-30")) == [("2027-12-30", "attendu"), ("2029-06-30", "attendu")]
    assert suivre(operation, jour("2027-12-31")) == [("2027-12-30", "en_retard"), ("2029-06-30", "attendu")]

    bilan = depose(operation, gestionnaire)
    assert suivre(operation, jour("2027-12-31")) == [("2027-12-30", "depose"), ("2029-06-30", "attendu")]
    assert [x.bilan for x in bilans_attendus(operation)] == [bilan, None]
    assert list(BilanAttendu.objects.a_recevoir()) == [bilans_attendus(operation)[1].ligne]

    annuler_bilan(bilan, auteur=gestionnaire, le=jour("2026-11-02"), motif="Erreur")
    assert suivre(operation, jour("2027-12-31"))[0] == ("2027-12-30", "en_retard")
    assert BilanAttendu.objects.a_recevoir().count() == 2


def test_a_final_report_makes_the_others_pointless(operation, gestionnaire):
    depose(operation, gestionnaire, NatureBilan.FINAL)
    assert suivre(operation) == [("2027-12-30", "sans_objet"), ("2029-06-30", "depose")]
    assert not BilanAttendu.objects.a_recevoir().exists()


def test_a_report_is_put_off_with_a_reason_and_keeps_the_date_of_the_contract(operation, gestionnaire):
    ligne = bilans_attendus(operation)[0].ligne

    reporter_bilan(ligne, auteur=gestionnaire, attendu_le=jour("2028-02-28"), motif="Comptable absent")

    ligne.refresh_from_db()
    assert (ligne.attendu_le, ligne.prevu_le, ligne.est_reporte) == (jour("2028-02-28"), jour("2027-12-30"), True)
    trace = journal_de(operation)[0]
    assert (trace.acte, trace.motif) == ("bilan_reporte", "Comptable absent")
    assert trace.valeurs["attendu_le"] == {"avant": "2027-12-30", "apres": "2028-02-28"}


@pytest.mark.parametrize(
    ("attendu_le", "motif", "message"),
    [
        ("2028-02-28", " ", "Donnez le motif du report"),
        ("2027-12-30", "x", "déjà attendu"),
        ("2027-06-29", "x", "fin de la période"),
    ],
)
def test_a_postponement_is_refused(operation, gestionnaire, attendu_le, motif, message):
    ligne = bilans_attendus(operation)[0].ligne
    with pytest.raises(ValidationError) as refus:
        reporter_bilan(ligne, auteur=gestionnaire, attendu_le=jour(attendu_le), motif=motif)
    assert message in refus.value.messages[0]


def test_a_filed_report_is_not_put_off(operation, gestionnaire):
    ligne = bilans_attendus(operation)[0].ligne
    depose(operation, gestionnaire)
    with pytest.raises(ValidationError) as refus:
        reporter_bilan(ligne, auteur=gestionnaire, attendu_le=jour("2028-02-28"), motif="x")
    assert refus.value.code == "depose"


def test_an_amendment_moves_what_is_awaited_and_its_undoing_gives_it_back(operation, gestionnaire, responsable):
    depose(operation, gestionnaire)
    avant = suivre(operation)
    avenant = signer_avenant(
        operation,
        auteur=responsable,
        plan=PlanFactory.build(operation=None),
        objet="Trois mois de plus",
        fin_le=jour("2029-03-31"),
        signe_le=jour("2026-11-10"),
    )
    assert suivre(operation) == [("2027-12-30", "depose"), ("2029-09-30", "attendu")]
    retiree = avenant.bilans_retires.get()

    annuler_avenant(operation, auteur=responsable, le=jour("2026-11-12"), motif="Erreur de saisie")

    assert suivre(operation) == avant
    assert [x.ligne.pk for x in bilans_attendus(operation)][1] == retiree.pk
    with pytest.raises(ValidationError):  # what the undone amendment had brought is no longer asked for
        reporter_bilan(avenant.bilans_apportes.get(), auteur=gestionnaire, attendu_le=jour("2030-01-01"), motif="x")


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_calendar_is_read_in_three_queries(operation, gestionnaire, django_assert_num_queries, nombre):
    for rang in range(1, nombre):
        depose(operation, gestionnaire, debut=f"2026-0{rang}-01", fin=f"2026-0{rang}-28")
    with django_assert_num_queries(3):
        bilans_attendus(operation)
