"""An operation as it stood at the end of a past day, from its dated acts. What has no date is read as it is today."""

from dataclasses import dataclass
from datetime import date

from .enums import SensDecision, SensRecevabilite, Statut, VersionPlan
from .models import Instruction, Operation, PlanFinancement

RECEVABILITES = {
    SensRecevabilite.RECEVABLE: Statut.RECEVABLE,
    SensRecevabilite.IRRECEVABLE: Statut.IRRECEVABLE,
}
DECISIONS = {
    SensDecision.FAVORABLE: Statut.PROGRAMMEE,
    SensDecision.DEFAVORABLE: Statut.REFUSEE,
    SensDecision.AJOURNEE: Statut.AJOURNEE,
}
ETAPES_CONVENTION = [
    ("notifiee_le", Statut.CONVENTIONNEE),
    ("demarree_le", Statut.EN_EXECUTION),
    ("achevee_le", Statut.ACHEVEE),
    ("soldee_le", Statut.SOLDEE),
    ("resiliee_le", Statut.RESILIEE),
]
# to prefetch
ACTES = ["recevabilites", "instructions__reponses__ligne", "decisions", "plans", "conventions"]
INFINI = float("inf")  # the dates of the operation come after those of the rows they repeat


@dataclass(frozen=True)
class Etat:
    """`statut` is None before the deposit; `dates` are the latest day of each step, `suites` the acts of later days."""

    statut: Statut | None
    dates: dict[Statut, date]
    instruction: Instruction | None
    plan_instruit: PlanFinancement | None
    suites: list[tuple[Statut, date]]


def _lire_actes(operation: Operation) -> list[tuple[date, Statut]]:
    """Each step with its day, in order; within a day, in the order of the life of a file, the present one last.

    A step handed back counts until that day; a decision undone, an error of entry, counts at no date.
    """
    actes: list[tuple[tuple, Statut]] = [((operation.deposee_le, 0), Statut.DEPOSEE)]
    for r in operation.recevabilites.all():
        actes.append(((r.prononcee_le, 1, r.pk, 0), RECEVABILITES[SensRecevabilite(r.sens)]))
        if r.reprise_le:
            actes.append(((r.reprise_le, 1, r.pk, 1), Statut.DEPOSEE))
    for i in operation.instructions.all():
        actes.append(((i.conclue_le, 2, i.pk, 0), Statut.INSTRUITE))
        if i.rouverte_le:
            actes.append(((i.rouverte_le, 2, i.pk, 1), Statut.RECEVABLE))
    for d in operation.decisions.all():
        if d.annulee_le is None:
            actes.append(((d.decidee_le, 3, d.pk), DECISIONS[SensDecision(d.sens)]))
    for rang, (champ, statut) in enumerate(
        [
            ("recevable_le", Statut.RECEVABLE),
            ("instruite_le", Statut.INSTRUITE),
            ("programmee_le", Statut.PROGRAMMEE),
        ],
        start=1,
    ):
        if jour := getattr(operation, champ):
            actes.append(((jour, rang, INFINI), statut))
    convention = operation.conventions.courante()
    for rang, (champ, statut) in enumerate(ETAPES_CONVENTION, start=4):
        if convention and (jour := getattr(convention, champ)):
            # a start attested before the notification counts from the notification, as the status does
            actes.append(((max(jour, convention.notifiee_le), rang), statut))
    actes.append(((operation.statut_depuis_le, 9), Statut(operation.statut)))
    derniers = dict.fromkeys((cle[0], statut) for cle, statut in sorted(actes, reverse=True))
    return list(reversed(derniers))


def lire_etat(operation: Operation, au: date) -> Etat:
    """Tell where an operation stood at the end of a day. Reads `ACTES`, in memory when they are prefetched."""
    actes = _lire_actes(operation)
    dates = {statut: jour for jour, statut in actes if jour <= au}
    passes = [statut for jour, statut in actes if jour <= au]
    instructions = list(operation.instructions.all())  # latest first
    plans = sorted(
        (plan for plan in operation.plans.all() if plan.version == VersionPlan.INSTRUIT), key=lambda plan: plan.numero
    )
    a_venir = sum(instruction.conclue_le > au for instruction in instructions)  # each came with its plan
    plans = plans[: max(len(plans) - a_venir, 0)] if Statut.INSTRUITE in dates else []
    return Etat(
        passes[-1] if passes else None,
        dates,
        _instruction_le(instructions, au),
        plans[-1] if plans else None,
        [(statut, jour) for jour, statut in actes if jour > au],
    )


def _instruction_le(instructions: list[Instruction], au: date) -> Instruction | None:
    """The latest instruction concluded by a day, unless it was reopened since: its opinion no longer holds."""
    derniere = next((instruction for instruction in instructions if instruction.conclue_le <= au), None)
    reprise = derniere and derniere.rouverte_le and derniere.rouverte_le <= au
    return None if reprise else derniere
