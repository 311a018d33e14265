"""The delay to pay a beneficiary: so many days from the filing of a report (`CPR 74.1 b`, parameter of the agreement).

The clock of a report runs from its filing, through its control, and stops when what the control kept is paid. Payments
settle the oldest reports first; an advance already paid counts.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accord.models import Parametre
from accord.montants import format_jours

from .models import BilanExecution, ControleServiceFait
from .retenu import ZERO


@dataclass(frozen=True)
class Echeance:
    """The clock of one report. `retenu` is None before the control; `du` is what of it is left to pay, in euros."""

    bilan: BilanExecution
    retenu: Decimal | None
    du: Decimal
    limite: date | None

    @property
    def court(self) -> bool:
        return self.retenu is None or self.du > 0

    def est_en_retard(self, jour: date) -> bool:
        return bool(self.court and self.limite and self.limite < jour)

    def dire(self, jour: date) -> tuple[str, str]:
        """The status and the words of its badge, as of a day."""
        if not self.court:
            return "signe", "Payé" if self.retenu else "Rien à payer"
        if self.limite is None:
            return "prevue", "Délai non fixé"
        reste = (self.limite - jour).days
        if reste < 0:
            return "refusee", f"En retard de {format_jours(-reste)}"
        mots = "À payer aujourd’hui" if reste == 0 else f"Reste {format_jours(reste)}"
        return ("propose" if reste <= ALERTE else "prevue"), mots


ALERTE = 20  # days left under which the badge draws attention


@dataclass(frozen=True)
class Delai:
    """The delay that the agreement sets, in days; None when it sets none."""

    jours: int | None

    def limite(self, demande_le: date) -> date | None:
        return None if self.jours is None else demande_le + timedelta(days=self.jours)

    def dire(self, demande_le: date, paye_le: date) -> tuple[str, str]:
        """The status and the words of a payment made: how long it took."""
        pris = (paye_le - demande_le).days
        if self.jours is not None and pris > self.jours:
            return "refusee", f"Payé en {format_jours(pris)}, {format_jours(pris - self.jours)} de trop"
        return "signe", f"Payé en {format_jours(pris)}"


def lire_delai(accord, jour: date) -> Delai:
    parametre = Parametre.objects.filter(accord=accord, code="paiement_delai_jours").valables_le(jour).first()
    return Delai(int(parametre.valeur) if parametre and parametre.valeur.isdecimal() else None)


def lire_echeances(operations: Iterable[Any], delai: Delai) -> dict[int, list[Echeance]]:
    """The clocks of each operation (annotated `with_soldes`), the oldest report first; two queries."""
    connues = {operation.pk: operation for operation in operations}
    bilans = BilanExecution.objects.filter(
        convention__operation__in=connues, convention__annulee_le__isnull=True, annule_le__isnull=True
    ).select_related("convention")
    controles = ControleServiceFait.objects.filter(bilan__in=bilans, annule_le__isnull=True)
    retenus = dict(controles.order_by().values_list("bilan", "ue_retenu"))
    par_operation = defaultdict(list)
    for bilan in bilans.order_by("depose_le", "numero"):
        par_operation[bilan.convention.operation_id].append(bilan)
    return {
        pk: _repartir(par_operation[pk], retenus, operation.solde_retenu, operation.solde_paye, delai)
        for pk, operation in connues.items()
    }


def _repartir(bilans, retenus: dict[int, Decimal], retenu: Decimal, paye: Decimal, delai: Delai) -> list[Echeance]:
    """Share what is paid between the reports, the oldest first, within what is retained in all."""
    echeances, cumul, couvert = [], ZERO, paye
    for bilan in bilans:
        part = retenus.get(bilan.pk)
        cumul += part or ZERO
        du = max(min(cumul, retenu) - couvert, ZERO)
        couvert += du
        echeances.append(Echeance(bilan, part, du, delai.limite(bilan.depose_le)))
    return echeances


def premiere_due(echeances: list[Echeance]) -> Echeance | None:
    """The oldest report of which something is left to pay."""
    return next((echeance for echeance in echeances if echeance.du > 0), None)


def a_payer(operations, delai: Delai) -> list[tuple[Any, Echeance, Decimal]]:
    """What is due on each of these operations, with the oldest clock and the whole amount, the most urgent first."""
    dues = list(operations.a_payer().for_list())
    echeances = lire_echeances(dues, delai)
    lignes = [
        (operation, premiere, operation.solde_retenu - operation.solde_paye)
        for operation in dues
        if (premiere := premiere_due(echeances[operation.pk]))
    ]
    return sorted(lignes, key=lambda ligne: (ligne[1].bilan.depose_le, ligne[0].numero))
