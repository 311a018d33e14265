"""What is undone, and what is recovered once an operation is closed: every amount of the envelope, as of each date."""

import datetime as dt
from decimal import Decimal

import pytest

from accord.models import Parametre
from comptes.enums import Role
from comptes.journal import journal_de
from operations.enums import MotifEcart, NatureBilan, NatureEcriture, NaturePaiement, Statut
from operations.models import AppelFonds, BilanExecution, Convention, Ecriture, Paiement, PlanFinancement
from operations.services import (
    Ecart,
    achever_operation,
    annuler_appel_fonds,
    annuler_avenant,
    annuler_csf,
    annuler_paiement,
    annuler_rejet,
    annuler_resiliation,
    annuler_solde,
    archiver_operation,
    certifier,
    conventionner_operation,
    demarrer_operation,
    enregistrer_bilan,
    payer,
    recouvrer,
    rejeter_ligne,
    rendre_csf,
    resilier_operation,
    signer_avenant,
    solder_operation,
)
from operations.services.grand_livre import soldes
from operations.verification import verifier_chaines, verifier_enveloppes, verifier_operations
from tests.factories import EcritureFactory, EnveloppeFactory, OperationFactory, habilite
from tests.operations.test_vie_complete import jour, montants, refus
from tests.vie import cles_manquantes

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def enveloppe(accord):
    for code, valeur in (("conservation_annees", "5"), ("conservation_aide_etat_annees", "10")):
        Parametre.objects.create(
            accord=accord, code=code, libelle=code, sujet="Conservation", valeur=valeur, valide_du=dt.date(2021, 1, 1)
        )
    return EnveloppeFactory(accord=accord, montant=D("100000.00"))


@pytest.fixture
def controleur(accord):
    return habilite(Role.GESTIONNAIRE)


@pytest.fixture
def operation(enveloppe, gestionnaire, responsable):
    """Contracted 60 000,00 € for 100 000,00 €, started on 20 April 2026."""
    operation = OperationFactory(enveloppe=enveloppe, programmee=True, ue=D("60000.00"), ue__cout=D("100000.00"))
    operation.decisions.create(
        sens="favorable",
        instance="CP",
        decidee_le=operation.programmee_le,
        ue_programme=D("60000.00"),
        auteur=responsable,
    )
    conventionner_operation(
        operation,
        auteur=responsable,
        plan=PlanFinancement(cout_total_eligible=D("100000.00"), ue=D("60000.00"), autofinancement=D("40000.00")),
        convention=Convention(
            debut_le=jour("2026-01-01"),
            fin_le=jour("2026-12-31"),
            notifiee_le=jour("2026-04-15"),
            avance_prevue=D("60000.00"),
        ),
    )
    demarrer_operation(operation, auteur=gestionnaire, atteste_le=jour("2026-04-20"))
    operation.refresh_from_db()
    return operation


@pytest.fixture
def controlee(operation, gestionnaire, controleur):
    """24 000,00 € declared on 10 July and retained on 1 August 2026, in a final report."""
    bilan = BilanExecution(
        nature=NatureBilan.FINAL,
        debut_le=jour("2026-01-01"),
        fin_le=jour("2026-06-30"),
        depose_le=jour("2026-07-10"),
        depenses=D("40000.00"),
        ue_declare=None,
    )
    enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan)
    rendre_csf(bilan, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    return operation


@pytest.fixture
def soldee(controlee, gestionnaire, responsable):
    """Certified on 20 August, paid on 1 September, settled on 20 September 2026."""
    achever_operation(controlee, auteur=gestionnaire, le=jour("2026-08-02"))
    envoyer(controlee, responsable, "24000.00", "2026-08-20")
    verser(controlee, responsable, NaturePaiement.SOLDE, "24000.00", "2026-09-01")
    solder_operation(controlee, auteur=responsable, le=jour("2026-09-20"))
    controlee.refresh_from_db()
    return controlee


def deposer(operation, gestionnaire, controleur, debut, fin, depose, *, depenses, ressources="0.00"):
    """An intermediate report, controlled on the day it was filed."""
    bilan = BilanExecution(
        nature=NatureBilan.INTERMEDIAIRE,
        debut_le=jour(debut),
        fin_le=jour(fin),
        depose_le=jour(depose),
        depenses=D(depenses),
        ressources=D(ressources),
        ue_declare=None,
    )
    enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan)
    rendre_csf(bilan, auteur=controleur, conclu_le=jour(depose), ecarts=[])
    return bilan


def verser(operation, auteur, nature, montant, le, **champs):
    return payer(operation, auteur=auteur, nature=nature, montant=D(montant), paye_le=jour(le), **champs)


def reprendre(operation, auteur, montant, le):
    return recouvrer(operation, auteur=auteur, montant=D(montant), paye_le=jour(le), motif="Audit")


def envoyer(operation, auteur, montant, le):
    return certifier(operation.enveloppe, auteur=auteur, envoye_le=jour(le), montants={operation: D(montant)})


def erreur(auteur, le):
    return {"auteur": auteur, "le": jour(le), "motif": "Erreur de saisie"}


def tout_concorde():
    return verifier_operations() + verifier_chaines() + verifier_enveloppes()


# -- recoveries after the end


def test_a_recovery_after_the_settlement_corrects_what_is_retained_then_certified(soldee, enveloppe, responsable):
    reprendre(soldee, responsable, "1000.00", "2026-10-02")

    # programmed, contracted, declared, retained, certified, paid, available
    avant = ["24000.00", "24000.00", "24000.00", "24000.00", "24000.00", "24000.00", "76000.00"]
    assert montants(enveloppe, "2026-10-01") == avant
    assert montants(enveloppe, "2026-10-02") == [
        "23000.00",
        "23000.00",
        "24000.00",
        "23000.00",
        "24000.00",
        "23000.00",
        "77000.00",
    ]
    # certified is above retained until the next batch takes it back
    assert refus(envoyer, soldee, responsable, "-1000.01", "2026-10-15").code == "retenu"
    envoyer(soldee, responsable, "-1000.00", "2026-10-15")
    assert montants(enveloppe, "2026-10-14")[3:6] == ["23000.00", "24000.00", "23000.00"]
    assert montants(enveloppe, "2026-10-15")[3:6] == ["23000.00", "23000.00", "23000.00"]
    assert montants(enveloppe, "2026-10-01") == avant
    assert tout_concorde() == []


def test_two_recoveries_after_the_settlement_are_undone_one_after_the_other(soldee, enveloppe, responsable):
    premier = reprendre(soldee, responsable, "1000.00", "2026-10-02")
    second = reprendre(soldee, responsable, "0.01", "2026-10-03")
    assert montants(enveloppe, "2026-10-03")[3] == "22999.99"

    assert refus(annuler_paiement, premier, **erreur(responsable, "2026-10-10")).code == "suivant"
    annuler_paiement(second, **erreur(responsable, "2026-10-10"))
    annuler_paiement(premier, **erreur(responsable, "2026-10-10"))

    for date in ("2026-10-02", "2026-10-03", "2026-10-10"):
        assert montants(enveloppe, date) == ["24000.00"] * 6 + ["76000.00"]
    assert tout_concorde() == []


def test_a_recovery_taken_back_in_a_batch_is_not_undone_before_the_batch(soldee, enveloppe, responsable):
    recouvrement = reprendre(soldee, responsable, "1000.00", "2026-10-02")
    appel = envoyer(soldee, responsable, "-1000.00", "2026-10-15")

    assert refus(annuler_paiement, recouvrement, **erreur(responsable, "2026-10-20")).code == "certifie"
    annuler_appel_fonds(appel, **erreur(responsable, "2026-10-20"))
    annuler_paiement(recouvrement, **erreur(responsable, "2026-10-20"))

    assert montants(enveloppe, "2026-10-15") == ["24000.00"] * 6 + ["76000.00"]
    assert tout_concorde() == []


def test_an_early_end_brings_retained_down_to_what_is_kept(controlee, enveloppe, responsable):
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-10")
    envoyer(controlee, responsable, "24000.00", "2026-08-20")
    resilier_operation(
        controlee, auteur=responsable, le=jour("2026-09-01"), motif="Liquidation", ue_conserve=D("10000.00")
    )

    assert montants(enveloppe, "2026-08-31") == [
        "60000.00",
        "60000.00",
        "24000.00",
        "24000.00",
        "24000.00",
        "24000.00",
        "40000.00",
    ]
    assert montants(enveloppe, "2026-09-01") == [
        "10000.00",
        "10000.00",
        "24000.00",
        "10000.00",
        "24000.00",
        "24000.00",
        "90000.00",
    ]
    reprendre(controlee, responsable, "14000.00", "2026-10-01")
    envoyer(controlee, responsable, "-14000.00", "2026-10-02")
    assert montants(enveloppe, "2026-10-01")[3:6] == ["10000.00", "24000.00", "10000.00"]
    assert montants(enveloppe, "2026-10-02")[3:6] == ["10000.00", "10000.00", "10000.00"]
    assert tout_concorde() == []


def test_an_early_end_undone_gives_back_what_was_retained_unless_a_batch_took_it_back(
    controlee, enveloppe, responsable
):
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-10")
    envoyer(controlee, responsable, "24000.00", "2026-08-20")
    resilier_operation(
        controlee, auteur=responsable, le=jour("2026-09-01"), motif="Liquidation", ue_conserve=D("10000.00")
    )
    appel = envoyer(controlee, responsable, "-14000.00", "2026-09-10")
    assert refus(annuler_resiliation, controlee, **erreur(responsable, "2026-09-11")).code == "certifie"
    annuler_appel_fonds(appel, **erreur(responsable, "2026-09-11"))

    annuler_resiliation(controlee, **erreur(responsable, "2026-09-11"))

    assert montants(enveloppe, "2026-09-01")[3:6] == ["24000.00"] * 3
    assert tout_concorde() == []


def test_an_early_end_leaves_retained_alone_when_more_is_kept(controlee, enveloppe, responsable):
    verser(controlee, responsable, NaturePaiement.AVANCE, "30000.00", "2026-08-10")
    resilier_operation(
        controlee, auteur=responsable, le=jour("2026-09-01"), motif="Liquidation", ue_conserve=D("25000.00")
    )
    assert montants(enveloppe, "2026-09-01")[3] == "24000.00"
    reprendre(controlee, responsable, "5000.00", "2026-10-01")
    assert montants(enveloppe, "2026-10-01")[3:6] == ["24000.00", "0.00", "25000.00"]
    assert tout_concorde() == []


def test_before_the_settlement_a_recovery_leaves_what_is_retained_due_again(controlee, enveloppe, responsable):
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-10")
    reprendre(controlee, responsable, "24000.00", "2026-08-20")
    assert montants(enveloppe, "2026-08-20")[3:6] == ["24000.00", "0.00", "0.00"]
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-25")
    assert tout_concorde() == []


# -- a payment entered by error


def test_a_payment_undone_was_never_made_and_is_due_again(controlee, enveloppe, responsable):
    paiement = verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-20")
    connu = dt.datetime.now(dt.UTC)

    annuler_paiement(paiement, **erreur(responsable, "2026-09-01"))

    paiement.refresh_from_db()
    assert (paiement.annule_le, paiement.motif_annulation) == (jour("2026-09-01"), "Erreur de saisie")
    assert montants(enveloppe, "2026-08-20")[5] == "0.00"
    annulation = Ecriture.objects.get(annule=paiement.ecriture)
    assert (annulation.montant, annulation.date_effet) == (D("-24000.00"), jour("2026-08-20"))
    assert annulation.enregistree_le > connu
    assert journal_de(controlee)[0].acte == "paiement_annule"
    # entered again, on an earlier day than the error
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "23999.99", "2026-08-05")
    assert montants(enveloppe, "2026-08-05")[5] == "23999.99"
    assert tout_concorde() == []


@pytest.mark.parametrize(("motif", "le", "code"), [(" ", "2026-09-01", "motif"), ("x", "2026-08-19", "date")])
def test_undoing_a_payment_needs_a_reason_and_a_day(controlee, responsable, motif, le, code):
    paiement = verser(controlee, responsable, NaturePaiement.ACOMPTE, "10.00", "2026-08-20")
    assert refus(annuler_paiement, paiement, auteur=responsable, le=jour(le), motif=motif).code == code
    assert Paiement.objects.en_vigueur().exists()


def test_a_payment_is_undone_once_and_not_under_a_recovery(controlee, responsable):
    paiement = verser(controlee, responsable, NaturePaiement.ACOMPTE, "10.00", "2026-08-20")
    recouvrement = reprendre(controlee, responsable, "5.00", "2026-08-21")
    assert refus(annuler_paiement, paiement, **erreur(responsable, "2026-09-01")).code == "suivant"
    annuler_paiement(recouvrement, **erreur(responsable, "2026-09-01"))
    annuler_paiement(paiement, **erreur(responsable, "2026-09-01"))
    assert refus(annuler_paiement, paiement, **erreur(responsable, "2026-09-01")).code == "annule"
    assert tout_concorde() == []


def test_a_recovery_is_not_undone_under_a_payment_made_since(controlee, responsable):
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-10")
    recouvrement = reprendre(controlee, responsable, "24000.00", "2026-08-20")
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-25")
    assert refus(annuler_paiement, recouvrement, **erreur(responsable, "2026-09-01")).code == "suivant"


def test_what_the_settlement_and_the_early_end_read_is_not_undone(soldee, responsable):
    paiement = soldee.paiements.get()
    assert refus(annuler_paiement, paiement, **erreur(responsable, "2026-10-01")).code == "soldee"

    annuler_solde(soldee, **erreur(responsable, "2026-10-01"))
    resilier_operation(
        soldee, auteur=responsable, le=jour("2026-10-02"), motif="Liquidation", ue_conserve=D("24000.00")
    )
    assert refus(annuler_paiement, paiement, **erreur(responsable, "2026-10-03")).code == "resiliee"


def test_a_control_is_undone_once_its_payment_is(controlee, controleur, responsable):
    controle = controlee.conventions.get().bilans.get().controles.get()
    avance = verser(controlee, responsable, NaturePaiement.AVANCE, "100.00", "2026-08-19")
    paiement = verser(controlee, responsable, NaturePaiement.ACOMPTE, "10.00", "2026-08-20")
    assert refus(annuler_csf, controle, **erreur(controleur, "2026-09-01")).code == "paye"
    annuler_paiement(paiement, **erreur(responsable, "2026-09-01"))
    # the advance undone does not cover an instalment any more
    annuler_paiement(avance, **erreur(responsable, "2026-09-01"))
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "0.01", "2026-08-20")
    assert refus(annuler_csf, controle, **erreur(controleur, "2026-09-01")).code == "paye"


# -- a batch sent by error


def test_a_batch_undone_was_never_sent_and_keeps_its_number(controlee, enveloppe, responsable):
    appel = envoyer(controlee, responsable, "24000.00", "2026-09-01")
    annuler_appel_fonds(appel, **erreur(responsable, "2026-09-05"))

    assert montants(enveloppe, "2026-09-01")[4] == "0.00"
    assert refus(annuler_appel_fonds, appel, **erreur(responsable, "2026-09-05")).code == "annule"
    ligne = appel.lignes.get()
    assert refus(rejeter_ligne, ligne, **erreur(responsable, "2026-09-06")).code == "annule"
    assert envoyer(controlee, responsable, "24000.00", "2026-08-31").numero == 2
    assert [a.numero for a in AppelFonds.objects.en_vigueur()] == [2]
    assert tout_concorde() == []


def test_a_batch_is_not_undone_once_rejected_or_under_a_later_one(controlee, responsable):
    premier = envoyer(controlee, responsable, "10000.00", "2026-09-01")
    second = envoyer(controlee, responsable, "14000.00", "2026-09-10")
    assert refus(annuler_appel_fonds, premier, **erreur(responsable, "2026-09-20")).code == "suivant"
    annuler_appel_fonds(second, **erreur(responsable, "2026-09-20"))
    rejeter_ligne(premier.lignes.get(), **erreur(responsable, "2026-09-20"))
    assert refus(annuler_appel_fonds, premier, **erreur(responsable, "2026-09-21")).code == "rejetee"
    assert tout_concorde() == []


def test_a_rejection_undone_was_never_recorded(controlee, enveloppe, responsable):
    ligne = envoyer(controlee, responsable, "24000.00", "2026-09-01").lignes.get()
    assert refus(annuler_rejet, ligne, **erreur(responsable, "2026-09-25")).code == "rejetee"
    rejeter_ligne(ligne, **erreur(responsable, "2026-09-20"))
    assert montants(enveloppe, "2026-09-21")[4] == "0.00"
    assert refus(annuler_rejet, ligne, **erreur(responsable, "2026-09-19")).code == "date"

    annuler_rejet(ligne, **erreur(responsable, "2026-09-25"))

    assert montants(enveloppe, "2026-09-21")[4] == "24000.00"
    ligne.refresh_from_db()
    assert (ligne.rejetee_le, ligne.motif_rejet) == (None, "")
    assert refus(annuler_rejet, ligne, **erreur(responsable, "2026-09-25")).code == "rejetee"
    rejeter_ligne(ligne, **erreur(responsable, "2026-09-26"))  # and recorded anew, on the right day
    annuler_rejet(ligne, **erreur(responsable, "2026-09-27"))
    annuler_appel_fonds(ligne.appel, **erreur(responsable, "2026-09-28"))
    assert tout_concorde() == []


def test_a_rejection_is_not_undone_under_a_later_batch(controlee, enveloppe, responsable):
    ligne = envoyer(controlee, responsable, "24000.00", "2026-09-01").lignes.get()
    rejeter_ligne(ligne, **erreur(responsable, "2026-09-20"))
    second = envoyer(controlee, responsable, "24000.00", "2026-09-22")
    assert refus(annuler_rejet, ligne, **erreur(responsable, "2026-09-25")).code == "suivant"
    assert montants(enveloppe, "2026-09-30")[4] == "24000.00"
    annuler_appel_fonds(second, **erreur(responsable, "2026-09-25"))
    annuler_rejet(ligne, **erreur(responsable, "2026-09-25"))
    assert montants(enveloppe, "2026-09-30")[4] == "24000.00"
    assert tout_concorde() == []


def test_a_rejection_is_not_undone_when_a_later_one_leaves_less_than_it_takes_back(
    operation, gestionnaire, controleur, responsable
):
    """24 000,00 € sent, 4 000,00 € of them taken back, both rejected: the second alone would leave −4 000,00 €."""
    deposer(operation, gestionnaire, controleur, "2026-01-01", "2026-03-31", "2026-04-21", depenses="40000.00")
    ligne = envoyer(operation, responsable, "24000.00", "2026-05-10").lignes.get()
    reduit = {"depenses": "0.00", "ressources": "20000.00"}
    deposer(operation, gestionnaire, controleur, "2026-04-01", "2026-06-30", "2026-07-10", **reduit)
    reprise = envoyer(operation, responsable, "-4000.00", "2026-08-01").lignes.get()
    rejeter_ligne(reprise, **erreur(responsable, "2026-09-01"))
    rejeter_ligne(ligne, **erreur(responsable, "2026-09-02"))

    refuse = refus(annuler_rejet, reprise, **erreur(responsable, "2026-09-03"))
    assert refuse.code == "suivant"
    assert "annulez d’abord le rejet" in refuse.message
    assert soldes(operation)[NatureEcriture.CERTIFIE] == D("0.00")
    annuler_rejet(ligne, **erreur(responsable, "2026-09-03"))
    annuler_rejet(reprise, **erreur(responsable, "2026-09-03"))
    assert soldes(operation)[NatureEcriture.CERTIFIE] == D("20000.00")
    assert tout_concorde() == []


def test_a_rejection_is_not_undone_above_what_is_retained_since(controlee, controleur, responsable):
    """24 000,00 € sent and rejected, then the control concluded anew at 18 000,00 €."""
    ligne = envoyer(controlee, responsable, "24000.00", "2026-09-01").lignes.get()
    rejeter_ligne(ligne, **erreur(responsable, "2026-09-10"))
    controle = controlee.conventions.get().bilans.get().controles.get()
    annuler_csf(controle, **erreur(controleur, "2026-09-15"))
    assert refus(annuler_rejet, ligne, **erreur(responsable, "2026-09-20")).code == "retenu"
    ecart = Ecart(D("10000.00"), MotifEcart.INELIGIBLE, "Hors période")
    rendre_csf(
        controle.bilan,
        auteur=controleur,
        conclu_le=jour("2026-09-16"),
        ecarts=[ecart],
        sans_contradictoire="Accord du bénéficiaire",
    )

    refuse = refus(annuler_rejet, ligne, **erreur(responsable, "2026-09-20"))
    assert refuse.code == "retenu"
    assert "dans un nouvel appel de fonds" in refuse.message
    assert soldes(controlee)[NatureEcriture.CERTIFIE] == D("0.00")
    envoyer(controlee, responsable, "18000.00", "2026-09-20")
    assert tout_concorde() == []


def test_a_batch_is_not_dated_before_the_rejection_it_follows(controlee, responsable):
    appel = envoyer(controlee, responsable, "24000.00", "2026-09-01")
    rejeter_ligne(appel.lignes.get(), **erreur(responsable, "2026-09-20"))
    assert refus(envoyer, controlee, responsable, "24000.00", "2026-09-19").code == "date"
    envoyer(controlee, responsable, "24000.00", "2026-09-20")
    assert tout_concorde() == []


# -- a settlement entered by error


def test_a_settlement_undone_gives_back_what_it_released_and_is_entered_again(soldee, enveloppe, responsable):
    assert montants(enveloppe, "2026-09-20")[:2] == ["24000.00", "24000.00"]

    annuler_solde(soldee, **erreur(responsable, "2026-10-01"))

    soldee.refresh_from_db()
    assert (soldee.statut, soldee.statut_depuis_le) == (Statut.ACHEVEE, jour("2026-08-02"))
    assert soldee.conventions.get().soldee_le is None
    assert montants(enveloppe, "2026-09-20")[:2] == ["60000.00", "60000.00"]
    assert tout_concorde() == []
    solder_operation(soldee, auteur=responsable, le=jour("2026-09-10"))
    assert montants(enveloppe, "2026-09-10")[:2] == ["24000.00", "24000.00"]
    assert tout_concorde() == []


def test_a_settlement_is_not_undone_under_a_recovery(soldee, responsable):
    recouvrement = reprendre(soldee, responsable, "1000.00", "2026-10-02")
    assert refus(annuler_solde, soldee, **erreur(responsable, "2026-10-05")).code == "suivant"
    annuler_paiement(recouvrement, **erreur(responsable, "2026-10-05"))
    assert refus(annuler_solde, soldee, **(erreur(responsable, "2026-10-05") | {"motif": ""})).code == "motif"
    annuler_solde(soldee, **erreur(responsable, "2026-10-05"))
    assert tout_concorde() == []


def test_undoing_a_settlement_asks_before_going_above_the_envelope(soldee, enveloppe, responsable):
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("76000.00"))

    refuse = refus(annuler_solde, soldee, **erreur(responsable, "2026-10-01"))
    assert (refuse.code, refuse.params["depassement"]) == ("surprogrammation", D("36000.00"))
    vu = D("35999.99")
    assert refus(annuler_solde, soldee, depassement_vu=vu, **erreur(responsable, "2026-10-01")).code == refuse.code
    annuler_solde(soldee, depassement_vu=D("36000.00"), **erreur(responsable, "2026-10-01"))
    assert montants(enveloppe, "2026-10-01")[6] == "-36000.00"


def test_undoing_a_recovery_after_the_settlement_asks_before_going_above_the_envelope(soldee, enveloppe, responsable):
    recouvrement = reprendre(soldee, responsable, "1000.00", "2026-10-02")
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("76000.01"))

    refuse = refus(annuler_paiement, recouvrement, **erreur(responsable, "2026-10-05"))
    assert (refuse.code, refuse.params["depassement"]) == ("surprogrammation", D("0.01"))
    annuler_paiement(recouvrement, depassement_vu=D("0.01"), **erreur(responsable, "2026-10-05"))


def test_a_settlement_that_frees_nothing_is_still_before_the_recoveries_that_follow(
    operation, enveloppe, gestionnaire, controleur, responsable
):
    verser(operation, responsable, NaturePaiement.AVANCE, "60000.00", "2026-05-01")
    bilan = BilanExecution(
        nature=NatureBilan.FINAL,
        debut_le=jour("2026-01-01"),
        fin_le=jour("2026-06-30"),
        depose_le=jour("2026-07-10"),
        depenses=D("100000.00"),
        ue_declare=None,
    )
    enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan)
    rendre_csf(bilan, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    achever_operation(operation, auteur=gestionnaire, le=jour("2026-08-02"))
    solder_operation(operation, auteur=responsable, le=jour("2026-09-20"))

    assert refus(reprendre, operation, responsable, "1000.00", "2026-09-19").code == "date"
    reprendre(operation, responsable, "1000.00", "2026-09-20")
    assert montants(enveloppe, "2026-09-19")[3] == "60000.00"
    assert tout_concorde() == []


def test_a_recovery_is_not_undone_once_the_control_that_allowed_the_payment_is(controlee, controleur, responsable):
    verser(controlee, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-08-10")
    recouvrement = reprendre(controlee, responsable, "24000.00", "2026-08-15")
    controle = controlee.conventions.get().bilans.get().controles.get()
    annuler_csf(controle, **erreur(controleur, "2026-08-20"))

    assert refus(annuler_paiement, recouvrement, **erreur(responsable, "2026-08-21")).code == "retenu"
    assert tout_concorde() == []


def test_a_line_of_a_batch_is_not_rejected_under_the_batch_that_takes_a_part_back(
    operation, gestionnaire, controleur, responsable
):
    """24 000,00 € retained and sent, then 4 000,00 € of them taken back: a rejection would leave less than nothing."""
    premier = deposer(
        operation, gestionnaire, controleur, "2026-01-01", "2026-03-31", "2026-04-21", depenses="40000.00"
    )
    appel = envoyer(operation, responsable, "24000.00", "2026-05-10")
    deposer(
        operation,
        gestionnaire,
        controleur,
        "2026-04-01",
        "2026-06-30",
        "2026-07-10",
        depenses="0.00",
        ressources="20000.00",
    )
    reprise = envoyer(operation, responsable, "-4000.00", "2026-08-01")

    assert refus(rejeter_ligne, appel.lignes.get(), **erreur(responsable, "2026-09-01")).code == "suivant"
    rejeter_ligne(reprise.lignes.get(), **erreur(responsable, "2026-09-01"))
    rejeter_ligne(appel.lignes.get(), **erreur(responsable, "2026-09-01"))
    assert premier.controles.get().ue_retenu == D("24000.00")
    assert tout_concorde() == []


def test_a_control_that_took_back_is_not_undone_under_the_batch_that_says_so(
    operation, gestionnaire, controleur, responsable
):
    deposer(operation, gestionnaire, controleur, "2026-01-01", "2026-03-31", "2026-04-21", depenses="40000.00")
    envoyer(operation, responsable, "24000.00", "2026-05-10")
    second = deposer(
        operation,
        gestionnaire,
        controleur,
        "2026-04-01",
        "2026-06-30",
        "2026-07-10",
        depenses="0.00",
        ressources="20000.00",
    )
    reprise = envoyer(operation, responsable, "-4000.00", "2026-08-01")

    assert refus(annuler_csf, second.controles.get(), **erreur(controleur, "2026-08-05")).code == "certifie"
    annuler_appel_fonds(reprise, **erreur(responsable, "2026-08-05"))
    annuler_csf(second.controles.get(), **erreur(controleur, "2026-08-05"))
    assert tout_concorde() == []


def test_only_who_may_control_takes_a_control_back(controlee, responsable):
    """The responsable of the fixture signed the contract."""
    controle = controlee.conventions.get().bilans.get().controles.get()
    assert refus(annuler_csf, controle, **erreur(responsable, "2026-08-20")).code == "conflit"


def test_an_amendment_changes_nothing_to_a_report_filed_and_a_control_concluded_before_it(
    operation, enveloppe, gestionnaire, controleur, responsable
):
    """60 % until 1 June 2026, 30 % from then on: the report of the spring was filed before, and is entered after."""
    signer_avenant(
        operation,
        auteur=responsable,
        plan=PlanFinancement(cout_total_eligible=D("200000.00"), ue=D("60000.00"), autofinancement=D("140000.00")),
        objet="Un coût révisé",
        fin_le=jour("2026-12-31"),
        signe_le=jour("2026-06-01"),
    )
    dates = ("2026-01-01", "2026-03-31", "2026-05-31")
    premier = deposer(operation, gestionnaire, controleur, *dates, depenses="40000.00")

    assert (premier.ue_declare, premier.controles.get().ue_retenu) == (D("24000.00"), D("24000.00"))
    annuler_avenant(operation, **erreur(responsable, "2026-06-15"))
    assert montants(enveloppe, "2026-06-01")[:4] == ["60000.00", "60000.00", "24000.00", "24000.00"]
    assert tout_concorde() == []


def test_an_advance_paid_before_an_amendment_stays_within_the_contract_of_its_day(operation, enveloppe, responsable):
    signer_avenant(
        operation,
        auteur=responsable,
        plan=PlanFinancement(cout_total_eligible=D("150000.00"), ue=D("90000.00"), autofinancement=D("60000.00")),
        objet="Une action de plus",
        fin_le=jour("2026-12-31"),
        signe_le=jour("2026-06-01"),
    )

    au_dela = {"depassement_vu": D("0.01")}
    refuse = refus(verser, operation, responsable, NaturePaiement.AVANCE, "60000.01", "2026-05-31", **au_dela)
    assert list(refuse.message_dict) == ["montant"]
    verser(operation, responsable, NaturePaiement.AVANCE, "60000.01", "2026-06-01", **au_dela)
    assert montants(enveloppe, "2026-05-31")[5] == "0.00"


def test_state_aid_is_kept_ten_years_from_the_last_payment_that_counts(soldee, responsable):
    court = {"auteur": responsable, "le": jour("2026-10-01")}
    assert (
        "2036"
        in refus(archiver_operation, soldee, jusqu_au=jour("2036-12-30"), est_aide_etat=True, **court).message_dict[
            "jusqu_au"
        ][0]
    )
    archiver_operation(soldee, est_aide_etat=True, sans_pieces=cles_manquantes(soldee), **court)
    convention = soldee.conventions.get()
    assert (convention.est_aide_etat, convention.conservation_jusqu_au) == (True, jour("2036-12-31"))


# -- what verifier names


def test_verifier_names_a_retained_amount_left_above_what_is_paid_after_the_settlement(soldee, responsable):
    recouvrement = reprendre(soldee, responsable, "1000.00", "2026-10-02")
    EcritureFactory(
        operation=soldee, nature=NatureEcriture.RETENU, montant=D("1000.00"), date_effet=recouvrement.paye_le
    )
    assert [ecart.replace("\u202f", " ").replace("\xa0", " ") for ecart in verifier_chaines()] == [
        f"Opération {soldee.numero} : retenu 24 000,00 €, au-dessus de 23 000,00 € conventionné.",
        f"Opération {soldee.numero} : retenu 24 000,00 €, au-dessus de 23 000,00 € payé, après le solde.",
    ]


def test_verifier_names_a_payment_above_what_is_retained_and_advanced(controlee, responsable):
    verser(controlee, responsable, NaturePaiement.AVANCE, "100.00", "2026-08-05")
    EcritureFactory(
        operation=controlee, nature=NatureEcriture.PAYE, montant=D("24000.01"), date_effet=jour("2026-08-06")
    )
    (ecart,) = verifier_chaines()
    assert "24\u202f100,01\xa0€, au-dessus de 24\u202f100,00\xa0€ retenu" in ecart


def test_an_overpayment_that_a_later_control_reveals_is_no_difference(operation, gestionnaire, controleur, responsable):
    premier = BilanExecution(
        nature=NatureBilan.INTERMEDIAIRE,
        debut_le=jour("2026-01-01"),
        fin_le=jour("2026-05-31"),
        depose_le=jour("2026-06-10"),
        depenses=D("20000.00"),
        ue_declare=None,
    )
    enregistrer_bilan(operation, auteur=gestionnaire, bilan=premier)
    rendre_csf(premier, auteur=controleur, conclu_le=jour("2026-07-01"), ecarts=[])
    verser(operation, responsable, NaturePaiement.ACOMPTE, "12000.00", "2026-07-02")
    final = BilanExecution(
        nature=NatureBilan.FINAL,
        debut_le=jour("2026-06-01"),
        fin_le=jour("2026-06-30"),
        depose_le=jour("2026-07-10"),
        depenses=D("1000.00"),
        ressources=D("15000.00"),
        ue_declare=None,
    )
    enregistrer_bilan(operation, auteur=gestionnaire, bilan=final)
    ecarts = [Ecart(D("500.00"), MotifEcart.INELIGIBLE, "Alcool")]
    controle = rendre_csf(
        final, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=ecarts, sans_contradictoire="Accord écrit"
    )
    assert controle.ue_retenu < 0
    assert tout_concorde() == []


def test_verifier_names_a_certified_amount_above_what_was_ever_retained(controlee, responsable):
    envoyer(controlee, responsable, "24000.00", "2026-08-20")
    assert verifier_chaines() == []
    EcritureFactory(operation=controlee, nature=NatureEcriture.CERTIFIE, montant=D("0.01"))

    (ecart,) = verifier_chaines()
    assert "certifié 24 000,01 €, au-dessus de 24 000,00 € retenu" in ecart.replace("\u202f", " ").replace("\xa0", " ")


def test_verifier_names_a_stage_below_zero(controlee):
    EcritureFactory(operation=controlee, nature=NatureEcriture.PAYE, montant=D("-0.01"))

    (ecart,) = verifier_chaines()
    assert "payé −0,01 €, sous zéro" in ecart.replace("\u202f", " ").replace("\xa0", " ")


# -- what was taken back, and advances recovered


@pytest.fixture
def reprise(operation, gestionnaire, controleur, responsable):
    """24 000,00 € retained, certified and paid, 4 000,00 € taken back by a second control, 6 000,00 € by a third."""
    premier = ("2026-01-01", "2026-03-31", "2026-04-21")
    deposer(operation, gestionnaire, controleur, *premier, depenses="40000.00")
    envoyer(operation, responsable, "24000.00", "2026-05-10")
    verser(operation, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-05-11")
    moins = ("2026-04-01", "2026-04-30", "2026-06-10")
    deposer(operation, gestionnaire, controleur, *moins, depenses="0.00", ressources="20000.00")
    plus = ("2026-05-01", "2026-05-31", "2026-07-10")
    return deposer(operation, gestionnaire, controleur, *plus, depenses="10000.00").controles.get()


def test_a_control_is_undone_when_what_is_above_was_taken_back_before_it(reprise, operation, enveloppe, controleur):
    assert reprise.ue_retenu == D("10000.00")
    annuler_csf(reprise, **erreur(controleur, "2026-07-20"))

    assert montants(enveloppe, "2026-07-10")[3:6] == ["20000.00", "24000.00", "24000.00"]
    assert tout_concorde() == []
    second = operation.conventions.get().bilans.get(numero=2).controles.get()
    annuler_csf(second, **erreur(controleur, "2026-07-20"))
    assert montants(enveloppe, "2026-07-10")[3] == "24000.00"
    assert tout_concorde() == []


def test_a_control_is_not_undone_once_something_was_certified_or_paid_since(
    reprise, operation, controleur, responsable
):
    paiement = verser(operation, responsable, NaturePaiement.ACOMPTE, "0.01", "2026-07-11")
    assert refus(annuler_csf, reprise, **erreur(controleur, "2026-07-20")).code == "paye"
    annuler_paiement(paiement, **erreur(responsable, "2026-07-20"))
    # an advance needs no control
    verser(operation, responsable, NaturePaiement.AVANCE, "100.00", "2026-07-12")
    appel = envoyer(operation, responsable, "0.01", "2026-07-12")
    assert refus(annuler_csf, reprise, **erreur(controleur, "2026-07-20")).code == "certifie"
    annuler_appel_fonds(appel, **erreur(responsable, "2026-07-20"))
    annuler_csf(reprise, **erreur(controleur, "2026-07-20"))
    assert tout_concorde() == []


def test_an_advance_recovered_covers_no_payment_and_may_be_paid_again(operation, gestionnaire, controleur, responsable):
    verser(operation, responsable, NaturePaiement.AVANCE, "60000.00", "2026-05-01")
    reprendre(operation, responsable, "60000.00", "2026-05-02")
    verser(operation, responsable, NaturePaiement.AVANCE, "20000.00", "2026-05-03")
    reprendre(operation, responsable, "20000.00", "2026-05-04")
    assert operation.paiements.avances() == 0

    dates = ("2026-01-01", "2026-03-31", "2026-05-10")
    controle = deposer(operation, gestionnaire, controleur, *dates, depenses="40000.00").controles.get()
    acompte = verser(operation, responsable, NaturePaiement.ACOMPTE, "24000.00", "2026-05-12")
    assert refus(annuler_csf, controle, **erreur(controleur, "2026-06-01")).code == "paye"
    annuler_paiement(acompte, **erreur(responsable, "2026-06-01"))
    annuler_csf(controle, **erreur(controleur, "2026-06-01"))
    assert tout_concorde() == []


def test_a_recovery_takes_an_instalment_back_before_the_advance(operation, gestionnaire, controleur, responsable):
    verser(operation, responsable, NaturePaiement.AVANCE, "18000.00", "2026-05-01")
    dates = ("2026-01-01", "2026-03-31", "2026-05-10")
    controle = deposer(operation, gestionnaire, controleur, *dates, depenses="40000.00").controles.get()
    verser(operation, responsable, NaturePaiement.ACOMPTE, "6000.00", "2026-05-12")
    reprendre(operation, responsable, "6000.00", "2026-05-13")
    assert operation.paiements.avances() == D("18000.00")
    annuler_csf(controle, **erreur(controleur, "2026-06-01"))
    reprendre(operation, responsable, "5000.00", "2026-06-02")
    assert operation.paiements.avances() == D("13000.00")
    assert tout_concorde() == []


def test_verifier_names_a_payment_covered_by_an_advance_already_recovered(operation, responsable):
    verser(operation, responsable, NaturePaiement.AVANCE, "100.00", "2026-05-01")
    reprendre(operation, responsable, "100.00", "2026-05-02")
    EcritureFactory(operation=operation, nature=NatureEcriture.PAYE, montant=D("100.00"))
    (ecart,) = verifier_chaines()
    assert "au-dessus de 0,00\xa0€ retenu" in ecart
