"""Operations after their contract, brought there by the services."""

import datetime as dt
from decimal import Decimal

from operations.enums import NatureBilan
from operations.models import BilanAttendu, PlanFinancement
from operations.services import (
    conventionner_operation,
    demarrer_operation,
    resilier_operation,
    signer_avenant,
    suivre_signatures,
)
from tests.factories import ConventionFactory, OperationFactory

FINAL = {
    "nature": NatureBilan.FINAL,
    "debut_le": dt.date(2026, 1, 1),
    "fin_le": dt.date(2026, 12, 31),
    "attendu_le": dt.date(2027, 6, 30),
}


def plan(ue: str = "600.00", cout: str = "1000.00") -> PlanFinancement:
    return PlanFinancement(
        cout_total_eligible=Decimal(cout), ue=Decimal(ue), autofinancement=Decimal(cout) - Decimal(ue)
    )


def programmee(enveloppe, auteur, **champs):
    """Programmed 600,00 € of 1 000,00 € on 1 April 2026, with its decision."""
    operation = OperationFactory(enveloppe=enveloppe, programmee=True, **champs)
    operation.decisions.create(
        sens="favorable",
        instance="Commission permanente",
        decidee_le=operation.programmee_le,
        ue_programme=operation.plans.first().ue,
        auteur=auteur,
    )
    return operation


def en_signature(enveloppe, auteur, **dates):
    operation = programmee(enveloppe, auteur)
    suivre_signatures(operation, auteur=auteur, **({"envoyee_le": dt.date(2026, 4, 2)} | dates))
    return operation


def conventionnee(enveloppe, auteur, *, calendrier=(), **champs):
    """Notified on 15 April 2026, for the year; its final report due by 30 June 2027."""
    operation = programmee(enveloppe, auteur)
    conventionner_operation(
        operation,
        auteur=auteur,
        plan=plan(),
        convention=ConventionFactory.build(**champs),
        calendrier=list(calendrier) or [BilanAttendu(**FINAL)],
    )
    operation.refresh_from_db()
    return operation


def en_execution(enveloppe, auteur, **champs):
    operation = conventionnee(enveloppe, auteur, **champs)
    demarrer_operation(operation, auteur=auteur, atteste_le=dt.date(2026, 4, 20))
    operation.refresh_from_db()
    return operation


def amendee(enveloppe, auteur, *, ue: str = "700.00", cout: str = "1000.00", fin=dt.date(2026, 12, 31)):
    """Under way, with an amendment of 1 June 2026."""
    operation = en_execution(enveloppe, auteur)
    signer_avenant(
        operation, auteur=auteur, plan=plan(ue, cout), objet="Un lot", fin_le=fin, signe_le=dt.date(2026, 6, 1)
    )
    operation.refresh_from_db()
    return operation


def resiliee(enveloppe, auteur):
    operation = en_execution(enveloppe, auteur)
    resilier_operation(
        operation, auteur=auteur, le=dt.date(2026, 6, 1), motif="Liquidation", ue_conserve=Decimal("0.00")
    )
    operation.refresh_from_db()
    return operation
