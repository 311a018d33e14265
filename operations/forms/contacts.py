"""The contacts of a structure: one row each; a row left empty says nobody."""

from typing import Any

from django import forms

from ..models import ContactStructure

LIGNES_LIBRES = 2
CHAMPS = ["nom", "fonction", "courriel", "telephone"]


class ContactForm(forms.Form):
    nom = forms.CharField(label="Nom", required=False, max_length=120)
    fonction = forms.CharField(label="Fonction", required=False, max_length=120)
    courriel = forms.EmailField(
        label="Adresse électronique",
        required=False,
        error_messages={"invalid": "Écrivez une adresse complète, par exemple nom@structure.fr."},
    )
    telephone = forms.CharField(label="Téléphone", required=False, max_length=20)

    def lire(self) -> dict[str, str]:
        return {nom: self.cleaned_data.get(nom, "") for nom in CHAMPS}


class ContactsBase(forms.BaseFormSet):
    def lire(self) -> list[ContactStructure]:
        """The contacts typed, in their order, not saved."""
        lignes = [ligne for ligne in (form.lire() for form in self.forms) if any(ligne.values())]
        return [ContactStructure(ordre=ordre, **ligne) for ordre, ligne in enumerate(lignes, 1)]


_Contacts = forms.formset_factory(ContactForm, formset=ContactsBase, extra=LIGNES_LIBRES, max_num=20, validate_max=True)


def build_contacts(data, structure) -> Any:
    contacts = structure.contacts.all() if structure.pk else []
    initial = [{nom: getattr(contact, nom) for nom in CHAMPS} for contact in contacts]
    return _Contacts(data, initial=initial, prefix="contacts")
