"""What the database itself refuses, by the name of the constraint."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from operations.enums import SensDecision, SensRecevabilite, Statut, StatutAppel, VersionPlan
from operations.models import AppelAProjets, DecisionProgrammation, Operation, Recevabilite, Structure
from tests.factories import (
    AccordFactory,
    AppelFactory,
    EcritureFactory,
    EnveloppeFactory,
    InstructionFactory,
    MouvementFactory,
    OperationFactory,
    PlanFactory,
    StructureFactory,
    TrancheFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"fin_le": dt.date(2025, 12, 31)}, "operation_fin_apres_debut"),
        ({"part_qpv_declaree": Decimal("1.0001")}, "operation_part_qpv_entre_0_et_1"),
        ({"part_qpv_declaree": Decimal("-0.0001")}, "operation_part_qpv_entre_0_et_1"),
        ({"numero": "2026 0001"}, "operation_numero_lisible"),
        ({"statut": Statut.RECEVABLE}, "operation_recevable_donc_datee"),
        ({"statut": Statut.INSTRUITE, "recevable_le": dt.date(2026, 1, 1)}, "operation_instruite_donc_datee_et_signee"),
        ({"statut": Statut.DEPROGRAMMEE}, "operation_instruite_donc_datee_et_signee"),
    ],
)
def test_operation(champs, contrainte):
    operation = OperationFactory()

    with pytest.raises(IntegrityError, match=contrainte):
        Operation.objects.filter(pk=operation.pk).update(**champs)


def test_operation_programmee_donc_datee():
    operation = OperationFactory(programmee=True)

    with pytest.raises(IntegrityError, match="operation_programmee_donc_datee"):
        Operation.objects.filter(pk=operation.pk).update(programmee_le=None)


def test_operation_numero_unique_in_its_agreement_only():
    operation = OperationFactory(numero="202600001")
    ailleurs = EnveloppeFactory(accord=AccordFactory(slug="autre-accord"))
    OperationFactory(numero="202600001", enveloppe=ailleurs)

    with pytest.raises(IntegrityError, match="operation_numero_unique"):
        OperationFactory(numero="202600001", enveloppe=operation.enveloppe)


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"cout_total_eligible": Decimal(0), "ue": Decimal("0.01")}, "plan_"),
        ({"ue": Decimal("1000.01"), "autofinancement": Decimal(0)}, "plan_ue_dans_le_cout"),
        ({"ue": Decimal("0.00")}, "plan_ue_dans_le_cout"),
        ({"recettes": Decimal("-0.01")}, "plan_ressources_non_negatives"),
        ({"version": VersionPlan.INSTRUIT, "autofinancement": Decimal("399.99")}, "plan_instruit_equilibre"),
    ],
)
def test_plan(champs, contrainte):
    operation = OperationFactory()
    operation.plans.all().delete()

    with pytest.raises(IntegrityError, match=contrainte):
        PlanFactory(operation=operation, **champs)


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"limite_depot_le": dt.date(2021, 12, 31)}, "appel_limite_apres_ouverture"),
        ({"enonce_priorite_qpv": False}, "appel_publie_donc_priorite_qpv"),
        ({"publie_le": None}, "appel_publie_donc_date"),
        ({"taux_max": Decimal("1.0001")}, "appel_taux_entre_0_et_1"),
        (
            {"periode_debut_le": dt.date(2026, 2, 1), "periode_fin_le": dt.date(2026, 1, 1)},
            "appel_fin_apres_debut",
        ),
    ],
)
def test_appel(champs, contrainte):
    appel = AppelFactory()

    with pytest.raises(IntegrityError, match=contrainte):
        AppelAProjets.objects.filter(pk=appel.pk).update(**champs)


def test_an_unpublished_call_may_lack_the_qpv_clause():
    appel = AppelFactory(brouillon=True, enonce_priorite_qpv=False, clause_qpv="")

    assert appel.statut == StatutAppel.BROUILLON


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"siret": "1234"}, "structure_siret_quatorze_chiffres"),
        ({"code_postal": "620"}, "structure_code_postal_cinq_chiffres"),
    ],
)
def test_structure(champs, contrainte):
    structure = StructureFactory()

    with pytest.raises(IntegrityError, match=contrainte):
        Structure.objects.filter(pk=structure.pk).update(**champs)


def test_two_structures_without_siret_live_together_but_not_with_the_same():
    accord = AccordFactory()
    StructureFactory.create_batch(2, accord=accord, siret="")
    StructureFactory(accord=accord, siret="22620001200012")

    with pytest.raises(IntegrityError, match="structure_siret_unique"):
        StructureFactory(accord=accord, siret="22620001200012")


def test_decisions_and_conclusions_carry_their_reason_and_amount():
    operation, auteur = OperationFactory(instruite=True), UtilisateurFactory()
    commun = {"operation": operation, "auteur": auteur}
    decision = {**commun, "instance": "Commission permanente", "decidee_le": dt.date(2026, 4, 1)}

    for champs, contrainte in [
        ({"sens": SensDecision.FAVORABLE}, "decision_favorable_donc_montant"),
        ({"sens": SensDecision.DEFAVORABLE, "motif": ""}, "decision_non_favorable_donc_motivee"),
        (
            {"sens": SensDecision.AJOURNEE, "motif": "x", "ue_programme": Decimal(1)},
            "decision_favorable_donc_montant",
        ),
    ]:
        with pytest.raises(IntegrityError, match=contrainte), transaction.atomic():
            DecisionProgrammation.objects.create(**decision, **champs)
    with pytest.raises(IntegrityError, match="recevabilite_irrecevable_donc_motivee"), transaction.atomic():
        Recevabilite.objects.create(
            **commun, sens=SensRecevabilite.IRRECEVABLE, prononcee_le=dt.date(2026, 2, 1), motif=""
        )
    with pytest.raises(IntegrityError, match="instruction_sans_conflit"), transaction.atomic():
        InstructionFactory(**commun, est_sans_conflit=False)
    with pytest.raises(IntegrityError, match="instruction_etapes_successives_justifiees"), transaction.atomic():
        InstructionFactory(**commun, reponse_partage="successives")


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"montant": Decimal(0)}, "mouvement_non_nul"),
        ({"nature": "abondement", "montant": Decimal(-1)}, "mouvement_signe_selon_nature"),
        ({"nature": "degagement", "montant": Decimal(1)}, "mouvement_signe_selon_nature"),
        ({"reference": "deja-la"}, "mouvement_reference_unique"),
    ],
)
def test_mouvement(champs, contrainte):
    enveloppe = EnveloppeFactory(montant=Decimal(0))
    MouvementFactory(enveloppe=enveloppe, reference="deja-la")

    with pytest.raises(IntegrityError, match=contrainte):
        MouvementFactory(enveloppe=enveloppe, **champs)


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"taux": Decimal("1.0001")}, "tranche_taux_entre_0_et_1"),
        ({"fin_le": dt.date(2021, 1, 1)}, "tranche_fin_apres_debut"),
        ({"code": "deja-la"}, "tranche_code_unique"),
        ({"ordre": 99}, "tranche_ordre_unique"),
    ],
)
def test_tranche(champs, contrainte):
    enveloppe = EnveloppeFactory()
    TrancheFactory(enveloppe=enveloppe, code="deja-la", ordre=99)

    with pytest.raises(IntegrityError, match=contrainte):
        TrancheFactory(enveloppe=enveloppe, **champs)


def test_an_empty_ledger_line_is_refused():
    with pytest.raises(IntegrityError, match="ecriture_non_nulle"):
        EcritureFactory(operation=OperationFactory(instruite=True), montant=Decimal(0))


# append-only


@pytest.fixture
def lignes(db):
    """One line in each append-only table."""
    operation = OperationFactory(programmee=True)
    return {
        "operations_ecriture": operation.ecritures.get().pk,
        "accord_mouvementenveloppe": operation.enveloppe.mouvements.get().pk,
    }


@pytest.mark.parametrize("table", ["operations_ecriture", "accord_mouvementenveloppe"])
@pytest.mark.parametrize("requete", ["UPDATE {} SET montant = 1 WHERE id = %s", "DELETE FROM {} WHERE id = %s"])
def test_a_ledger_refuses_update_and_delete(lignes, table, requete):
    with pytest.raises(IntegrityError, match="ne s’écrit qu’en ajout"), connection.cursor() as cursor:
        cursor.execute(requete.format(table), [lignes[table]])


@pytest.mark.parametrize("table", ["operations_ecriture", "accord_mouvementenveloppe"])
def test_a_ledger_refuses_truncate(table):
    with pytest.raises(IntegrityError, match="ne s’écrit qu’en ajout"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_the_database_numbers_and_chains_each_line(lignes):
    operation = OperationFactory(programmee=True)
    premiere, seconde = type(operation.ecritures.get()).objects.order_by("rang")

    assert (premiere.rang, seconde.rang) == (1, 2)
    assert len(premiere.empreinte) == 64
    assert premiere.empreinte != seconde.empreinte


def test_two_calls_of_an_envelope_differ_by_more_than_case():
    appel = AppelFactory(code="FSE-2027-MOB")
    with pytest.raises(IntegrityError, match="appel_code_unique"), transaction.atomic():
        AppelFactory(enveloppe=appel.enveloppe, code="fse-2027-mob")
    with pytest.raises(ValidationError, match="Un appel porte déjà ce code sur cette enveloppe"):
        AppelFactory.build(enveloppe=appel.enveloppe, code="fse-2027-mob").validate_constraints()
