"""What an instruction answers line by line: the demarcation, the grid of the call."""

from dataclasses import dataclass
from decimal import Decimal

from django import forms

from accord.fiche.regles import dire_criteres
from accord.montants import format_note
from accord.sources import ecrire_source

from ..enums import ReponseLigne
from ..grille import TotalGrille, compute_maximum
from ..models import Instruction, NoteInstruction, Operation, ReponseLignePartage
from ..partage import constater, lignes_concernees
from .champs import NoteField


@dataclass(frozen=True)
class LigneSaisie:
    """One line as it is answered: what it says, what the file shows of it, the two fields."""

    objet: object
    reponse: forms.BoundField
    justification: forms.BoundField
    criteres: str = ""
    constat: tuple[bool, str] | None = None


class PartageForm(forms.Form):
    """One answer per line of demarcation that binds the body; starts from those of the previous instruction."""

    def __init__(self, *args, operation: Operation, precedente: Instruction | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.operation, self.lignes_accord = operation, lignes_concernees(operation)
        donnees = {r.ligne_id: r for r in precedente.reponses.all()} if precedente else {}
        for ligne in self.lignes_accord:
            avant = donnees.get(ligne.pk)
            self.fields[f"partage_{ligne.pk}"] = forms.ChoiceField(
                label=ligne.regle,
                help_text=f"{ligne.texte} ({ecrire_source(ligne.source)})",
                choices=ReponseLigne.choices,
                widget=forms.RadioSelect,
                initial=avant.reponse if avant else None,
                error_messages={"required": f"Répondez pour « {ligne.regle} »."},
            )
            self.fields[f"partage_{ligne.pk}_justification"] = forms.CharField(
                label="Ce qui le montre",
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=avant.justification if avant else "",
            )

    @property
    def lignes(self) -> list[LigneSaisie]:
        return [
            LigneSaisie(
                ligne,
                self[f"partage_{ligne.pk}"],
                self[f"partage_{ligne.pk}_justification"],
                dire_criteres(ligne.criteres) if ligne.criteres else "",
                constater(ligne, self.operation),
            )
            for ligne in self.lignes_accord
        ]

    @property
    def est_repondu(self) -> bool:
        return all(ligne.reponse.value() for ligne in self.lignes)

    def clean(self):
        donnees = super().clean()
        for ligne in self.lignes_accord:
            nom = f"partage_{ligne.pk}"
            ecart = donnees.get(nom) == ReponseLigne.NON_RESPECTEE
            if ecart and not donnees.get(f"{nom}_justification", "").strip():
                self.add_error(
                    f"{nom}_justification", "Dites pourquoi la ligne n’est pas respectée et ce qui est prévu."
                )
        return donnees

    def build(self) -> list[ReponseLignePartage]:
        """The answers, unsaved."""
        return [
            ReponseLignePartage(
                ligne=ligne,
                reponse=self.cleaned_data[f"partage_{ligne.pk}"],
                justification=self.cleaned_data[f"partage_{ligne.pk}_justification"].strip(),
            )
            for ligne in self.lignes_accord
        ]


class GrilleForm(forms.Form):
    """A mark and its justification per criterion of the call; no field when the call has no grid."""

    def __init__(self, *args, operation: Operation, precedente: Instruction | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteres = list(operation.appel.criteres.all()) if operation.appel else []
        donnees = {n.critere_id: n for n in precedente.notes.all()} if precedente else {}
        for critere in self.criteres:
            avant = donnees.get(critere.pk)
            self.fields[f"note_{critere.pk}"] = NoteField(
                label=f"Note, {critere}",
                maximum=critere.note_max,
                initial=avant.note if avant else None,
                error_messages={"required": f"Notez « {critere} », de 0 à {critere.note_max}."},
            )
            self.fields[f"note_{critere.pk}_justification"] = forms.CharField(
                label=f"Justification, {critere}",
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=avant.justification if avant else "",
            )

    @property
    def lignes(self) -> list[LigneSaisie]:
        return [
            LigneSaisie(critere, self[f"note_{critere.pk}"], self[f"note_{critere.pk}_justification"])
            for critere in self.criteres
        ]

    def _lues(self) -> list[NoteInstruction]:
        """The marks that can be read now, typed or recorded."""
        notes = []
        for critere in self.criteres:
            try:
                note = self.fields[f"note_{critere.pk}"].clean(self[f"note_{critere.pk}"].value())
            except forms.ValidationError:
                continue
            notes.append(NoteInstruction(critere=critere, note=note))
        return notes

    @property
    def est_notee(self) -> bool:
        return len(self._lues()) == len(self.criteres)

    @property
    def total(self) -> TotalGrille:
        """What the marks read so far make, out of what the whole grid allows."""
        return TotalGrille(sum((note.points for note in self._lues()), Decimal(0)), compute_maximum(self.criteres))

    def clean(self):
        donnees = super().clean()
        for note in self.build() if not self.errors else []:
            if note.est_sous_le_seuil and not note.justification:
                self.add_error(
                    f"note_{note.critere.pk}_justification",
                    f"Justifiez une note sous {format_note(note.critere.seuil)}.",
                )
        return donnees

    def build(self) -> list[NoteInstruction]:
        """The marks, unsaved."""
        return [
            NoteInstruction(
                critere=critere,
                note=self.cleaned_data[f"note_{critere.pk}"],
                justification=self.cleaned_data[f"note_{critere.pk}_justification"].strip(),
            )
            for critere in self.criteres
        ]
