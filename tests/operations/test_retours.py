"""The contract at its parties’, and what was recorded by error after it, handed back: refusals, amounts, dates."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accord.montants import format_date
from comptes.journal import journal_de
from operations.enums import NatureBilan, NaturePaiement, Statut
from operations.frise import build_frise
from operations.models import BilanExecution, MiseEnSignature, PlanFinancement
from operations.passe import lire_etat
from operations.services import (
    annuler_avenant,
    annuler_bilan,
    annuler_convention,
    annuler_csf,
    annuler_demarrage,
    annuler_resiliation,
    conventionner_operation,
    demarrer_operation,
    enregistrer_bilan,
    payer,
    rendre_csf,
    resilier_operation,
    retirer_signature,
    signer_avenant,
    suivre_signatures,
)
from operations.services.conventions import conditions_de, convention_de
from operations.situation import compute_situation
from operations.verification import verifier_enveloppes, verifier_operations
from tests.factories import ConventionFactory, EcritureFactory, EnveloppeFactory, OperationFactory, habilite

pytestmark = pytest.mark.django_db
D = Decimal


def jour(texte):
    return dt.date.fromisoformat(texte)


def plan(ue, cout):
    return PlanFinancement(cout_total_eligible=D(cout), ue=D(ue), autofinancement=D(cout) - D(ue))


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord, montant=D("1000.00"))


@pytest.fixture
def programmee(enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    operation.decisions.create(
        sens="favorable",
        instance="CP",
        decidee_le=operation.programmee_le,
        ue_programme=D("600.00"),
        auteur=habilite("responsable"),
    )
    return operation


@pytest.fixture
def en_execution(programmee, responsable, gestionnaire):
    conventionner_operation(
        programmee, auteur=responsable, plan=plan("600.00", "1000.00"), convention=ConventionFactory.build()
    )
    demarrer_operation(programmee, auteur=gestionnaire, atteste_le=jour("2026-04-20"))
    programmee.refresh_from_db()
    return programmee


def avenant(operation, auteur, ue="700.00", cout="1000.00", fin="2026-12-31", le="2026-06-01", **suite):
    return signer_avenant(
        operation,
        auteur=auteur,
        plan=plan(ue, cout),
        objet="Objet",
        fin_le=jour(fin),
        signe_le=jour(le),
        **suite,
    )


def depose(operation, auteur, depose_le="2026-07-10", fin="2026-06-30"):
    return enregistrer_bilan(
        operation,
        auteur=auteur,
        bilan=BilanExecution(
            nature=NatureBilan.INTERMEDIAIRE,
            debut_le=jour("2026-01-01"),
            fin_le=jour(fin),
            depose_le=jour(depose_le),
            depenses=D("100.00"),
            ue_declare=None,
        ),
    )


def tenus(enveloppe, au, connu_le=None):
    situation = compute_situation(enveloppe.accord, au=jour(au), connu_le=connu_le).enveloppe(enveloppe.code)
    return [str(situation.montants["programme"]), str(situation.montants["conventionne"])]


def refus(acte, *args, **kwargs):
    with pytest.raises(ValidationError) as refuse:
        acte(*args, **kwargs)
    return refuse.value


ANNULER = {"le": jour("2026-08-01"), "motif": "Erreur de dossier"}


# -- the start


def test_a_start_handed_back(en_execution, gestionnaire):
    annuler_demarrage(en_execution, auteur=gestionnaire, **ANNULER)

    en_execution.refresh_from_db()
    assert (en_execution.statut, en_execution.statut_depuis_le) == (Statut.CONVENTIONNEE, jour("2026-04-15"))
    assert convention_de(en_execution).demarree_le is None
    assert (journal_de(en_execution)[0].acte, journal_de(en_execution)[0].motif) == (
        "demarrage_annule",
        "Erreur de dossier",
    )
    assert lire_etat(en_execution, jour("2026-05-01")).statut == Statut.CONVENTIONNEE
    demarrer_operation(en_execution, auteur=gestionnaire, atteste_le=jour("2026-05-20"))


def test_a_start_stays_once_something_followed(en_execution, gestionnaire, responsable):
    signe = avenant(en_execution, responsable)
    assert refus(annuler_demarrage, en_execution, auteur=gestionnaire, **ANNULER).code == "avenant"
    annuler_avenant(en_execution, auteur=responsable, **ANNULER)
    assert signe.convention.avenants.exists()

    bilan = depose(en_execution, gestionnaire)
    assert refus(annuler_demarrage, en_execution, auteur=gestionnaire, **ANNULER).code == "bilan"
    annuler_bilan(bilan, auteur=gestionnaire, le=jour("2026-07-20"), motif="Erreur")

    assert "motif" in str(refus(annuler_demarrage, en_execution, auteur=gestionnaire, le=ANNULER["le"], motif=" ").code)
    assert refus(annuler_demarrage, en_execution, auteur=gestionnaire, le=jour("2026-04-19"), motif="x").code == "date"

    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("1.00"),
        paye_le=jour("2026-05-01"),
        depassement_vu=D("1.00"),
    )
    assert refus(annuler_demarrage, en_execution, auteur=gestionnaire, **ANNULER).code == "paiement"


def test_an_undone_amendment_no_longer_keeps_the_contract(en_execution, gestionnaire, responsable):
    avenant(en_execution, responsable)
    annuler_avenant(en_execution, auteur=responsable, **ANNULER)
    annuler_demarrage(en_execution, auteur=gestionnaire, **ANNULER)
    annuler_convention(en_execution, auteur=responsable, **ANNULER)
    en_execution.refresh_from_db()
    assert en_execution.statut == Statut.PROGRAMMEE


# -- an amendment


def test_an_amendment_undone_puts_the_past_right(en_execution, enveloppe, responsable):
    avenant(en_execution, responsable, ue="700.00", fin="2027-03-31")
    assert tenus(enveloppe, "2026-06-01") == ["700.00", "700.00"]

    annule = annuler_avenant(en_execution, auteur=responsable, **ANNULER)

    assert annule.annule_le == jour("2026-08-01")
    assert tenus(enveloppe, "2026-06-01") == ["600.00", "600.00"]
    assert conditions_de(convention_de(en_execution)).fin_le == jour("2026-12-31")
    assert en_execution.plans.latest_first().first().ue == D("600.00")
    assert verifier_operations() + verifier_enveloppes() == []
    # the number stays taken
    assert avenant(en_execution, responsable, le="2026-09-01").numero == 2


def test_only_the_last_amendment_is_undone_even_on_the_same_day(en_execution, enveloppe, responsable):
    avenant(en_execution, responsable, ue="700.00")
    avenant(en_execution, responsable, ue="750.00")
    annuler_avenant(en_execution, auteur=responsable, **ANNULER)
    assert tenus(enveloppe, "2026-06-01") == ["700.00", "700.00"]
    annuler_avenant(en_execution, auteur=responsable, **ANNULER)
    assert tenus(enveloppe, "2026-06-01") == ["600.00", "600.00"]
    assert refus(annuler_avenant, en_execution, auteur=responsable, **ANNULER).code == "avenant"
    assert verifier_operations() == []


@pytest.mark.parametrize(
    ("suivi", "saisie", "dernier"),
    [
        ({"envoyee_le": "2026-04-20"}, {}, "2026-04-20"),
        ({"envoyee_le": "2026-04-02", "signee_oi_le": "2026-04-16"}, {}, "2026-04-16"),
        ({"envoyee_le": "2026-04-02"}, {"signee_beneficiaire_le": "2026-04-17"}, "2026-04-17"),
        (None, {"signee_oi_le": "2026-04-18"}, "2026-04-18"),
    ],
)
def test_a_contract_is_not_notified_before_it_is_signed(programmee, responsable, suivi, saisie, dernier):
    if suivi:
        suivre_signatures(programmee, auteur=responsable, **{nom: jour(le) for nom, le in suivi.items()})
    convention = ConventionFactory.build(**{nom: jour(le) for nom, le in saisie.items()})

    erreur = refus(
        conventionner_operation, programmee, auteur=responsable, plan=plan("600.00", "1000.00"), convention=convention
    )
    assert erreur.message_dict == {
        "notifiee_le": [
            f"La convention est envoyée ou signée le {format_date(jour(dernier))}\xa0: notifiez-la à partir de ce jour."
        ]
    }
    assert not programmee.conventions.exists()


def test_an_amendment_is_not_signed_before_the_controls_that_read_the_contract(en_execution, gestionnaire, responsable):
    bilan = depose(en_execution, gestionnaire)
    controle = rendre_csf(bilan, auteur=habilite("gestionnaire"), conclu_le=jour("2026-08-01"), ecarts=[])

    erreur = refus(avenant, en_execution, responsable, le="2026-07-31")
    assert erreur.code == "date"
    assert "1er\xa0août\xa02026" in erreur.messages[0]
    assert "conclusion du contrôle de service fait" in erreur.messages[0]
    annuler_csf(controle, auteur=habilite("gestionnaire"), le=jour("2026-08-02"), motif="Erreur")
    avenant(en_execution, responsable, le="2026-07-31")


def test_an_amendment_without_money_leaves_the_lines_of_the_one_before(en_execution, enveloppe, responsable):
    avenant(en_execution, responsable, ue="700.00")
    avenant(en_execution, responsable, ue="700.00", fin="2027-01-31", le="2026-06-02")
    annuler_avenant(en_execution, auteur=responsable, **ANNULER)
    assert tenus(enveloppe, "2026-06-02") == ["700.00", "700.00"]


def test_an_amendment_stays_while_a_report_or_a_payment_stands_on_it(en_execution, gestionnaire, responsable):
    avenant(en_execution, responsable, ue="700.00")
    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("600.01"),
        paye_le=jour("2026-06-15"),
        depassement_vu=D("600.01"),
    )
    erreur = refus(annuler_avenant, en_execution, auteur=responsable, **ANNULER)
    assert (erreur.code, "600,01" in erreur.messages[0]) == ("plancher", True)

    depose(en_execution, gestionnaire)
    erreur = refus(annuler_avenant, en_execution, auteur=responsable, **ANNULER)
    assert (erreur.code, erreur.messages[0].startswith("Le bilan n°\xa01")) == ("bilan", True)


def test_an_amendment_of_dates_stays_while_a_report_goes_beyond(en_execution, gestionnaire, responsable):
    avenant(en_execution, responsable, ue="600.00", fin="2027-03-31")
    depose(en_execution, gestionnaire, fin="2027-01-01", depose_le="2026-07-10")
    erreur = refus(annuler_avenant, en_execution, auteur=responsable, **ANNULER)
    assert "1er janvier 2027" in erreur.messages[0].replace("\xa0", " ")


def test_undoing_a_reduction_asks_before_going_above_the_envelope(en_execution, enveloppe, responsable):
    avenant(en_execution, responsable, ue="500.00")
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("500.00"))

    erreur = refus(annuler_avenant, en_execution, auteur=responsable, **ANNULER)
    assert (erreur.code, erreur.params["depassement"]) == ("surprogrammation", D("100.00"))
    assert tenus(enveloppe, "2026-06-01") == ["1000.00", "500.00"]

    annuler_avenant(en_execution, auteur=responsable, depassement_vu=D("100.00"), **ANNULER)
    assert tenus(enveloppe, "2026-06-01") == ["1100.00", "600.00"]


# -- the end before term


def test_an_end_undone_gives_the_operation_back(en_execution, enveloppe, responsable):
    resilier_operation(en_execution, auteur=responsable, le=jour("2026-06-01"), motif="x", ue_conserve=D("0.00"))
    assert tenus(enveloppe, "2026-06-01") == ["0.00", "0.00"]

    annuler_resiliation(en_execution, auteur=responsable, **ANNULER)

    en_execution.refresh_from_db()
    assert (en_execution.statut, en_execution.statut_depuis_le) == (Statut.EN_EXECUTION, jour("2026-04-20"))
    assert tenus(enveloppe, "2026-06-01") == ["600.00", "600.00"]
    convention = convention_de(en_execution)
    assert (convention.resiliee_le, convention.ue_conserve) == (None, None)
    assert [etape["libelle"] for etape in build_frise(en_execution) if etape["etat"] == "present"] == ["En exécution"]
    assert verifier_operations() == []

    resilier_operation(en_execution, auteur=responsable, le=jour("2026-06-02"), motif="x", ue_conserve=D("0.00"))
    annuler_resiliation(en_execution, auteur=responsable, **ANNULER)
    assert tenus(enveloppe, "2026-06-02") == ["600.00", "600.00"]


def test_an_end_before_the_start_goes_back_to_contracted(programmee, responsable):
    conventionner_operation(
        programmee, auteur=responsable, plan=plan("600.00", "1000.00"), convention=ConventionFactory.build()
    )
    resilier_operation(programmee, auteur=responsable, le=jour("2026-06-01"), motif="x", ue_conserve=D("0.00"))
    annuler_resiliation(programmee, auteur=responsable, **ANNULER)
    programmee.refresh_from_db()
    assert (programmee.statut, programmee.statut_depuis_le) == (Statut.CONVENTIONNEE, jour("2026-04-15"))


def test_undoing_an_end_asks_before_going_above_the_envelope(en_execution, enveloppe, responsable):
    resilier_operation(en_execution, auteur=responsable, le=jour("2026-06-01"), motif="x", ue_conserve=D("0.00"))
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("400.01"))

    erreur = refus(annuler_resiliation, en_execution, auteur=responsable, **ANNULER)
    assert (erreur.code, erreur.params["depassement"]) == ("surprogrammation", D("0.01"))
    annuler_resiliation(en_execution, auteur=responsable, depassement_vu=D("0.01"), **ANNULER)


@pytest.mark.parametrize("acte", [annuler_demarrage, annuler_avenant, annuler_resiliation])
@pytest.mark.parametrize("statut", Statut)
def test_an_undo_starts_from_its_status_only(programmee, responsable, acte, statut):
    attendu = Statut.RESILIEE if acte == annuler_resiliation else Statut.EN_EXECUTION
    if statut == attendu:
        return
    type(programmee).objects.filter(pk=programmee.pk).update(statut=statut)
    assert refus(acte, programmee, auteur=responsable, **ANNULER).code == "statut"


# -- at its parties’


def test_a_contract_is_sent_then_signed_then_notified(programmee, responsable, gestionnaire):
    suivre_signatures(programmee, auteur=gestionnaire, envoyee_le=jour("2026-04-02"))
    mise = suivre_signatures(
        programmee,
        auteur=gestionnaire,
        envoyee_le=jour("2026-04-02"),
        signee_beneficiaire_le=jour("2026-04-03"),
    )
    assert (mise.premiere_signature_le, mise.est_signee) == (jour("2026-04-03"), False)
    assert [ligne.acte for ligne in journal_de(programmee)[:2]] == ["signature_suivie", "envoyee_en_signature"]

    convention = conventionner_operation(
        programmee, auteur=responsable, plan=plan("600.00", "1000.00"), convention=ConventionFactory.build()
    )
    mise.refresh_from_db()
    assert mise.convention == convention
    assert not MiseEnSignature.objects.en_cours().exists()


def test_a_contract_taken_back_may_be_sent_again(programmee, gestionnaire):
    assert refus(retirer_signature, programmee, auteur=gestionnaire, **ANNULER).code == "signature"
    suivre_signatures(programmee, auteur=gestionnaire, envoyee_le=jour("2026-04-02"))
    retirer_signature(programmee, auteur=gestionnaire, **ANNULER)
    suivre_signatures(programmee, auteur=gestionnaire, envoyee_le=jour("2026-08-02"))
    assert programmee.mises_en_signature.count() == 2


@pytest.mark.parametrize(
    ("dates", "champ", "message"),
    [
        ({"envoyee_le": "2026-03-31"}, "envoyee_le", "1er avril 2026"),
        ({"envoyee_le": "2026-04-02", "signee_oi_le": "2026-04-01"}, "__all__", "ne précède pas l’envoi"),
        ({"envoyee_le": "2999-01-01"}, "envoyee_le", "à venir"),
    ],
)
def test_a_signature_has_a_possible_day(programmee, gestionnaire, dates, champ, message):
    erreur = refus(suivre_signatures, programmee, auteur=gestionnaire, **{nom: jour(le) for nom, le in dates.items()})
    assert message in erreur.message_dict[champ][0].replace("\xa0", " ")
    assert not MiseEnSignature.objects.exists()


def test_nothing_new_is_not_written(programmee, gestionnaire):
    suivre_signatures(programmee, auteur=gestionnaire, envoyee_le=jour("2026-04-02"))
    assert refus(suivre_signatures, programmee, auteur=gestionnaire, envoyee_le=jour("2026-04-02")).code == "inchange"


def test_one_contract_at_its_parties_at_a_time(programmee, gestionnaire):
    MiseEnSignature.objects.create(operation=programmee, auteur=gestionnaire, envoyee_le=jour("2026-04-02"))
    with pytest.raises(IntegrityError, match="mise_en_signature_unique"):
        MiseEnSignature.objects.create(operation=programmee, auteur=gestionnaire, envoyee_le=jour("2026-04-02"))


@pytest.mark.parametrize(
    ("beneficiaire", "oi", "au", "attendu"),
    [
        ("2026-04-03", None, "2026-04-09", 0),  # the sixth day is still within 144 hours
        ("2026-04-03", None, "2026-04-10", 1),
        (None, "2026-04-03", "2026-04-10", 1),
        ("2026-04-03", "2026-04-04", "2026-05-10", 0),
        (None, None, "2026-04-08", 0),  # sent on the 2nd
        (None, None, "2026-04-09", 1),
    ],
)
def test_late_from_the_first_signature_or_from_the_sending_when_nobody_signed(
    programmee, gestionnaire, beneficiaire, oi, au, attendu
):
    suivre_signatures(
        programmee,
        auteur=gestionnaire,
        envoyee_le=jour("2026-04-02"),
        signee_beneficiaire_le=beneficiaire and jour(beneficiaire),
        signee_oi_le=oi and jour(oi),
    )
    assert MiseEnSignature.objects.en_retard(jour(au), 6).count() == attendu


def test_the_life_line_ends_with_the_archive_until_it_comes(en_execution):
    en_execution.statut = Statut.SOLDEE

    derniere = build_frise(en_execution)[-1]

    assert (derniere["libelle"], derniere["etat"], derniere["date"]) == ("Archivée", "", None)
