"""One operation from its application to its archive, with every amount of its envelope at each step and each date."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accord.models import Parametre
from comptes.enums import Role
from comptes.journal import journal_de
from operations.enums import MotifEcart, NatureBilan, NaturePaiement, Statut
from operations.models import BilanExecution, Convention, Instruction, Operation, PlanFinancement
from operations.services import (
    Ecart,
    achever_operation,
    annuler_bilan,
    annuler_convention,
    annuler_csf,
    archiver_operation,
    certifier,
    conventionner_operation,
    declarer_recevable,
    demarrer_operation,
    deposer_operation,
    desarchiver_operation,
    enregistrer_bilan,
    instruire_operation,
    payer,
    programmer_operation,
    recouvrer,
    rejeter_ligne,
    rendre_csf,
    reprendre_execution,
    resilier_operation,
    signer_avenant,
    solder_operation,
)
from operations.situation import compute_situation
from operations.verification import (
    verifier_chaines,
    verifier_enveloppes,
    verifier_operations,
    verifier_rattachements,
)
from tests.factories import EnveloppeFactory, OperationFactory, StructureFactory, habilite
from tests.vie import cles_manquantes

pytestmark = pytest.mark.django_db
D = Decimal


def jour(texte: str) -> dt.date:
    return dt.date.fromisoformat(texte)


def plan(ue: str, cout: str) -> PlanFinancement:
    return PlanFinancement(cout_total_eligible=D(cout), ue=D(ue), autofinancement=D(cout) - D(ue))


def convention(**champs) -> Convention:
    return Convention(
        **{
            "debut_le": jour("2024-01-01"),
            "fin_le": jour("2025-12-31"),
            "signee_beneficiaire_le": jour("2024-05-02"),
            "signee_oi_le": jour("2024-05-04"),
            "notifiee_le": jour("2024-05-06"),
        }
        | champs
    )


def bilan(nature=NatureBilan.INTERMEDIAIRE, **champs) -> BilanExecution:
    return BilanExecution(
        **{
            "nature": nature,
            "debut_le": jour("2024-01-01"),
            "fin_le": jour("2024-12-31"),
            "depose_le": jour("2025-02-10"),
            "depenses": D("40000.00"),
            "ue_declare": None,
        }
        | champs
    )


def montants(enveloppe, au, connu_le=None) -> list[str]:
    """Programmed, contracted, declared, retained, certified, paid, and what is left, as of a day."""
    situation = compute_situation(enveloppe.accord, au=jour(au), connu_le=connu_le).enveloppe(enveloppe.code)
    return [*(str(m) for m in situation.montants.values()), str(situation.disponible)]


def refus(acte, *args, **kwargs) -> ValidationError:
    with pytest.raises(ValidationError) as refuse:
        acte(*args, **kwargs)
    return refuse.value


@pytest.fixture
def enveloppe(accord):
    Parametre.objects.create(
        accord=accord,
        code="conservation_annees",
        libelle="Conservation",
        sujet="Conservation",
        valeur="5",
        valide_du=jour("2021-01-01"),
        source="CPR 82",
    )
    return EnveloppeFactory(accord=accord, montant=D("100000.00"))


@pytest.fixture
def controleur(accord):
    return habilite(Role.GESTIONNAIRE)


@pytest.fixture
def programmee(enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True, ue=D("60000.00"), ue__cout=D("100000.00"))
    operation.decisions.create(
        sens="favorable",
        instance="CP",
        decidee_le=operation.programmee_le,
        ue_programme=D("60000.00"),
        auteur=habilite(Role.RESPONSABLE),
    )
    return operation


@pytest.fixture
def conventionnee(programmee, responsable):
    operation = programmee
    conventionner_operation(
        operation,
        auteur=responsable,
        plan=plan("60000.00", "100000.00"),
        convention=convention(
            debut_le=jour("2026-01-01"),
            fin_le=jour("2026-12-31"),
            signee_beneficiaire_le=None,
            signee_oi_le=None,
            notifiee_le=jour("2026-04-15"),
            avance_prevue=D("18000.00"),
        ),
    )
    operation.refresh_from_db()
    return operation


@pytest.fixture
def en_execution(conventionnee, gestionnaire):
    demarrer_operation(conventionnee, auteur=gestionnaire, atteste_le=jour("2026-04-20"))
    conventionnee.refresh_from_db()
    return conventionnee


def depose(operation, auteur, **champs) -> BilanExecution:
    """A report of the spring of 2026."""
    dates = {"debut_le": jour("2026-01-01"), "fin_le": jour("2026-06-30"), "depose_le": jour("2026-07-10")}
    return enregistrer_bilan(operation, auteur=auteur, bilan=bilan(**(dates | champs)))


def test_from_call_to_archive(enveloppe, gestionnaire, responsable, controleur):
    operation = deposer_operation(
        operation=Operation(
            enveloppe=enveloppe,
            structure=StructureFactory(accord=enveloppe.accord),
            numero="202400001",
            intitule="Atelier (exemple)",
            objectif_specifique=OperationFactory.build(enveloppe=enveloppe).objectif_specifique,
            debut_le=jour("2024-01-01"),
            fin_le=jour("2025-12-31"),
            deposee_le=jour("2024-01-10"),
        ),
        plan=plan("62000.00", "100000.00"),
        auteur=gestionnaire,
    )
    declarer_recevable(operation, auteur=gestionnaire, le=jour("2024-01-20"), pieces_recues=[])
    instruire_operation(
        operation,
        auteur=gestionnaire,
        plan=plan("60000.00", "100000.00"),
        instruction=Instruction(
            conclue_le=jour("2024-02-20"),
            avis="favorable",
            rapport="Rapport",
            reponse_partage="aucune",
            est_sans_conflit=True,
        ),
    )
    assert montants(enveloppe, "2024-03-10") == ["0.00"] * 6 + ["100000.00"]

    programmer_operation(operation, auteur=responsable, instance="CP", decidee_le=jour("2024-03-11"))
    assert montants(enveloppe, "2024-03-10") == ["0.00"] * 6 + ["100000.00"]
    assert montants(enveloppe, "2024-03-11") == ["60000.00", "0.00", "0.00", "0.00", "0.00", "0.00", "40000.00"]

    # contracted below what was programmed: programmed stays until the settlement
    conventionner_operation(
        operation,
        auteur=responsable,
        plan=plan("54000.00", "90000.00"),
        convention=convention(avance_prevue=D("16200.00")),
    )
    assert montants(enveloppe, "2024-05-05")[1] == "0.00"
    assert montants(enveloppe, "2024-05-06") == ["60000.00", "54000.00", "0.00", "0.00", "0.00", "0.00", "40000.00"]

    demarrer_operation(operation, auteur=gestionnaire, atteste_le=jour("2024-05-10"))
    payer(
        operation,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("16200.00"),
        paye_le=jour("2024-06-01"),
    )
    assert montants(enveloppe, "2024-06-01")[5] == "16200.00"

    # an amendment moves programmed and contracted by the same difference
    signer_avenant(
        operation,
        auteur=responsable,
        plan=plan("57000.00", "95000.00"),
        objet="Une action de plus",
        fin_le=jour("2026-03-31"),
        signe_le=jour("2024-11-04"),
    )
    assert montants(enveloppe, "2024-11-03")[:2] == ["60000.00", "54000.00"]
    assert montants(enveloppe, "2024-11-04") == [
        "63000.00",
        "57000.00",
        "0.00",
        "0.00",
        "0.00",
        "16200.00",
        "37000.00",
    ]

    premier = enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan())
    assert premier.ue_declare == D("24000.00")  # 40 000 × 57 / 95
    controle = rendre_csf(
        premier,
        auteur=controleur,
        conclu_le=jour("2025-04-15"),
        ecarts=[Ecart(D("1500.00"), MotifEcart.NON_JUSTIFIEE, "Fiches de temps absentes")],
        sans_contradictoire="Écarts acceptés par écrit",
    )
    assert (controle.depenses_retenues, controle.ue_retenu) == (D("38500.00"), D("23100.00"))
    assert montants(enveloppe, "2025-02-10")[2:4] == ["24000.00", "0.00"]
    assert montants(enveloppe, "2025-04-15")[2:4] == ["24000.00", "23100.00"]

    payer(
        operation,
        auteur=responsable,
        nature=NaturePaiement.ACOMPTE,
        montant=D("6900.00"),
        paye_le=jour("2025-05-05"),
        demande_le=jour("2025-02-10"),
    )
    certifier(enveloppe, auteur=responsable, envoye_le=jour("2025-06-20"), montants={operation: D("23100.00")})
    assert montants(enveloppe, "2025-06-20")[3:6] == ["23100.00", "23100.00", "23100.00"]

    # the final report shows a co-funding received late: the need falls, the line of the control is negative
    final = enregistrer_bilan(
        operation,
        auteur=gestionnaire,
        bilan=bilan(
            NatureBilan.FINAL,
            debut_le=jour("2025-01-01"),
            fin_le=jour("2026-03-31"),
            depose_le=jour("2026-04-10"),
            depenses=D("2000.00"),
            ressources=D("20000.00"),
        ),
    )
    achever_operation(operation, auteur=gestionnaire, le=jour("2026-04-30"))
    dernier = rendre_csf(final, auteur=controleur, conclu_le=jour("2026-05-20"), ecarts=[])
    # 40 500 retained − 20 000 received = 20 500, under 24 300 at the rate
    assert (dernier.ue_cumule, dernier.ue_retenu) == (D("20500.00"), D("-2600.00"))
    assert montants(enveloppe, "2026-05-20")[3] == "20500.00"

    certifier(enveloppe, auteur=responsable, envoye_le=jour("2026-06-15"), montants={operation: D("-2600.00")})
    recouvrer(operation, auteur=responsable, montant=D("2600.00"), paye_le=jour("2026-07-01"), motif="Trop-perçu")
    solder_operation(operation, auteur=responsable, le=jour("2026-07-10"))
    assert montants(enveloppe, "2026-07-09") == [
        "63000.00",
        "57000.00",
        "25200.00",
        "20500.00",
        "20500.00",
        "20500.00",
        "37000.00",
    ]
    assert montants(enveloppe, "2026-07-10") == [
        "20500.00",
        "20500.00",
        "25200.00",
        "20500.00",
        "20500.00",
        "20500.00",
        "79500.00",
    ]

    archiver_operation(operation, auteur=responsable, le=jour("2026-09-01"), sans_pieces=cles_manquantes(operation))
    operation.refresh_from_db()
    assert operation.statut == Statut.ARCHIVEE
    # the last payment was made in 2025
    assert operation.conventions.get().conservation_jusqu_au == jour("2030-12-31")
    assert [ligne.acte for ligne in journal_de(operation)][::-1] == [
        "deposee",
        "recevable",
        "instruite",
        "programmee",
        "conventionnee",
        "en_execution",
        "payee",
        "avenant_signe",
        "bilan_depose",
        "csf_rendu",
        "payee",
        "certifiee",
        "bilan_depose",
        "achevee",
        "csf_rendu",
        "certifiee",
        "recouvree",
        "soldee",
        "archivee",
    ]
    # no past date has moved
    assert montants(enveloppe, "2024-03-11")[0] == "60000.00"
    assert montants(enveloppe, "2025-06-20")[3:6] == ["23100.00", "23100.00", "23100.00"]
    assert verifier_operations() + verifier_chaines() + verifier_enveloppes() + verifier_rattachements() == []


# -- what each act refuses


def test_a_contract_one_cent_above_what_was_programmed_is_refused(programmee, responsable):
    erreur = refus(
        conventionner_operation,
        programmee,
        auteur=responsable,
        plan=plan("60000.01", "100000.00"),
        convention=convention(notifiee_le=jour("2026-04-15")),
    )
    assert list(erreur.message_dict) == ["ue"]
    assert "0,01" in erreur.messages[0]
    assert not Convention.objects.exists()


def test_a_contract_balances(programmee, responsable):
    faux = plan("60000.00", "100000.00")
    faux.autofinancement -= D("0.01")
    erreur = refus(
        conventionner_operation,
        programmee,
        auteur=responsable,
        plan=faux,
        convention=convention(notifiee_le=jour("2026-04-15")),
    )
    assert erreur.message_dict["autofinancement"][0].startswith("Il manque 0,01")


def test_an_operation_starts_with_its_certificate(conventionnee, gestionnaire):
    assert refus(demarrer_operation, conventionnee, auteur=gestionnaire, atteste_le=None).code == "attestation"


def test_a_contract_handed_back_puts_the_past_right(conventionnee, enveloppe, responsable):
    assert montants(enveloppe, "2026-04-15")[1] == "60000.00"

    annuler_convention(conventionnee, auteur=responsable, le=jour("2026-05-02"), motif="Mauvais dossier")

    conventionnee.refresh_from_db()
    assert conventionnee.statut == Statut.PROGRAMMEE
    assert montants(enveloppe, "2026-04-15")[:2] == ["60000.00", "0.00"]
    assert verifier_operations() == []


@pytest.mark.parametrize(("champ", "valeur"), [("debut_le", "2025-12-31"), ("fin_le", "2027-01-01")])
def test_a_report_outside_the_contract_is_refused(en_execution, gestionnaire, champ, valeur):
    erreur = refus(depose, en_execution, gestionnaire, **{champ: jour(valeur)})
    assert list(erreur.message_dict) == ["fin_le"]
    assert "2026" in erreur.messages[0]


def test_a_second_final_report_is_refused(en_execution, gestionnaire):
    depose(en_execution, gestionnaire, nature=NatureBilan.FINAL)
    assert refus(depose, en_execution, gestionnaire, nature=NatureBilan.FINAL).code == "final"


def test_declared_amounts_sum_to_the_rate_of_the_whole_and_stop_at_the_contract(en_execution, gestionnaire):
    depenses = [D("33333.33")] * 3 + [D("50000.00")]
    jours = [{"debut_le": jour(f"2026-01-0{rang}"), "fin_le": jour(f"2026-01-0{rang}")} for rang in range(1, 5)]
    parts = [
        depose(en_execution, gestionnaire, depenses=montant, **periode).ue_declare
        for montant, periode in zip(depenses, jours, strict=True)
    ]

    assert parts == [D("20000.00"), D("20000.00"), D("19999.99"), D("0.01")]
    assert sum(parts) == D("60000.00")


def test_the_controller_did_not_instruct_nor_decide(en_execution, gestionnaire, controleur):
    rapport = depose(en_execution, gestionnaire)
    conclusions = {"conclu_le": jour("2026-08-01"), "ecarts": []}
    assert refus(rendre_csf, rapport, auteur=en_execution.instruite_par, **conclusions).code == "conflit"

    en_execution.decisions.create(sens="ajournee", instance="CP", decidee_le="2026-03-02", motif="M", auteur=controleur)
    assert refus(rendre_csf, rapport, auteur=controleur, **conclusions).code == "conflit"


def test_a_control_never_sets_aside_more_than_was_declared_nor_runs_twice(en_execution, gestionnaire, controleur):
    rapport = depose(en_execution, gestionnaire)
    trop = [Ecart(D("40000.01"), MotifEcart.CALCUL, "Total")]
    assert refus(rendre_csf, rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=trop).code == "ecarts"

    muet = {"conclu_le": jour("2026-08-01"), "ecarts": [Ecart(D("1.00"), MotifEcart.CALCUL, " ")]}
    assert "motif" in refus(rendre_csf, rapport, auteur=controleur, sans_contradictoire="Accord", **muet).message_dict
    assert not rapport.controles.exists()

    rendre_csf(rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    assert refus(rendre_csf, rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[]).code == "controle"


def test_a_control_undone_gives_its_amount_back_at_its_own_date(en_execution, enveloppe, gestionnaire, controleur):
    rapport = depose(en_execution, gestionnaire)
    controle = rendre_csf(rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    assert refus(annuler_bilan, rapport, auteur=gestionnaire, le=jour("2026-08-02"), motif="x").code == "controle"

    annuler_csf(controle, auteur=controleur, le=jour("2026-08-05"), motif="Erreur de saisie")
    annuler_bilan(rapport, auteur=gestionnaire, le=jour("2026-08-05"), motif="Erreur de saisie")

    assert montants(enveloppe, "2026-08-01")[2:4] == ["0.00", "0.00"]
    assert verifier_operations() == []


def test_a_certified_control_is_not_undone_before_its_rejection(
    en_execution, enveloppe, gestionnaire, controleur, responsable
):
    rapport = depose(en_execution, gestionnaire)
    controle = rendre_csf(rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    appel = certifier(
        enveloppe, auteur=responsable, envoye_le=jour("2026-09-01"), montants={en_execution: D("24000.00")}
    )
    assert appel.exercice == (jour("2026-07-01"), jour("2027-06-30"))
    assert refus(annuler_csf, controle, auteur=controleur, le=jour("2026-09-02"), motif="x").code == "certifie"

    rejeter_ligne(appel.lignes.get(), auteur=responsable, le=jour("2026-10-01"), motif="Pièces absentes")
    assert montants(enveloppe, "2026-09-30")[4] == "24000.00"
    assert montants(enveloppe, "2026-10-01")[4] == "0.00"
    annuler_csf(controle, auteur=controleur, le=jour("2026-10-02"), motif="Erreur")
    assert verifier_operations() == []


@pytest.mark.parametrize("montant", ["24000.01", "-0.01", "0.00"])
def test_a_batch_takes_at_most_what_is_retained(
    en_execution, enveloppe, gestionnaire, controleur, responsable, montant
):
    rendre_csf(depose(en_execution, gestionnaire), auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    erreur = refus(
        certifier, enveloppe, auteur=responsable, envoye_le=jour("2026-09-01"), montants={en_execution: D(montant)}
    )
    assert erreur.code == "retenu"
    assert not enveloppe.appels_fonds.exists()


def test_payments_stop_at_what_is_retained_then_at_the_contract(en_execution, gestionnaire, controleur, responsable):
    def verser(nature, montant):
        return payer(en_execution, auteur=responsable, nature=nature, montant=D(montant), paye_le=jour("2026-09-01"))

    assert refus(verser, NaturePaiement.ACOMPTE, "0.01").code == "retenu"
    verser(NaturePaiement.AVANCE, "18000.00")
    rendre_csf(depose(en_execution, gestionnaire), auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    assert "6\u202f000,00" in refus(verser, NaturePaiement.ACOMPTE, "6000.01").messages[0]
    verser(NaturePaiement.ACOMPTE, "6000.00")
    assert "0,01" in refus(verser, NaturePaiement.AVANCE, "36000.01").messages[0]
    assert refus(verser, NaturePaiement.SOLDE, "0.01").code == "statut"
    assert refus(verser, NaturePaiement.RECOUVREMENT, "1.00").code == "nature"
    assert list(refus(verser, NaturePaiement.AVANCE, "0.00").message_dict) == ["montant"]


def test_recovering_more_than_was_paid_is_refused(en_execution, responsable):
    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("100.00"),
        paye_le=jour("2026-05-01"),
    )
    reprise = {"auteur": responsable, "paye_le": jour("2026-06-01")}
    assert "montant" in refus(recouvrer, en_execution, montant=D("100.01"), motif="Erreur", **reprise).message_dict
    assert refus(recouvrer, en_execution, montant=D("100.00"), motif=" ", **reprise).code == "motif"
    recouvrer(en_execution, montant=D("100.00"), motif="Erreur", **reprise)
    assert verifier_operations() == []


def test_an_amendment_above_the_envelope_asks_for_a_confirmation(en_execution, enveloppe, responsable):
    avenant = {
        "auteur": responsable,
        "objet": "Extension",
        "fin_le": jour("2026-12-31"),
        "signe_le": jour("2026-06-01"),
    }
    erreur = refus(signer_avenant, en_execution, plan=plan("100000.01", "200000.00"), **avenant)
    assert (erreur.code, erreur.params["depassement"]) == ("surprogrammation", D("0.01"))
    assert not en_execution.conventions.get().avenants.exists()

    signe = signer_avenant(en_execution, plan=plan("100000.01", "200000.00"), depassement_vu=D("0.01"), **avenant)
    assert (signe.numero, signe.difference, signe.depassement_accepte) == (1, D("40000.01"), D("0.01"))
    assert montants(enveloppe, "2026-06-01")[6] == "-0.01"
    assert verifier_operations() == []


def test_an_amendment_never_goes_below_what_is_paid(en_execution, responsable):
    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("18000.00"),
        paye_le=jour("2026-05-01"),
    )
    erreur = refus(
        signer_avenant,
        en_execution,
        auteur=responsable,
        plan=plan("17999.99", "30000.00"),
        objet="Réduction",
        fin_le=jour("2026-12-31"),
        signe_le=jour("2026-06-01"),
    )
    assert list(erreur.message_dict) == ["ue"]


def test_closing_needs_the_final_report_its_control_and_the_balance(
    en_execution, gestionnaire, controleur, responsable
):
    assert refus(achever_operation, en_execution, auteur=gestionnaire, le=jour("2026-10-01")).code == "bilan_final"
    final = depose(en_execution, gestionnaire, nature=NatureBilan.FINAL)
    achever_operation(en_execution, auteur=gestionnaire, le=jour("2026-10-01"))

    assert refus(solder_operation, en_execution, auteur=responsable, le=jour("2026-10-10")).code == "csf"
    rendre_csf(final, auteur=controleur, conclu_le=jour("2026-10-05"), ecarts=[])
    erreur = refus(solder_operation, en_execution, auteur=responsable, le=jour("2026-10-10"))
    assert (erreur.code, "payez 24\u202f000,00" in erreur.messages[0]) == ("solde", True)

    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.SOLDE,
        montant=D("24000.00"),
        paye_le=jour("2026-10-08"),
    )
    solder_operation(en_execution, auteur=responsable, le=jour("2026-10-10"))

    # an audit takes back 1 000 € afterwards: programmed and contracted follow
    recouvrer(en_execution, auteur=responsable, montant=D("1000.00"), paye_le=jour("2026-11-02"), motif="Audit")
    assert montants(en_execution.enveloppe, "2026-11-02")[:2] == ["23000.00", "23000.00"]
    assert verifier_operations() == []

    court = {"auteur": responsable, "le": jour("2026-11-10")}
    assert refus(archiver_operation, en_execution, jusqu_au=jour("2031-12-30"), **court).message_dict["jusqu_au"]
    manquantes = cles_manquantes(en_execution)
    sans = refus(archiver_operation, en_execution, sans_pieces=manquantes[1:], **court)
    assert sans.code == "pieces"
    assert "Convention signée" in sans.messages[0]
    archiver_operation(en_execution, sans_pieces=manquantes, **court)
    assert "Convention signée" in journal_de(en_execution).first().valeurs["manquantes"]
    assert refus(desarchiver_operation, en_execution, motif="", **court).code == "motif"
    desarchiver_operation(en_execution, motif="Audit", **court)


def test_an_operation_without_payment_is_archived_with_a_given_date(
    en_execution, gestionnaire, controleur, responsable
):
    final = depose(en_execution, gestionnaire, nature=NatureBilan.FINAL, depenses=D("0.00"))
    achever_operation(en_execution, auteur=gestionnaire, le=jour("2026-10-01"))
    rendre_csf(final, auteur=controleur, conclu_le=jour("2026-10-05"), ecarts=[])
    solder_operation(en_execution, auteur=responsable, le=jour("2026-10-10"))

    erreur = refus(archiver_operation, en_execution, auteur=responsable, le=jour("2026-11-01"))
    assert list(erreur.message_dict) == ["jusqu_au"]
    archiver_operation(
        en_execution,
        auteur=responsable,
        le=jour("2026-11-01"),
        jusqu_au=jour("2031-12-31"),
        sans_pieces=cles_manquantes(en_execution),
    )
    assert montants(en_execution.enveloppe, "2026-11-01") == ["0.00"] * 6 + ["100000.00"]


def test_execution_goes_on_again_with_a_reason(en_execution, gestionnaire):
    depose(en_execution, gestionnaire, nature=NatureBilan.FINAL)
    achever_operation(en_execution, auteur=gestionnaire, le=jour("2026-10-01"))
    assert (
        refus(reprendre_execution, en_execution, auteur=gestionnaire, le=jour("2026-10-02"), motif="").code == "motif"
    )
    reprendre_execution(en_execution, auteur=gestionnaire, le=jour("2026-10-02"), motif="Bilan à reprendre")
    en_execution.refresh_from_db()
    assert en_execution.statut == Statut.EN_EXECUTION


def test_ending_a_contract_keeps_at_most_what_is_paid(en_execution, enveloppe, responsable):
    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("18000.00"),
        paye_le=jour("2026-05-01"),
    )
    fin = {"auteur": responsable, "le": jour("2026-06-01"), "motif": "Liquidation"}
    assert "ue_conserve" in refus(resilier_operation, en_execution, ue_conserve=D("18000.01"), **fin).message_dict
    assert "ue_conserve" in refus(resilier_operation, en_execution, ue_conserve=D("-0.01"), **fin).message_dict
    assert refus(resilier_operation, en_execution, ue_conserve=D("0"), **(fin | {"motif": " "})).code == "motif"

    resilier_operation(en_execution, ue_conserve=D("10000.00"), **fin)
    assert montants(enveloppe, "2026-05-31")[:2] == ["60000.00", "60000.00"]
    assert montants(enveloppe, "2026-06-01") == [
        "10000.00",
        "10000.00",
        "0.00",
        "0.00",
        "0.00",
        "18000.00",
        "90000.00",
    ]
    recouvrer(en_execution, auteur=responsable, montant=D("8000.00"), paye_le=jour("2026-07-01"), motif="Reste")
    assert montants(enveloppe, "2026-07-01")[5] == "10000.00"
    assert verifier_operations() == []


def test_whoever_signed_the_contract_does_not_control(en_execution, gestionnaire, responsable):
    rapport = depose(en_execution, gestionnaire)
    assert refus(rendre_csf, rapport, auteur=responsable, conclu_le=jour("2026-08-01"), ecarts=[]).code == "conflit"


def test_a_control_that_was_paid_is_not_undone(en_execution, gestionnaire, controleur, responsable):
    rapport = depose(en_execution, gestionnaire)
    controle = rendre_csf(rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.ACOMPTE,
        montant=D("0.01"),
        paye_le=jour("2026-09-01"),
    )
    assert refus(annuler_csf, controle, auteur=controleur, le=jour("2026-09-02"), motif="x").code == "paye"


def test_no_act_is_dated_before_the_lines_it_reads(en_execution, gestionnaire, controleur, responsable):
    rapport = depose(en_execution, gestionnaire)
    rendre_csf(rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    acompte = {"auteur": responsable, "nature": NaturePaiement.ACOMPTE, "montant": D("10.00")}
    assert refus(payer, en_execution, paye_le=jour("2026-07-31"), **acompte).code == "date"
    payer(en_execution, paye_le=jour("2026-08-01"), **acompte)

    reprise = {"auteur": responsable, "montant": D("10.00"), "motif": "Erreur"}
    assert refus(recouvrer, en_execution, paye_le=jour("2026-07-31"), **reprise).code == "date"
    fin = {"auteur": responsable, "motif": "Liquidation", "ue_conserve": D("10.00")}
    assert refus(resilier_operation, en_execution, le=jour("2026-07-31"), **fin).code == "date"
    second = depose(en_execution, gestionnaire, debut_le=jour("2026-07-01"), fin_le=jour("2026-07-10"))
    assert refus(rendre_csf, second, auteur=controleur, conclu_le=jour("2026-07-31"), ecarts=[]).code == "date"


def test_a_typed_declaration_stays_within_the_contract(en_execution, gestionnaire):
    trop = {"depenses": D("90000.00"), "ue_declare": D("60000.01")}
    assert list(refus(depose, en_execution, gestionnaire, **trop).message_dict) == ["ue_declare"]


def test_an_amendment_never_goes_below_what_is_retained_nor_before_a_report(
    en_execution, gestionnaire, controleur, responsable
):
    rendre_csf(depose(en_execution, gestionnaire), auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    avenant = {"auteur": responsable, "objet": "Réduction", "signe_le": jour("2026-09-01")}
    erreur = refus(
        signer_avenant, en_execution, plan=plan("23999.99", "40000.00"), fin_le=jour("2026-12-31"), **avenant
    )
    assert list(erreur.message_dict) == ["ue"]
    erreur = refus(
        signer_avenant, en_execution, plan=plan("24000.00", "40000.00"), fin_le=jour("2026-06-29"), **avenant
    )
    assert list(erreur.message_dict) == ["fin_le"]


def test_after_an_early_end_what_is_kept_is_not_recovered(en_execution, responsable):
    payer(
        en_execution,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=D("10000.00"),
        paye_le=jour("2026-05-01"),
    )
    resilier_operation(
        en_execution, auteur=responsable, le=jour("2026-06-01"), motif="Liquidation", ue_conserve=D("6000.00")
    )
    erreur = refus(
        recouvrer, en_execution, auteur=responsable, montant=D("4000.01"), paye_le=jour("2026-07-01"), motif="Reste"
    )
    assert list(erreur.message_dict) == ["montant"]


def test_the_list_shows_the_plan_in_force(conventionnee, responsable):
    lue = Operation.objects.with_montants().get()
    assert (lue.ue_plan, lue.cout_total) == (D("60000.00"), D("100000.00"))
    assert lue.plans.latest_first().first().version == "conventionne"

    annuler_convention(conventionnee, auteur=responsable, le=jour("2026-05-02"), motif="Mauvais dossier")
    assert conventionnee.plans.latest_first().first().version == "instruit"


DEPUIS = {
    "conventionner": {Statut.PROGRAMMEE},
    "annuler_convention": {Statut.CONVENTIONNEE},
    "demarrer": {Statut.CONVENTIONNEE},
    "enregistrer_bilan": {Statut.EN_EXECUTION},
    "signer_avenant": {Statut.EN_EXECUTION},
    "achever": {Statut.EN_EXECUTION},
    "reprendre": {Statut.ACHEVEE},
    "payer": {Statut.EN_EXECUTION, Statut.ACHEVEE},
    "certifier": {Statut.EN_EXECUTION, Statut.ACHEVEE, Statut.SOLDEE, Statut.RESILIEE},
    "recouvrer": {Statut.EN_EXECUTION, Statut.ACHEVEE, Statut.SOLDEE, Statut.RESILIEE},
    "solder": {Statut.ACHEVEE},
    "archiver": {Statut.SOLDEE},
    "desarchiver": {Statut.ARCHIVEE},
    "resilier": {Statut.CONVENTIONNEE, Statut.EN_EXECUTION, Statut.ACHEVEE},
}


@pytest.mark.parametrize(
    ("acte", "statut"), [(acte, statut) for acte in DEPUIS for statut in Statut if statut not in DEPUIS[acte]]
)
def test_no_act_starts_from_another_status(programmee, responsable, acte, statut):
    Operation.objects.filter(pk=programmee.pk).update(statut=statut)
    le, un = jour("2026-10-01"), D("1.00")
    qui = {"auteur": responsable}
    appels = {
        "conventionner": lambda: conventionner_operation(
            programmee, plan=plan("1.00", "2.00"), convention=convention(), **qui
        ),
        "annuler_convention": lambda: annuler_convention(programmee, le=le, motif="x", **qui),
        "demarrer": lambda: demarrer_operation(programmee, atteste_le=le, **qui),
        "enregistrer_bilan": lambda: enregistrer_bilan(programmee, bilan=bilan(), **qui),
        "signer_avenant": lambda: signer_avenant(
            programmee, plan=plan("1.00", "2.00"), objet="x", fin_le=le, signe_le=le, **qui
        ),
        "achever": lambda: achever_operation(programmee, le=le, **qui),
        "reprendre": lambda: reprendre_execution(programmee, le=le, motif="x", **qui),
        "payer": lambda: payer(programmee, nature=NaturePaiement.AVANCE, montant=un, paye_le=le, **qui),
        "certifier": lambda: certifier(programmee.enveloppe, envoye_le=le, montants={programmee: un}, **qui),
        "recouvrer": lambda: recouvrer(programmee, montant=un, paye_le=le, motif="x", **qui),
        "solder": lambda: solder_operation(programmee, le=le, **qui),
        "archiver": lambda: archiver_operation(programmee, le=le, **qui),
        "desarchiver": lambda: desarchiver_operation(programmee, le=le, motif="x", **qui),
        "resilier": lambda: resilier_operation(programmee, le=le, motif="x", ue_conserve=D("0"), **qui),
    }

    erreur = refus(appels[acte])

    assert erreur.code == "statut"
    assert f"« {statut.label.lower()} »".replace(" ", "") in erreur.messages[0].replace("\u202f", "").replace(" ", "")
