"""Small situations for the tests of this folder."""

import datetime as dt
from decimal import Decimal

from tests.factories import EnveloppeFactory, FondsFactory, MouvementFactory, OrganismeFactory, TrancheFactory


def enveloppe(accord, code="FSE_CD62", montant="1000.00"):
    """An envelope named after its fund and body, notified on 1 January 2022."""
    fonds, organisme = code.split("_")
    return EnveloppeFactory(
        accord=accord,
        code=code,
        organisme=OrganismeFactory(code=organisme),
        fonds=FondsFactory(code="FSE_PLUS" if fonds == "FSE" else "FTJ"),
        montant=Decimal(montant),
    )


def enveloppe_a_tranches(accord, code="FSE_CD62", montants=("700.00", "300.00")):
    """An envelope in two tranches, the second one planned."""
    resultat = enveloppe(accord, code, "0")
    statuts = ["ouverte", "prevue"]
    for ordre, (montant, statut) in enumerate(zip(montants, statuts, strict=True), start=1):
        tranche = TrancheFactory(
            enveloppe=resultat,
            ordre=ordre,
            code=f"T{ordre}",
            statut=statut,
            debut_le=dt.date(2020 + 2 * ordre, 1, 1),
            fin_le=dt.date(2021 + 2 * ordre, 12, 31),
            montant_publie=Decimal(montant),
        )
        MouvementFactory(enveloppe=resultat, tranche=tranche, montant=Decimal(montant))
    return resultat
