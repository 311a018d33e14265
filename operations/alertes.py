"""Delays of the contract, as the agreement sets them: the second signature, the reports that come due."""

from dataclasses import dataclass
from datetime import date, timedelta

from accord.models import Parametre
from accord.montants import format_date

from .models import MiseEnSignature

HEURES = 24


@dataclass(frozen=True)
class LimiteSignature:
    """The last day for who has not signed yet, and whether it is over."""

    jour: date
    est_depassee: bool


def lire_delai_signature(accord, jour: date) -> int | None:
    """Days for the second party to sign after the first one; None when the agreement sets none."""
    heures = Parametre.objects.lire_nombre(accord, "signature_convention_heures", jour)
    return -(-int(heures) // HEURES) if heures is not None else None


def lire_alerte_bilan(accord, jour: date) -> int:
    """Days before its due date from which a report is claimed; none when the agreement does not say."""
    jours = Parametre.objects.lire_nombre(accord, "bilan_alerte_jours", jour)
    return int(jours) if jours is not None else 0


def compute_limite_signature(mise: MiseEnSignature, jour: date, delai: int | None) -> LimiteSignature | None:
    """From the first signature, or from the sending while nobody signed.

    None once both signed, and when the agreement sets no delay.
    """
    if mise.est_signee or delai is None:
        return None
    limite = (mise.premiere_signature_le or mise.envoyee_le) + timedelta(days=delai)
    return LimiteSignature(limite, jour > limite)


def dire_manque(mise: MiseEnSignature) -> str:
    """The signature, or the two, that a contract still lacks."""
    if mise.signee_beneficiaire_le:
        return "la signature de l’organisme"
    return "la signature du bénéficiaire" if mise.signee_oi_le else "les deux signatures"


def dire_relance(mise: MiseEnSignature, limite: LimiteSignature) -> str:
    """The rule, the fact, what to do, of a signature that is late."""
    if mise.premiere_signature_le is None:
        return (
            f"La convention est à la signature depuis le {format_date(mise.envoyee_le)}\u00a0: aucune des deux parties "
            f"n’avait signé le {format_date(limite.jour)}. Relancez, ou retirez la convention de la signature."
        )
    premier = "Le bénéficiaire" if mise.signee_beneficiaire_le else "L’organisme"
    return (
        f"{premier} a signé le {format_date(mise.premiere_signature_le)}\u00a0: l’autre signature était attendue au "
        f"plus tard le {format_date(limite.jour)}. Relancez, ou retirez la convention de la signature."
    )
