"""The entities that an operation supports, as they were noted (EECO18, EECO19)."""

from dataclasses import dataclass

from operations.models import Operation

from .enums import CodeEntites
from .models import EntitesSoutenues


@dataclass(frozen=True)
class Releve:
    """What was noted of one indicator, the latest first."""

    code: str
    libelle: str
    constats: list[EntitesSoutenues]

    @property
    def dernier(self) -> EntitesSoutenues | None:
        return self.constats[0] if self.constats else None


def lire_entites(operation: Operation) -> list[Releve]:
    """One query; nothing for the FTJ, which does not count them."""
    if operation.enveloppe.fonds.code == "FTJ":
        return []
    constats = list(operation.entites.select_related("auteur").order_by("-constate_le"))
    return [
        Releve(code.value, code.label, [constat for constat in constats if constat.code == code])
        for code in CodeEntites
    ]
