"""Meetings and packs on the smallest agreement that has something to say."""

import datetime as dt
from decimal import Decimal

import pytest

from comptes.enums import Role
from gouvernance.services import ajouter_point
from operations.models import Instruction
from tests.factories import (
    AppelFactory,
    ComiteFactory,
    EnveloppeFactory,
    FondsFactory,
    MembreFactory,
    MouvementFactory,
    OperationFactory,
    OrganismeFactory,
    ReunionFactory,
    TrancheFactory,
    habilite,
)

AU = dt.date(2026, 6, 30)


@pytest.fixture
def comite(accord):
    return ComiteFactory(accord=accord)


@pytest.fixture
def reunion(comite):
    return ReunionFactory(comite=comite, date=dt.date(2026, 7, 16))


@pytest.fixture
def plie(comite):
    """A PLIE that sits in the committee."""
    MembreFactory(comite=comite, organisme=OrganismeFactory(code="PLIE_LENS_LIEVIN", nature="plie"))
    return habilite(Role.PLIE, "PLIE_LENS_LIEVIN")


@pytest.fixture
def enveloppes(accord):
    """FSE+ of the two OI, with an open and a planned tranche; FTJ of the first, over-programmed by 429 000,00 €."""
    ftj = FondsFactory(code="FTJ")
    liste = [
        EnveloppeFactory(accord=accord, montant=Decimal(0), ordre=1),
        EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"), montant=Decimal("17513945.00"), ordre=2),
        EnveloppeFactory(accord=accord, fonds=ftj, montant=Decimal("11571000.00"), ordre=3),
    ]
    ouverte = TrancheFactory(enveloppe=liste[0], ordre=1)
    prevue = TrancheFactory(
        enveloppe=liste[0],
        ordre=2,
        code="2026-2027",
        debut_le=dt.date(2026, 1, 1),
        fin_le=dt.date(2027, 12, 31),
        taux=Decimal("0.3"),
        statut="prevue",
    )
    MouvementFactory(enveloppe=liste[0], tranche=ouverte, montant=Decimal("22114754.90"))
    MouvementFactory(enveloppe=liste[0], tranche=prevue, montant=Decimal("9477752.10"))
    OperationFactory(enveloppe=liste[0], programmee=True, ue=Decimal("24183640.55"), ue__cout=Decimal("40000000.00"))
    OperationFactory(enveloppe=liste[2], programmee=True, ue=Decimal("12000000.00"), ue__cout=Decimal("20000000.00"))
    return liste


@pytest.fixture
def instruites(enveloppes):
    """One instructed operation on each envelope; the first says its QPV share and has an opinion."""
    operations = [
        OperationFactory(
            enveloppe=enveloppe,
            instruite=True,
            ue=Decimal(ue),
            ue__cout=Decimal("221500.00"),
            appel=AppelFactory(enveloppe=enveloppe),
        )
        for enveloppe, ue in zip(enveloppes, ["132900.00", "98765.43", "150000.00"], strict=True)
    ]
    premiere = operations[0]
    premiere.part_qpv_declaree = Decimal("0.2200")
    premiere.save(update_fields=["part_qpv_declaree"])
    Instruction.objects.create(
        operation=premiere,
        conclue_le=dt.date(2026, 3, 1),
        avis="favorable",
        rapport="L’opération répond à l’appel.\n\nElle complète l’offre existante.",
        reponse_partage="aucune",
        est_sans_conflit=True,
        auteur=premiere.instruite_par,
    )
    return operations


@pytest.fixture
def reunion_prete(reunion, instruites, secretaire):
    """A meeting whose agenda examines the three operations and carries a note."""
    ajouter_point(
        reunion, titre="Situation des enveloppes", duree_minutes=20, proposition="situation", auteur=secretaire
    )
    ajouter_point(
        reunion,
        titre="Opérations à examiner",
        nature="avis",
        duree_minutes=45,
        operations=instruites,
        auteur=secretaire,
    )
    ajouter_point(
        reunion, titre="Préparer l’avenant", nature="debat", texte="Première idée.\nSeconde idée.", auteur=secretaire
    )
    return reunion
