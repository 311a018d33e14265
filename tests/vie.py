"""Operations brought to a step of their life by the services, with their money: the real lines, dates and statuses."""

import datetime as dt
from decimal import Decimal

from operations.enums import NatureBilan, NaturePaiement, Statut
from operations.models import BilanExecution, Operation, PlanFinancement
from operations.pieces import pieces_manquantes
from operations.services import (
    achever_operation,
    archiver_operation,
    certifier,
    conventionner_operation,
    demarrer_operation,
    enregistrer_bilan,
    payer,
    rendre_csf,
    solder_operation,
)
from tests.factories import ConventionFactory, OperationFactory, UtilisateurFactory

ORDRE = [Statut.EN_EXECUTION, Statut.ACHEVEE, Statut.SOLDEE, Statut.ARCHIVEE]
BILAN = dt.date(2026, 7, 10)


def mener(enveloppe, jusqu_a: Statut, *, avance_prevue="180.00", **champs):
    """Contracted 600,00 € for 1 000,00 €; from `achevee` on 240,00 € retained on 1 August 2026,
    from `soldee` on certified and paid.

    `en_execution` has no report yet.
    """
    auteur = UtilisateurFactory()
    operation = OperationFactory(enveloppe=enveloppe, programmee=True, **champs)
    operation.decisions.create(
        sens="favorable",
        instance="CP",
        decidee_le=operation.programmee_le,
        ue_programme=Decimal("600.00"),
        auteur=auteur,
    )
    conventionner_operation(
        operation,
        auteur=auteur,
        plan=PlanFinancement(
            cout_total_eligible=Decimal("1000.00"), ue=Decimal("600.00"), autofinancement=Decimal("400.00")
        ),
        convention=ConventionFactory.build(avance_prevue=Decimal(avance_prevue)),
    )
    demarrer_operation(operation, auteur=auteur, atteste_le=dt.date(2026, 4, 20))
    rang = ORDRE.index(jusqu_a)
    if rang >= 1:
        deposer(operation, auteur, "400.00", nature=NatureBilan.FINAL)
        achever_operation(operation, auteur=auteur, le=dt.date(2026, 8, 2))
    if rang >= 2:
        certifier(enveloppe, auteur=auteur, envoye_le=dt.date(2026, 8, 20), montants={operation: Decimal("240.00")})
        verser(operation, auteur, NaturePaiement.SOLDE, "240.00", "2026-09-01")
        solder_operation(operation, auteur=auteur, le=dt.date(2026, 9, 20))
    if rang >= 3:
        archiver_operation(
            operation,
            auteur=auteur,
            le=dt.date(2026, 10, 1),
            jusqu_au=dt.date(2031, 12, 31),
            sans_pieces=cles_manquantes(operation),
        )
    operation.refresh_from_db()
    return operation


def deposer(
    operation,
    auteur,
    depenses,
    *,
    nature=NatureBilan.INTERMEDIAIRE,
    mois=None,
    le=BILAN,
    conclu_le=dt.date(2026, 8, 1),
):
    """A report of these months of 2026 filed that day, and its control unless `conclu_le` is None.

    Each report has a month of its own when `mois` is None.
    """
    rang = 1 + operation.conventions.get().bilans.count()
    mois = mois or (rang, rang)
    bilan = enregistrer_bilan(
        operation,
        auteur=auteur,
        bilan=BilanExecution(
            nature=nature,
            debut_le=dt.date(2026, mois[0], 1),
            fin_le=dt.date(2026, mois[1], 28),
            depose_le=le,
            depenses=Decimal(depenses),
            ue_declare=None,
        ),
    )
    if conclu_le:
        rendre_csf(bilan, auteur=UtilisateurFactory(), conclu_le=conclu_le, ecarts=[])
    return bilan


def cles_manquantes(operation) -> list[str]:
    """What a person sees missing before they archive."""
    return [attendue.cle for attendue in pieces_manquantes(Operation.objects.get(pk=operation.pk))]


def verser(operation, auteur, nature, montant, le, **champs):
    return payer(
        operation,
        auteur=auteur,
        nature=nature,
        montant=Decimal(montant),
        paye_le=dt.date.fromisoformat(le),
        **champs,
    )
