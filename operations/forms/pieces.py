"""Send pieces, replace one, withdraw one."""

from pathlib import PurePosixPath

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from ..enums import TypePiece
from ..fichiers import FORMATS
from ..pieces import Attendue, famille
from .actes import motif_field

PARTIES = list(dict.fromkeys(famille(t) for t in TypePiece.values))
TYPES = [(p, [(t.value, t.label) for t in TypePiece if famille(t.value) == p]) for p in PARTIES]
EXTENSIONS = ",".join(f".{extension}" for f in FORMATS.values() for extension in f.extensions)


class FichierInput(forms.FileInput):
    """Offers the accepted formats, and tells the page how much a file may weigh (pieces.js)."""

    def __init__(self, attrs=None):
        super().__init__({"accept": EXTENSIONS, **(attrs or {})})

    def get_context(self, name, value, attrs):
        return super().get_context(name, value, {**(attrs or {}), "data-taille-max": settings.PIECE_TAILLE_MAX})


class FichiersInput(FichierInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FichierField(forms.FileField):
    """The content is judged by the service; an empty file as well, in its own words."""

    widget = FichierInput

    def __init__(self, **kwargs):
        super().__init__(allow_empty_file=True, error_messages={"required": "Choisissez un fichier."}, **kwargs)


class FichierPossible(FichierField):
    """One field among others: the form as a whole needs a file, so its label does not say « facultatif »."""

    def clean(self, data, initial=None):
        return super().clean(data, initial) if data else None


class FichiersField(FichierField):
    """Several files at once."""

    widget = FichiersInput

    def clean(self, data, initial=None):
        return [super(FichiersField, self).clean(un, initial) for un in data or []]


class TypeField(forms.ChoiceField):
    """Needed as soon as a file goes with it."""

    def clean(self, value):
        return super().clean(value) if value else ""


class DepotPiecesForm(forms.Form):
    """One field for each piece that is missing, and a group for the others."""

    use_required_attribute = False
    type = TypeField(label="Type de pièce", choices=[("", "Choisir un type"), *TYPES])
    libelle = forms.CharField(
        label="Nom de la pièce",
        help_text="Vide, la pièce prend le nom de son type, ou du fichier s’il y en a plusieurs.",
        max_length=200,
        required=False,
    )
    fichiers = FichiersField(label="Fichiers", help_text="Plusieurs fichiers à la fois si besoin.")

    def __init__(self, *args, attendues: list[Attendue], **kwargs):
        super().__init__(*args, **kwargs)
        self.attendues = {a.cle: a for a in attendues}
        for attendue in attendues:
            self.fields[attendue.cle] = FichierPossible(label=attendue.libelle)

    @property
    def champs_attendus(self):
        return [self[cle] for cle in self.attendues if cle in self.fields]

    def clean(self):
        donnees = super().clean()
        fichiers = donnees.get("fichiers") or []
        if fichiers and not donnees.get("type"):
            self.add_error("type", "Choisissez le type de ces fichiers.")
        if len(fichiers) > 1 and donnees.get("libelle"):
            self.add_error(
                "libelle", "Un nom vaut pour un seul fichier. Laissez-le vide\u00a0: chaque pièce prend celui du sien."
            )
        return donnees

    def verifier_presence(self, deposees: list) -> None:
        """Refuse an empty sending; what was refused already has its own words."""
        if not self.errors and not deposees:
            self.add_error("fichiers", "Choisissez au moins un fichier, ici ou en face d’une pièce attendue.")

    def envois(self) -> list[tuple[str, dict]]:
        """What to keep: the field it came from, and the words of the service."""
        envois = []
        for cle, attendue in self.attendues.items():
            if fichier := self.cleaned_data.get(cle):
                envois.append(
                    (
                        cle,
                        {
                            "fichier": fichier,
                            "type": attendue.type,
                            "libelle": attendue.libelle,
                            **attendue.objets,
                        },
                    )
                )
        douteux = {"type", "libelle"} & set(self.errors)
        fichiers = [] if douteux else self.cleaned_data.get("fichiers") or []
        for fichier in fichiers:
            libelle = self.cleaned_data.get("libelle", "")
            if len(fichiers) > 1:
                libelle = PurePosixPath(fichier.name).stem
            envois.append(("fichiers", {"fichier": fichier, "type": self.cleaned_data["type"], "libelle": libelle}))
        return envois


class VersionPieceForm(forms.Form):
    fichier = FichierField(label="Nouveau fichier", help_text="La version précédente reste consultable.")


class RetraitPieceForm(forms.Form):
    motif = motif_field("Motif", "Il figure dans l’historique de l’opération.", "Donnez le motif.")


def reporter_refus(form: forms.Form, champ: str, refus: ValidationError) -> None:
    """Put the words of the service on the field that sent the file."""
    form.add_error(champ if champ in form.fields else None, refus.messages)
