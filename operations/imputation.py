"""The tranche that an operation belongs to, the same when it is shown and when it is written."""

from datetime import date

from accord.enums import RegleImputation
from accord.models import Tranche

from .situation import SituationEnveloppe, SituationTranche


def choisir_tranche(tranches: list[Tranche], *, debut_le: date | None, decidee_le: date) -> Tranche | None:
    """Return the tranche that contains the operation: its date of programming, or its planned start.

    `tranches` are those of the envelope that hold money, in order. Before the first one, the first; after the last,
    the last: the sums by tranche always equal the envelope.
    """
    if not tranches:
        return None
    debut_prevu = tranches[0].regle_imputation == RegleImputation.DEBUT_PREVU
    jour = debut_le if debut_prevu and debut_le else decidee_le
    commencees = [t for t in tranches if t.debut_le <= jour]
    return commencees[-1] if commencees else tranches[0]


def situer_tranche(
    situation: SituationEnveloppe, *, debut_le: date | None, decidee_le: date
) -> SituationTranche | None:
    """Return that tranche with what it has left; None when the envelope has no tranche."""
    tranche = choisir_tranche([t.tranche for t in situation.tranches], debut_le=debut_le, decidee_le=decidee_le)
    return next((t for t in situation.tranches if t.tranche == tranche), None)
