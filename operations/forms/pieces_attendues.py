"""The pieces that a call asks for: one row each; a row left empty asks for nothing."""

from typing import Any

from django import forms

from ..enums import TYPES_PIECE_DEMANDE, TypePiece
from ..models import PieceAttendue

LIGNES_LIBRES = 4


class PieceAttendueForm(forms.Form):
    type = forms.ChoiceField(
        label="Type", required=False, choices=[("", "Aucune"), *((t.value, t.label) for t in TYPES_PIECE_DEMANDE)]
    )
    libelle = forms.CharField(label="Nom de la pièce", required=False, max_length=200)
    obligatoire = forms.BooleanField(label="Obligatoire", required=False, initial=True)

    def clean(self):
        donnees = super().clean()
        type_lu, libelle = donnees.get("type"), donnees.get("libelle", "").strip()
        if libelle and not type_lu and "type" not in self.errors:
            self.add_error("type", f"Choisissez le type de la pièce « {libelle} ».")
        elif type_lu == TypePiece.AUTRE and not libelle:
            self.add_error("libelle", "Nommez cette autre pièce.")
        elif type_lu:
            donnees["libelle"] = libelle or TypePiece(type_lu).label
        return donnees


class PiecesAttenduesBase(forms.BaseFormSet):
    def clean(self):
        vues: set[str] = set()
        for form in self.forms:
            donnees = getattr(form, "cleaned_data", {})
            nom = donnees.get("libelle", "").casefold()
            if donnees.get("type") and nom in vues:
                form.add_error("libelle", f"« {donnees['libelle']} » figure déjà plus haut : précisez son nom.")
            vues.add(nom)

    def lire(self) -> list[PieceAttendue]:
        """The pieces typed, in their order, not saved."""
        lignes = [form.cleaned_data for form in self.forms if form.cleaned_data.get("type")]
        return [
            PieceAttendue(ordre=ordre, **{nom: ligne[nom] for nom in ("type", "libelle", "obligatoire")})
            for ordre, ligne in enumerate(lignes, 1)
        ]


_PiecesAttendues = forms.formset_factory(
    PieceAttendueForm, formset=PiecesAttenduesBase, extra=LIGNES_LIBRES, max_num=40, validate_max=True
)


def build_pieces_attendues(data, appel) -> Any:
    pieces = appel.pieces_attendues.all() if appel.pk else []
    initial = [{"type": p.type, "libelle": p.libelle, "obligatoire": p.obligatoire} for p in pieces]
    return _PiecesAttendues(data, initial=initial, prefix="pieces")
