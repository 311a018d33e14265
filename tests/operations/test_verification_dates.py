"""Each line of the ledger against the day of the act that wrote it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from operations.enums import NaturePaiement, Statut
from operations.models import (
    AppelFonds,
    AvenantConvention,
    BilanExecution,
    ControleServiceFait,
    Convention,
    DecisionProgrammation,
    Ecriture,
    LigneAppelFonds,
    Paiement,
    Retrait,
)
from operations.services import (
    annuler_avenant,
    annuler_paiement,
    annuler_retrait,
    deprogrammer_operation,
    payer,
    programmer_operation,
    recouvrer,
    rejeter_ligne,
)
from operations.verification_dates import verifier_dates
from tests import contrats
from tests.factories import EcritureFactory, EnveloppeFactory, OperationFactory
from tests.vie import mener

pytestmark = pytest.mark.django_db
LE = dt.date(2026, 10, 2)
AUTRE = dt.date(2026, 10, 20)


@pytest.fixture
def operations(accord, responsable):
    """Every act that writes a line, and every undoing; nothing is out of place."""
    enveloppe = EnveloppeFactory(accord=accord)
    soldee = mener(enveloppe, Statut.SOLDEE)
    recouvrer(soldee, auteur=responsable, montant=Decimal("10.00"), paye_le=LE, motif="Audit")
    rejeter_ligne(LigneAppelFonds.objects.get(), auteur=responsable, le=LE, motif="Pièce")
    amendee = contrats.amendee(enveloppe, responsable)
    paiement = payer(
        amendee,
        auteur=responsable,
        nature=NaturePaiement.AVANCE,
        montant=Decimal("1.00"),
        paye_le=LE,
        depassement_vu=Decimal("1.00"),
    )
    annuler_paiement(paiement, auteur=responsable, le=LE, motif="Erreur")
    resiliee = contrats.resiliee(enveloppe, responsable)
    retiree = OperationFactory(enveloppe=enveloppe, instruite=True)
    programmer_operation(retiree, auteur=responsable, instance="Commission", decidee_le=dt.date(2026, 4, 1))
    for _ in range(2):
        deprogrammer_operation(retiree, auteur=responsable, le=LE, motif="Sans suite")
        annuler_retrait(retiree, auteur=responsable, motif="Erreur")
    deprogrammer_operation(retiree, auteur=responsable, le=LE, motif="Sans suite")
    assert verifier_dates() == []
    return {"soldee": soldee, "amendee": amendee, "resiliee": resiliee, "retiree": retiree}


def test_a_line_out_of_the_day_of_its_act_is_named(operations):
    for nom, actes, jour, nombre in [
        ("retiree", DecisionProgrammation.objects.filter(operation=operations["retiree"]), "decidee_le", 1),
        ("soldee", Convention.objects.filter(operation=operations["soldee"]), "notifiee_le", 1),
        ("soldee", BilanExecution.objects.all(), "depose_le", 1),
        ("soldee", ControleServiceFait.objects.all(), "conclu_le", 1),
        ("soldee", AppelFonds.objects.all(), "envoye_le", 1),
        ("soldee", LigneAppelFonds.objects.all(), "rejetee_le", 1),
        ("soldee", Convention.objects.filter(operation=operations["soldee"]), "soldee_le", 2),
        # paid, programmed, contracted, retained
        ("soldee", Paiement.objects.filter(nature=NaturePaiement.RECOUVREMENT), "paye_le", 4),
        ("amendee", AvenantConvention.objects.all(), "signe_le", 2),
        ("resiliee", Convention.objects.filter(operation=operations["resiliee"]), "resiliee_le", 2),
        ("retiree", Retrait.objects.filter(annule_le__isnull=True), "le", 1),
    ]:
        with transaction.atomic():
            actes.update(**{jour: AUTRE})
            ecarts = verifier_dates()
            transaction.set_rollback(True)
        assert len(ecarts) == nombre, (jour, ecarts)
        for ecart in ecarts:
            assert ecart.startswith(f"Opération {operations[nom].numero}\xa0: l’écriture de rang ")
            assert ecart.endswith("son acte est du 20\xa0octobre\xa02026.")


def test_an_undoing_on_another_day_is_named(operations, responsable):
    annuler_avenant(operations["amendee"], auteur=responsable, le=LE, motif="Erreur")
    assert verifier_dates() == []
    ligne = Ecriture.objects.filter(operation=operations["retiree"], acte="programmer").get()
    EcritureFactory(operation=ligne.operation, montant=-ligne.montant, date_effet=AUTRE, annule=ligne)
    (ecart,) = verifier_dates()
    assert ecart.startswith(f"Opération {ligne.operation.numero}\xa0: ")
    assert "prend effet le 20\xa0octobre\xa02026, son acte est du 1er\xa0avril\xa02026" in ecart


def test_a_line_that_no_act_explains_is_named(operations):
    DecisionProgrammation.objects.filter(operation=operations["retiree"]).update(annulee_le=AUTRE)
    (ecart,) = verifier_dates()
    assert ecart.endswith("aucun acte en vigueur ne l’explique.")


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_check_asks_a_constant_number_of_queries(accord, nombre, django_assert_num_queries):
    for _ in range(nombre):
        mener(EnveloppeFactory(accord=accord), Statut.ACHEVEE)
    with django_assert_num_queries(13):
        assert verifier_dates() == []
