"""What an act would move on the envelope and on the tranche of an operation, before it is signed."""

from dataclasses import dataclass
from decimal import Decimal

from .services.grand_livre import soldes, tranche_de
from .situation import SituationTranche, compute_disponible, compute_situation


@dataclass(frozen=True)
class Place:
    """What an envelope or a tranche has left before and after, in euros; negative when it is exceeded."""

    nom: str
    avant: Decimal
    apres: Decimal


@dataclass(frozen=True)
class Effet:
    """`montant` is what the act takes on the envelope, negative when it gives back, in euros."""

    montant: Decimal
    tenu: dict[str, Decimal]
    enveloppe: Place
    tranche: Place | None

    @property
    def places(self) -> list[Place]:
        return [place for place in (self.enveloppe, self.tranche) if place]

    @property
    def rendu(self) -> Decimal:
        """What the act gives back, in euros."""
        return max(-self.montant, Decimal(0))

    @property
    def exces_avant(self) -> Decimal | None:
        """By how much the envelope is exceeded before the act, None when it is not."""
        return -self.enveloppe.avant if self.enveloppe.avant < 0 else None

    @property
    def depassement(self) -> Decimal | None:
        """By how much the act takes the envelope beyond what it has left: it is then to be confirmed."""
        return -self.enveloppe.apres if self.montant > 0 and self.enveloppe.apres < 0 else None


def compute_effet(operation, montant: Decimal) -> Effet:
    """Read the envelope as the service will, and the tranche of the programming: everything later follows it."""
    enveloppe = operation.enveloppe
    disponible = compute_disponible(enveloppe)
    return Effet(
        montant,
        soldes(operation),
        Place(f"Enveloppe {enveloppe.fonds} {enveloppe.organisme}", disponible, disponible - montant),
        _situer(operation, montant),
    )


def _situer(operation, montant: Decimal) -> Place | None:
    tranche = tranche_de(operation)
    if tranche is None:
        return None
    situation: SituationTranche = next(
        t
        for t in compute_situation(operation.accord).enveloppe(operation.enveloppe.code).tranches
        if t.tranche == tranche
    )
    return Place(f"Tranche {tranche}", situation.disponible, situation.disponible - montant)
