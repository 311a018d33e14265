"""The acts of an operation’s life up to programming: what they write, and when they refuse."""

import datetime as dt
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accord.models import Parametre
from comptes.enums import Role
from comptes.horloge import a_l_instant
from comptes.journal import journal_de
from comptes.models import JournalAudit
from operations.enums import AvisInstruction, ReponsePartage, Statut, StatutAppel, VersionPlan
from operations.models import Ecriture, Instruction, Operation, PlanFinancement
from operations.services import (
    abandonner_operation,
    ajourner_operation,
    clore_appel,
    declarer_irrecevable,
    declarer_recevable,
    deposer_operation,
    deprogrammer_operation,
    enregistrer_appel,
    enregistrer_structure,
    instruire_operation,
    modifier_operation,
    programmer_operation,
    publier_appel,
    refuser_operation,
    rouvrir_instruction,
)
from operations.situation import compute_situation
from tests.concurrence import au_moment_de
from tests.factories import (
    AppelFactory,
    EnveloppeFactory,
    FondsFactory,
    MouvementFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    StructureFactory,
    TrancheFactory,
    UtilisateurFactory,
    habilite,
)

pytestmark = pytest.mark.django_db

PROGRAMMER = {"instance": "Commission permanente", "decidee_le": dt.date(2026, 4, 1)}


def plan(**champs) -> PlanFinancement:
    return PlanFinancement(
        **{
            "cout_total_eligible": Decimal("1000.00"),
            "ue": Decimal("600.00"),
            "autofinancement": Decimal("400.00"),
            **champs,
        }
    )


def instruction(**champs) -> Instruction:
    return Instruction(
        **{
            "conclue_le": dt.date(2026, 3, 1),
            "avis": AvisInstruction.FAVORABLE,
            "rapport": "Le projet répond à l’appel.",
            "reponse_partage": ReponsePartage.AUCUNE,
            "est_sans_conflit": True,
            **champs,
        }
    )


def refus(acte, *args, **kwargs) -> ValidationError:
    """Run an act that must be refused, check that it wrote no line of journal, return the refusal."""
    lignes = JournalAudit.objects.count()
    with pytest.raises(ValidationError) as erreur:
        acte(*args, **kwargs)
    assert JournalAudit.objects.count() == lignes
    return erreur.value


# deposer


def test_deposer_writes_the_operation_its_plan_and_one_line_of_journal():
    enveloppe = EnveloppeFactory()
    nouvelle = OperationFactory.build(
        enveloppe=enveloppe,
        accord=None,
        structure=StructureFactory(accord=enveloppe.accord),
        objectif_specifique=ObjectifSpecifiqueFactory(fonds=enveloppe.fonds),
        numero="202600001",
    )

    operation = deposer_operation(operation=nouvelle, plan=plan(), auteur=UtilisateurFactory())

    assert operation.statut == Statut.DEPOSEE
    assert operation.plans.get().version == VersionPlan.DEMANDE
    ligne = journal_de(operation).get()
    assert (ligne.acte, ligne.valeurs["ue_demande"], ligne.valeurs["deposee_le"]) == ("deposee", "600.00", "2026-01-01")


@pytest.mark.parametrize(
    ("deposee_le", "statut", "champ"),
    [
        (dt.date(2026, 6, 1), StatutAppel.PUBLIE, "deposee_le"),
        (dt.date(2025, 12, 31), StatutAppel.PUBLIE, "deposee_le"),
        (dt.date(2026, 3, 1), StatutAppel.BROUILLON, "appel"),
    ],
)
def test_deposer_outside_the_call_is_refused(deposee_le, statut, champ):
    appel = AppelFactory(ouvert_le=dt.date(2026, 1, 1), limite_depot_le=dt.date(2026, 5, 31), statut=statut)
    nouvelle = OperationFactory.build(
        enveloppe=appel.enveloppe,
        accord=None,
        appel=appel,
        structure=StructureFactory(accord=appel.enveloppe.accord),
        objectif_specifique=appel.objectif_specifique,
        deposee_le=deposee_le,
    )

    erreur = refus(deposer_operation, operation=nouvelle, plan=plan(), auteur=UtilisateurFactory())

    assert list(erreur.message_dict) == [champ]
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("debut_le", "fin_le", "refuse"),
    [
        (dt.date(2026, 1, 1), dt.date(2027, 12, 31), {}),
        (dt.date(2025, 12, 31), dt.date(2027, 12, 31), {"debut_le": "1er\xa0janvier\xa02026"}),
        (dt.date(2026, 1, 1), dt.date(2028, 1, 1), {"fin_le": "31\xa0décembre\xa02027"}),
    ],
)
def test_an_operation_stays_within_the_period_of_its_call(debut_le, fin_le, refuse):
    appel = AppelFactory(periode_debut_le=dt.date(2026, 1, 1), periode_fin_le=dt.date(2027, 12, 31))
    operation = OperationFactory(enveloppe=appel.enveloppe, appel=appel)
    operation.debut_le, operation.fin_le, acte = debut_le, fin_le, modifier_operation
    saisie = {"plan": plan(), "auteur": UtilisateurFactory(), "epcis": [], "version": 1}

    erreurs = refus(acte, operation, **saisie).message_dict if refuse else acte(operation, **saisie) and {}

    assert list(erreurs) == list(refuse)
    assert all(refuse[champ] in erreurs[champ][0] for champ in refuse)


def test_an_operation_ends_within_the_eligibility_that_the_agreement_sets():
    operation = OperationFactory()
    saisie = {"plan": plan(), "auteur": UtilisateurFactory(), "epcis": [], "version": 1}
    Parametre.objects.create(
        accord=operation.accord,
        code="eligibilite_fin",
        libelle="Dernière date",
        sujet="Éligibilité",
        valeur="2029-12-31",
        unite="date",
        valide_du=dt.date(2021, 1, 1),
        source="essai",
    )
    operation.fin_le = dt.date(2030, 1, 1)
    erreurs = refus(modifier_operation, operation, **saisie).message_dict
    assert "31\xa0décembre\xa02029" in erreurs["fin_le"][0]

    operation.fin_le = dt.date(2029, 12, 31)
    modifier_operation(operation, **saisie)


def test_deposer_a_number_already_used_is_refused():
    autre = OperationFactory(numero="202600001")
    nouvelle = OperationFactory.build(
        enveloppe=autre.enveloppe,
        accord=None,
        structure=autre.structure,
        objectif_specifique=autre.objectif_specifique,
        numero="202600001",
    )

    erreur = refus(deposer_operation, operation=nouvelle, plan=plan(), auteur=UtilisateurFactory())

    assert erreur.messages == ["Une opération porte déjà ce numéro Ma démarche FSE+."]


def test_deposer_with_an_impossible_plan_writes_nothing():
    enveloppe = EnveloppeFactory()
    nouvelle = OperationFactory.build(
        enveloppe=enveloppe,
        accord=None,
        structure=StructureFactory(accord=enveloppe.accord),
        objectif_specifique=ObjectifSpecifiqueFactory(fonds=enveloppe.fonds),
    )

    refus(deposer_operation, operation=nouvelle, plan=plan(ue=Decimal("1000.01")), auteur=UtilisateurFactory())

    assert not Operation.objects.exists()


# modifier


def test_modifier_records_what_changed_and_only_that():
    operation = OperationFactory(intitule="Avant (exemple)", ue=Decimal("600.00"))
    operation.intitule = "Après (exemple)"

    modifier_operation(
        operation, plan=plan(ue=Decimal("500.00")), auteur=UtilisateurFactory(), epcis=[], version=operation.version
    )

    assert journal_de(operation).get().valeurs == {
        "intitule": {"avant": "Avant (exemple)", "apres": "Après (exemple)"},
        "ue": {"avant": "600.00", "apres": "500.00"},
    }
    operation.refresh_from_db()
    assert (operation.intitule, operation.version) == ("Après (exemple)", 2)


def test_modifier_a_stale_form_is_refused():
    operation = OperationFactory()
    modifier_operation(
        operation, plan=plan(ue=Decimal("500.00")), auteur=UtilisateurFactory(), epcis=[], version=operation.version
    )
    operation.intitule = "Saisie d’hier"

    erreur = refus(modifier_operation, operation, plan=plan(), auteur=UtilisateurFactory(), epcis=[], version=1)

    assert erreur.code == "perime"
    operation.refresh_from_db()
    assert operation.intitule != "Saisie d’hier"


def test_modifier_without_a_change_writes_no_line():
    operation = OperationFactory()

    modifier_operation(operation, plan=plan(), auteur=UtilisateurFactory(), epcis=[], version=operation.version)

    assert not journal_de(operation).exists()


# recevable, irrecevable


def test_declarer_recevable_lists_every_missing_piece():
    appel = AppelFactory(pieces=["Statuts", "RIB", "Budget"])
    operation = OperationFactory(appel=appel, enveloppe=appel.enveloppe)

    erreur = refus(
        declarer_recevable, operation, auteur=UtilisateurFactory(), le=dt.date(2026, 2, 1), pieces_recues=["RIB"]
    )

    assert erreur.code == "pieces"
    assert erreur.messages[0].startswith("Il manque : Statuts ; Budget.")
    operation.refresh_from_db()
    assert operation.statut == Statut.DEPOSEE


def test_declarer_recevable_then_irrecevable_is_refused():
    operation = OperationFactory()
    declarer_recevable(operation, auteur=UtilisateurFactory(), le=dt.date(2026, 2, 1), pieces_recues=[])

    erreur = refus(
        declarer_irrecevable, operation, auteur=UtilisateurFactory(), le=dt.date(2026, 2, 2), motif="Hors sujet"
    )

    assert erreur.code == "statut"
    assert "« recevable »" in erreur.messages[0]


def test_declarer_irrecevable_needs_a_reason():
    operation = OperationFactory()

    assert (
        refus(declarer_irrecevable, operation, auteur=UtilisateurFactory(), le=dt.date(2026, 2, 1), motif="  ").code
        == "motif"
    )
    declarer_irrecevable(operation, auteur=UtilisateurFactory(), le=dt.date(2026, 2, 1), motif="Hors territoire")
    operation.refresh_from_db()
    assert operation.statut == Statut.IRRECEVABLE


def test_a_step_before_the_one_it_follows_or_to_come_is_refused():
    operation = OperationFactory(deposee_le=dt.date(2026, 1, 15))
    acte = {"auteur": UtilisateurFactory(), "pieces_recues": []}

    assert refus(declarer_recevable, operation, le=dt.date(2026, 1, 14), **acte).code == "date"
    assert refus(declarer_recevable, operation, le=dt.date(2100, 1, 1), **acte).code == "date"


# instruire


def test_instruire_a_plan_short_of_one_cent_says_by_how_much():
    operation = OperationFactory(recevable=True)

    erreur = refus(
        instruire_operation,
        operation,
        auteur=UtilisateurFactory(),
        plan=plan(autofinancement=Decimal("399.99")),
        instruction=instruction(),
    )

    assert erreur.message_dict["autofinancement"][0].startswith("Il manque 0,01\xa0€ de ressources")


def test_instruire_without_declaring_the_absence_of_conflict_is_refused():
    operation = OperationFactory(recevable=True)

    erreur = refus(
        instruire_operation,
        operation,
        auteur=UtilisateurFactory(),
        plan=plan(),
        instruction=instruction(est_sans_conflit=False),
    )

    assert erreur.message_dict == {
        "est_sans_conflit": ["Déclarez l’absence de conflit d’intérêts, ou confiez le dossier à un collègue."]
    }
    operation.refresh_from_db()
    assert operation.statut == Statut.RECEVABLE


def test_instruire_ftj_asks_for_the_link_with_the_transition():
    enveloppe = EnveloppeFactory(fonds=FondsFactory(code="FTJ"))
    operation = OperationFactory(recevable=True, enveloppe=enveloppe)

    erreur = refus(instruire_operation, operation, auteur=UtilisateurFactory(), plan=plan(), instruction=instruction())

    assert list(erreur.message_dict) == ["lien_transition"]


def test_instruire_by_someone_who_acts_for_the_beneficiary_is_refused():
    agent = habilite(Role.PLIE, "PLIE_LENS_LIEVIN")
    porteur = agent.habilitations.get().organisme
    enveloppe = EnveloppeFactory()
    operation = OperationFactory(
        recevable=True,
        enveloppe=enveloppe,
        structure=StructureFactory(accord=enveloppe.accord, organisme=porteur),
    )

    erreur = refus(instruire_operation, operation, auteur=agent, plan=plan(), instruction=instruction())

    assert erreur.code == "conflit"


@pytest.mark.parametrize(("ue", "cout", "exces"), [("600.60", "1001.01", None), ("600.61", "1001.01", "0.01")])
def test_instruire_accepts_the_excess_on_the_rate_that_was_seen_and_no_more(ue, cout, exces):
    operation = OperationFactory(recevable=True, appel=AppelFactory(taux_max=Decimal("0.6000")))
    acte = {"auteur": UtilisateurFactory(), "instruction": instruction()}

    def un_plan():
        ressources = Decimal(cout) - Decimal(ue)
        return plan(ue=Decimal(ue), cout_total_eligible=Decimal(cout), autofinancement=ressources)

    if exces:
        erreur = refus(instruire_operation, operation, plan=un_plan(), **acte)
        assert erreur.code == "taux_max"
        assert "dépasse de 0,01\xa0€ le maximum de l’appel, 600,60\xa0€" in erreur.messages[0]
        erreur = refus(instruire_operation, operation, plan=un_plan(), exces_taux_vu=Decimal("0.00"), **acte)
        assert erreur.code == "taux_max"
    instruire_operation(operation, plan=un_plan(), exces_taux_vu=exces and Decimal(exces), **acte)

    assert journal_de(operation).get().valeurs["exces_taux_max"] == exces


def test_an_adjourned_file_is_instructed_anew_and_keeps_the_first_plan():
    operation = OperationFactory(instruite=True, ue=Decimal("600.00"))
    ajourner_operation(operation, auteur=UtilisateurFactory(), motif="À compléter", **PROGRAMMER)

    instruire_operation(
        operation,
        auteur=UtilisateurFactory(),
        plan=plan(ue=Decimal("550.00"), autofinancement=Decimal("450.00")),
        instruction=instruction(conclue_le=dt.date(2026, 5, 1)),
    )

    montants = operation.plans.filter(version=VersionPlan.INSTRUIT).order_by("numero").values_list("ue", flat=True)
    assert list(montants) == [Decimal("600.00"), Decimal("550.00")]
    assert Operation.objects.for_list().get().ue_instruit == Decimal("550.00")


def test_rouvrir_hands_the_file_back_and_keeps_what_was_concluded():
    operation, agent = OperationFactory(recevable=True), UtilisateurFactory()
    instruire_operation(operation, auteur=agent, plan=plan(), instruction=instruction())
    acte = {"auteur": agent, "le": dt.date(2026, 3, 10)}

    assert refus(rouvrir_instruction, operation, motif=" ", **acte).code == "motif"
    tot = {**acte, "le": dt.date(2026, 2, 28)}
    assert refus(rouvrir_instruction, operation, motif="Erreur de coût", **tot).code == "date"
    rouvrir_instruction(operation, motif="Erreur de coût", **acte)

    operation.refresh_from_db()
    assert (operation.statut, operation.statut_depuis_le) == (Statut.RECEVABLE, dt.date(2026, 3, 10))
    assert (operation.instruite_le, operation.instruite_par) == (None, None)
    ligne = journal_de(operation).first()
    assert (ligne.acte, ligne.motif) == ("rouverte", "Erreur de coût")
    instruire_operation(operation, auteur=agent, plan=plan(), instruction=instruction(conclue_le=dt.date(2026, 3, 10)))
    assert operation.instructions.count() == operation.plans.filter(version=VersionPlan.INSTRUIT).count() == 2


@pytest.mark.parametrize("trait", ["recevable", "programmee"])
def test_rouvrir_before_the_instruction_or_after_the_decision_is_refused(trait):
    operation = OperationFactory(**{trait: True})
    acte = {"auteur": UtilisateurFactory(), "le": dt.date(2026, 6, 1), "motif": "Erreur"}

    assert refus(rouvrir_instruction, operation, **acte).code == "statut"


# programmer


def test_programmer_writes_the_ledger_on_the_day_of_the_decision():
    operation = OperationFactory(instruite=True, ue=Decimal("600.00"))

    programmer_operation(operation, auteur=UtilisateurFactory(), **PROGRAMMER)

    ecriture = Ecriture.objects.get()
    assert (ecriture.montant, ecriture.date_effet, ecriture.tranche) == (Decimal("600.00"), dt.date(2026, 4, 1), None)
    operation.refresh_from_db()
    assert (operation.statut, operation.programmee_le) == (Statut.PROGRAMMEE, dt.date(2026, 4, 1))


def test_programmer_exactly_what_is_left_asks_for_nothing():
    operation = OperationFactory(
        instruite=True, ue=Decimal("600.00"), enveloppe=EnveloppeFactory(montant=Decimal("600.00"))
    )

    decision = programmer_operation(operation, auteur=UtilisateurFactory(), **PROGRAMMER)

    assert decision.depassement_accepte is None


def test_programmer_one_cent_above_the_envelope_asks_for_confirmation_and_says_by_how_much():
    operation = OperationFactory(
        instruite=True, ue=Decimal("600.00"), enveloppe=EnveloppeFactory(montant=Decimal("599.99"))
    )

    erreur = refus(programmer_operation, operation, auteur=UtilisateurFactory(), **PROGRAMMER)

    assert erreur.code == "surprogrammation"
    assert "porte le dépassement à 0,01\xa0€" in erreur.messages[0]
    operation.refresh_from_db()
    assert operation.statut == Statut.INSTRUITE
    decision = programmer_operation(operation, auteur=UtilisateurFactory(), surprogrammation=True, **PROGRAMMER)
    assert decision.depassement_accepte == Decimal("0.01")


def test_programmer_accepts_the_excess_that_was_seen_and_no_more():
    enveloppe = EnveloppeFactory(montant=Decimal("500.00"))
    premiere, seconde = OperationFactory.create_batch(2, instruite=True, ue=Decimal("600.00"), enveloppe=enveloppe)
    programmer_operation(premiere, auteur=UtilisateurFactory(), depassement_vu=Decimal("100.00"), **PROGRAMMER)

    erreur = refus(
        programmer_operation,
        seconde,
        auteur=UtilisateurFactory(),
        depassement_vu=Decimal("699.99"),
        **PROGRAMMER,
    )

    assert erreur.params["depassement"] == Decimal("700.00")
    assert erreur.messages[0].startswith("L’enveloppe est déjà dépassée de 100,00\xa0€ ;")


def test_programmer_counts_only_what_is_already_notified():
    enveloppe = EnveloppeFactory(montant=Decimal("100.00"))
    MouvementFactory(
        enveloppe=enveloppe, nature="abondement", montant=Decimal("900.00"), date_effet=dt.date(2100, 1, 1)
    )
    operation = OperationFactory(instruite=True, enveloppe=enveloppe, ue=Decimal("600.00"))

    assert refus(programmer_operation, operation, auteur=UtilisateurFactory(), **PROGRAMMER).code == "surprogrammation"


def test_programmer_by_the_instructor_is_refused():
    operation = OperationFactory(instruite=True)

    assert refus(programmer_operation, operation, auteur=operation.instruite_par, **PROGRAMMER).code == "conflit"


def test_whoever_instructed_or_decided_once_does_not_play_the_other_part_after_an_adjournment():
    premiere, seconde, chef = UtilisateurFactory.create_batch(3)
    operation = OperationFactory(recevable=True)
    instruire_operation(operation, auteur=premiere, plan=plan(), instruction=instruction())
    ajourner_operation(operation, auteur=chef, motif="À compléter", **PROGRAMMER)
    reprise = {"plan": plan(), "instruction": instruction(conclue_le=dt.date(2026, 5, 1))}

    assert refus(instruire_operation, operation, auteur=chef, **reprise).code == "conflit"
    instruire_operation(operation, auteur=seconde, **reprise)
    decision = {"instance": "Commission permanente", "decidee_le": dt.date(2026, 6, 1)}
    assert refus(programmer_operation, operation, auteur=premiere, **decision).code == "conflit"
    programmer_operation(operation, auteur=chef, **decision)


def test_deposer_on_a_closed_call_is_refused():
    appel = AppelFactory(statut=StatutAppel.CLOS)
    nouvelle = OperationFactory.build(
        enveloppe=appel.enveloppe,
        accord=None,
        appel=appel,
        structure=StructureFactory(accord=appel.enveloppe.accord),
        objectif_specifique=appel.objectif_specifique,
    )

    erreur = refus(deposer_operation, operation=nouvelle, plan=plan(), auteur=UtilisateurFactory())

    assert erreur.message_dict == {"appel": ["Cet appel est clos."]}


def test_an_operation_is_not_moved_to_a_closed_call_and_stays_on_its_own():
    appel = AppelFactory()
    operation = OperationFactory(appel=appel, enveloppe=appel.enveloppe)
    clore_appel(appel, auteur=UtilisateurFactory())
    operation.refresh_from_db()
    saisie = {"plan": plan(), "auteur": UtilisateurFactory(), "epcis": []}
    operation.intitule = "Corrigé (exemple)"
    modifier_operation(operation, version=1, **saisie)

    operation.appel = AppelFactory(enveloppe=appel.enveloppe, statut=StatutAppel.CLOS)
    erreur = refus(modifier_operation, operation, version=2, **saisie)
    assert erreur.message_dict == {"appel": ["Cet appel est clos."]}
    assert Operation.objects.get().appel == appel


@pytest.mark.django_db(transaction=True)
def test_a_call_closed_while_an_application_is_being_deposited_receives_it_no_more():
    appel, auteur = AppelFactory(), UtilisateurFactory()
    nouvelle = OperationFactory.build(
        enveloppe=appel.enveloppe,
        accord=None,
        appel=appel,
        structure=StructureFactory(accord=appel.enveloppe.accord),
        objectif_specifique=appel.objectif_specifique,
    )

    with (
        au_moment_de("FOR SHARE", lambda: clore_appel(appel, auteur=auteur)),
        pytest.raises(ValidationError, match="Cet appel est clos"),
    ):
        deposer_operation(operation=nouvelle, plan=plan(), auteur=auteur)

    assert not Operation.objects.exists()


def test_a_corrected_deposit_date_moves_the_wait_and_stays_before_the_admissibility():
    operation = OperationFactory()
    operation.deposee_le = dt.date(2026, 1, 10)
    modifier_operation(operation, plan=plan(), auteur=UtilisateurFactory(), epcis=[], version=1)
    operation.refresh_from_db()
    assert operation.statut_depuis_le == dt.date(2026, 1, 10)

    recevable = OperationFactory(recevable=True)
    recevable.deposee_le = dt.date(2026, 2, 2)
    erreur = refus(
        modifier_operation, recevable, plan=plan(), auteur=UtilisateurFactory(), epcis=[], version=recevable.version
    )
    assert list(erreur.message_dict) == ["deposee_le"]


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"instance": " "}, "instance"),
        ({"decidee_le": None}, "date"),
        ({"decidee_le": dt.date(2026, 2, 28)}, "date"),
    ],
)
def test_programmer_without_instance_or_date_is_refused(champs, code):
    operation = OperationFactory(instruite=True)

    assert refus(programmer_operation, operation, auteur=UtilisateurFactory(), **{**PROGRAMMER, **champs}).code == code


@pytest.mark.parametrize(
    ("regle", "decidee_le", "attendue"),
    [
        ("date_programmation", dt.date(2026, 4, 1), "2026-2027"),
        ("date_programmation", dt.date(2028, 4, 1), "2026-2027"),
        ("debut_prevu", dt.date(2026, 4, 1), "2022-2025"),
    ],
)
def test_the_tranche_follows_the_rule_of_the_envelope(regle, decidee_le, attendue):
    import time_machine

    enveloppe = EnveloppeFactory(montant=Decimal("1000.00"))
    TrancheFactory(enveloppe=enveloppe, ordre=1, regle_imputation=regle)
    TrancheFactory(
        enveloppe=enveloppe,
        ordre=2,
        code="2026-2027",
        debut_le=dt.date(2026, 1, 1),
        fin_le=dt.date(2027, 12, 31),
        regle_imputation=regle,
    )
    operation = OperationFactory(
        instruite=True,
        enveloppe=enveloppe,
        debut_le=dt.date(2025, 9, 1),
        deposee_le=dt.date(2025, 6, 1),
    )
    with time_machine.travel(dt.datetime(2028, 6, 1, tzinfo=dt.UTC), tick=False):
        programmer_operation(
            operation, auteur=UtilisateurFactory(), instance="Commission permanente", decidee_le=decidee_le
        )

    assert Ecriture.objects.get().tranche.code == attendue


def test_refuser_is_final_and_writes_no_ledger_line():
    operation = OperationFactory(instruite=True)
    refuser_operation(operation, auteur=UtilisateurFactory(), motif="Hors appel", **PROGRAMMER)

    assert not Ecriture.objects.exists()
    assert refus(programmer_operation, operation, auteur=UtilisateurFactory(), **PROGRAMMER).code == "statut"
    assert (
        refus(instruire_operation, operation, auteur=UtilisateurFactory(), plan=plan(), instruction=instruction()).code
        == "statut"
    )


@pytest.mark.parametrize("acte", [refuser_operation, ajourner_operation])
def test_a_decision_that_is_not_favourable_needs_a_reason(acte):
    operation = OperationFactory(instruite=True)

    assert refus(acte, operation, auteur=UtilisateurFactory(), motif="", **PROGRAMMER).code == "motif"


# abandonner, deprogrammer


def test_deprogrammer_leaves_the_past_as_it_was():
    operation = OperationFactory(instruite=True, ue=Decimal("600.00"))
    with a_l_instant(dt.datetime(2026, 4, 2, 9, tzinfo=dt.UTC)):
        programmer_operation(operation, auteur=UtilisateurFactory(), **PROGRAMMER)
    with a_l_instant(dt.datetime(2026, 6, 2, 9, tzinfo=dt.UTC)):
        deprogrammer_operation(operation, auteur=UtilisateurFactory(), le=dt.date(2026, 6, 1), motif="Sans suite")

    def programme(au, connu_le=None):
        return compute_situation(operation.accord, au=au, connu_le=connu_le).enveloppe("FSE_CD62").montants["programme"]

    assert programme(dt.date(2026, 3, 31)) == Decimal("0.00")
    assert programme(dt.date(2026, 4, 1)) == programme(dt.date(2026, 5, 31)) == Decimal("600.00")
    assert programme(dt.date(2026, 6, 1)) == Decimal("0.00")
    assert programme(dt.date(2026, 6, 1), connu_le=dt.date(2026, 6, 1)) == Decimal("600.00")
    assert [e.montant for e in operation.ecritures.order_by("rang")] == [Decimal("600.00"), Decimal("-600.00")]


def test_deprogrammer_before_the_programming_or_without_reason_is_refused():
    operation = OperationFactory(programmee=True)
    acte = {"auteur": UtilisateurFactory()}

    assert refus(deprogrammer_operation, operation, le=dt.date(2026, 3, 31), motif="x", **acte).code == "date"
    assert refus(deprogrammer_operation, operation, le=dt.date(2026, 4, 2), motif="", **acte).code == "motif"


@pytest.mark.parametrize(("trait", "lignes"), [("recevable", 0), ("instruite", 0), ("programmee", 1)])
def test_abandonner_releases_what_was_programmed(trait, lignes):
    operation = OperationFactory(**{trait: True})
    abandonner_operation(operation, auteur=UtilisateurFactory(), le=dt.date(2026, 6, 1), motif="Le porteur renonce")

    assert operation.ecritures.filter(montant__lt=0).count() == lignes
    assert compute_situation(operation.accord).enveloppe("FSE_CD62").montants["programme"] == Decimal("0.00")
    operation.refresh_from_db()
    assert operation.statut == Statut.ABANDONNEE


def test_a_closed_operation_is_not_withdrawn_again():
    operation = OperationFactory(programmee=True)
    acte = {"auteur": UtilisateurFactory(), "le": dt.date(2026, 6, 1), "motif": "Sans suite"}
    deprogrammer_operation(operation, **acte)

    assert refus(deprogrammer_operation, operation, **acte).code == "statut"
    assert refus(abandonner_operation, operation, **acte).code == "statut"


# calls


def test_publier_needs_the_qpv_priority_and_its_sentence():
    appel = AppelFactory(brouillon=True, enonce_priorite_qpv=True, clause_qpv="")

    assert refus(publier_appel, appel, auteur=UtilisateurFactory()).code == "qpv"
    appel.clause_qpv = "Les quartiers prioritaires passent en premier."
    enregistrer_appel(appel, auteur=UtilisateurFactory())
    publier_appel(appel, auteur=UtilisateurFactory())
    appel.refresh_from_db()
    assert appel.statut == StatutAppel.PUBLIE
    assert refus(enregistrer_appel, appel, auteur=UtilisateurFactory()).code == "statut"
    clore_appel(appel, auteur=UtilisateurFactory())
    assert refus(clore_appel, appel, auteur=UtilisateurFactory()).code == "statut"


# two people, the same euros


@pytest.mark.django_db(transaction=True)
def test_two_threads_on_the_last_euro_of_an_envelope():
    enveloppe = EnveloppeFactory(montant=Decimal("600.00"))
    operations = OperationFactory.create_batch(2, instruite=True, enveloppe=enveloppe, ue=Decimal("600.00"))
    auteurs = UtilisateurFactory.create_batch(2)
    depart, issues = Barrier(2), []

    def decider(operation, auteur):
        depart.wait()
        try:
            programmer_operation(operation, auteur=auteur, **PROGRAMMER)
            issues.append("programmee")
        except ValidationError as erreur:
            issues.append(erreur.code)
        finally:
            connection.close()

    fils = [Thread(target=decider, args=paire) for paire in zip(operations, auteurs, strict=True)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    assert sorted(issues) == ["programmee", "surprogrammation"]
    assert compute_situation(enveloppe.accord).enveloppe("FSE_CD62").disponible == Decimal("0.00")


@pytest.mark.django_db(transaction=True)
def test_two_people_enter_the_same_call_at_once():
    enveloppe, auteur = EnveloppeFactory(), UtilisateurFactory()
    objectif = ObjectifSpecifiqueFactory(fonds=enveloppe.fonds)

    def enregistrer():
        appel = AppelFactory.build(brouillon=True, enveloppe=enveloppe, objectif_specifique=objectif, code="AAP-2027")
        enregistrer_appel(appel, auteur=auteur)

    with (
        au_moment_de('INSERT INTO "operations_appelaprojets"', enregistrer),
        pytest.raises(ValidationError, match="Un appel porte déjà ce code sur cette enveloppe"),
    ):
        enregistrer()

    assert enveloppe.appels.count() == 1
    assert JournalAudit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_enter_the_same_structure_at_once():
    accord, auteur = EnveloppeFactory().accord, UtilisateurFactory()

    def enregistrer():
        enregistrer_structure(StructureFactory.build(accord=accord, siret="73282932000074"), auteur=auteur)

    with (
        au_moment_de('INSERT INTO "operations_structure"', enregistrer),
        pytest.raises(ValidationError, match="Une structure porte déjà ce SIRET"),
    ):
        enregistrer()


@pytest.mark.django_db(transaction=True)
def test_two_people_deposit_the_same_number_at_once():
    enveloppe, auteur = EnveloppeFactory(), UtilisateurFactory()
    champs = {
        "enveloppe": enveloppe,
        "accord": enveloppe.accord,
        "structure": StructureFactory(accord=enveloppe.accord),
        "objectif_specifique": ObjectifSpecifiqueFactory(fonds=enveloppe.fonds),
        "numero": "202600001",
    }

    def deposer():
        deposer_operation(operation=OperationFactory.build(**champs), plan=plan(), auteur=auteur)

    with (
        au_moment_de('INSERT INTO "operations_operation"', deposer),
        pytest.raises(ValidationError, match="Une opération porte déjà ce numéro"),
    ):
        deposer()

    assert Operation.objects.count() == 1
