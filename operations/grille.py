"""The weighted total of an instruction grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from accord.montants import INSECABLE, format_note

from .models import CritereInstruction, NoteInstruction


@dataclass(frozen=True)
class TotalGrille:
    """Points obtained out of those possible: each mark times the weight of its criterion."""

    obtenu: Decimal
    maximum: int

    @property
    def part(self) -> Decimal:
        return self.obtenu / self.maximum

    def __str__(self):
        return f"{format_note(self.obtenu)} sur{INSECABLE}{self.maximum}"


def compute_total(notes: Iterable[NoteInstruction]) -> TotalGrille | None:
    """The total of these marks, with their criteria at hand; None without any."""
    notes = list(notes)
    if not notes:
        return None
    return TotalGrille(
        sum((note.points for note in notes), Decimal(0)), compute_maximum(note.critere for note in notes)
    )


def compute_maximum(criteres: Iterable[CritereInstruction]) -> int:
    return sum(critere.note_max * critere.poids for critere in criteres)
