"""What a page of figures is asked for: its dates and its scope, read from the URL."""

from dataclasses import dataclass, replace
from datetime import date

from django import forms
from django.utils import timezone

from operations.forms.champs import JourField


@dataclass(frozen=True)
class Perimetre:
    """Dates and scope of a page. `reference` is the comparison date; None where nothing was asked.

    `reference_connue_le` compares with what was known by the end of that day: at the same date, or at `reference`.
    """

    au: date
    reference: date | None = None
    connu_le: date | None = None
    reference_connue_le: date | None = None
    organisme: str = ""
    fonds: str = ""

    @property
    def compare(self) -> bool:
        return bool(self.reference or self.reference_connue_le)

    @property
    def compare_a(self) -> "Perimetre":
        """The same scope as it is compared with."""
        return replace(
            self,
            au=self.reference or self.au,
            connu_le=self.reference_connue_le or self.connu_le,
            reference=None,
            reference_connue_le=None,
        )


class PerimetreForm(forms.Form):
    """The band above the figures. A field that cannot be read keeps its message; the page falls back on its default."""

    au = JourField(required=False, label="Situation au")
    reference = JourField(required=False, label="Comparer au")
    connu_le = JourField(required=False, label="Telle que connue le")
    reference_connue_le = JourField(required=False, label="Comparer à l’état connu le")
    organisme = forms.ChoiceField(label="Organisme", required=False)
    fonds = forms.ChoiceField(label="Fonds", required=False)

    def __init__(self, *args, enveloppes, **kwargs):
        super().__init__(*args, **kwargs)
        organismes = {e.organisme.code: str(e.organisme) for e in enveloppes}
        fonds = {e.fonds.code: str(e.fonds) for e in enveloppes}
        tous = {0: "Aucun organisme", 1: "Un organisme", 2: "Les deux organismes"}
        self.fields["organisme"].choices = [
            ("", tous.get(len(organismes), "Tous les organismes")),
            *organismes.items(),
        ]
        self.fields["fonds"].choices = [
            ("", f"{' et '.join(fonds.values())}, séparés" if len(fonds) > 1 else "Tous les fonds"),
            *fonds.items(),
        ]
        for champ in ("organisme", "fonds"):
            self.fields[champ].error_messages["invalid_choice"] = "Ce choix n’existe pas\u00a0: reprenez dans la liste."

    def perimetre(self) -> Perimetre:
        """Return what could be read; today where no date could."""
        self.is_valid()
        lu = {nom: valeur for nom, valeur in self.cleaned_data.items() if valeur}
        lu.setdefault("au", timezone.localdate())
        return Perimetre(**lu)


class QpvForm(PerimetreForm):
    """Persons have one state only, that of today: nothing is compared, nor read as it was known."""

    reference = None
    connu_le = None
    reference_connue_le = None


class IndicateursForm(PerimetreForm):
    """Persons have one state only, that of today. Without a day, the page chooses the one that the person reads."""

    reference = None
    connu_le = None
    reference_connue_le = None
    objectif = forms.ChoiceField(label="Objectif spécifique", required=False)
    operation = forms.CharField(label="Opération, par son numéro", required=False, max_length=20)
    field_order = ["au", "fonds", "organisme", "objectif", "operation"]

    def __init__(self, *args, enveloppes, objectifs, **kwargs):
        super().__init__(*args, enveloppes=enveloppes, **kwargs)
        self.fields["objectif"].choices = [("", "Tous les objectifs"), *((o.code, str(o)) for o in objectifs)]
        self.fields["objectif"].error_messages["invalid_choice"] = (
            "Ce choix n’existe pas\u00a0: reprenez dans la liste."
        )

    @property
    def demande(self) -> dict:
        """What could be read, each empty where nothing was asked."""
        self.is_valid()
        return {nom: self.cleaned_data.get(nom) or "" for nom in self.fields}
