"""Fields that read what people type: amounts, percentages, days."""

from decimal import Decimal

from django import forms

from accord.montants import MOINS, arrondir, format_nombre, format_note, lire_montant
from comptes.forms import JourField as JourField  # the forms of operations find all their fields here

MAXIMUM = Decimal("999999999999.99")
CENT = Decimal(100)
DIXIEME = Decimal("0.1")


class MontantField(forms.Field):
    """Euros typed as 1 234,5 or 1234.50, with any space; shown back as 1 234,50."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    suffixe = "€"
    default_error_messages = {
        "required": "Écrivez un montant.",
        "invalid": "Écrivez un montant en euros, par exemple 1 234,50.",
        "negatif": "Écrivez un montant positif ou nul.",
        "trop_grand": "Ce montant dépasse ce que le produit sait tenir.",
    }

    def __init__(self, *, max_digits=None, decimal_places=None, **kwargs):
        super().__init__(**kwargs)  # the precision is ours, whatever the model’s field says

    def to_python(self, value):
        try:
            montant = lire_montant(value or "")
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if montant is None:
            return None
        if montant < 0:
            raise forms.ValidationError(self.error_messages["negatif"], code="negatif")
        if montant > MAXIMUM:
            raise forms.ValidationError(self.error_messages["trop_grand"], code="trop_grand")
        return arrondir(montant)

    def prepare_value(self, value):
        return _ecrire(value)

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except forms.ValidationError:
            return True


class PourcentageField(forms.Field):
    """A share typed as 45,00 and kept as 0.4500."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    suffixe = "%"
    default_error_messages = {
        "required": "Écrivez un pourcentage.",
        "invalid": "Écrivez un pourcentage, par exemple 45,00.",
        "bornes": "Écrivez un pourcentage entre 0 et 100.",
    }

    def __init__(self, *, max_digits=None, decimal_places=None, **kwargs):
        super().__init__(**kwargs)

    def to_python(self, value):
        try:
            part = lire_montant((value or "").replace("%", ""))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if part is None:
            return None
        if not 0 <= part <= CENT:
            raise forms.ValidationError(self.error_messages["bornes"], code="bornes")
        return part / CENT

    def prepare_value(self, value):
        return _ecrire(value * CENT) if isinstance(value, Decimal) else value


def _ecrire(valeur):
    """Write a number the French way; what a person typed is left as it was."""
    if not isinstance(valeur, Decimal | int):
        return valeur
    return format_nombre(arrondir(Decimal(valeur))).replace(MOINS, "-")


class NoteField(forms.Field):
    """A mark typed as 3, 3,5 or 3.5, from 0 to its maximum, one decimal at most."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def __init__(self, *, maximum: int, **kwargs):
        super().__init__(**kwargs)
        self.maximum = maximum

    def to_python(self, value):
        try:
            note = lire_montant(str(value)) if value not in (None, "") else None
        except ValueError:
            raise forms.ValidationError("Écrivez une note, par exemple 3,5.", code="invalid") from None
        if note is None:
            return None
        if not 0 <= note <= self.maximum:
            raise forms.ValidationError(f"Donnez une note de 0 à {self.maximum}.", code="bornes")
        if note != note.quantize(DIXIEME):
            raise forms.ValidationError("Une décimale au plus, par exemple 3,5.", code="decimales")
        return note.quantize(DIXIEME)

    def prepare_value(self, value):
        return format_note(value) if isinstance(value, Decimal) else value
