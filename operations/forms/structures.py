from django import forms
from django.db.models import Value
from stdnum.fr import siren as siren_module
from stdnum.fr import siret as siret_module

from accord.territoires import trouver_commune
from comptes.models import Organisme
from comptes.recherche import CleRecherche

from ..enums import RoleStructure
from ..models import Structure
from .contacts import build_contacts
from .vu import FormulaireVu


def verifier_siret(texte: str) -> str:
    """Return the fourteen digits of a SIRET typed with spaces; refuse one that does not exist."""
    siret = "".join((texte or "").split())
    if siret and not siret_module.is_valid(siret):
        raise forms.ValidationError("Ce SIRET n’existe pas : vérifiez ses quatorze chiffres, ou laissez le champ vide.")
    return siret


def verifier_siren(texte: str) -> str:
    """Return the nine digits of a SIREN typed with spaces; refuse one that does not exist."""
    siren = "".join((texte or "").split())
    if siren and not siren_module.is_valid(siren):
        raise forms.ValidationError("Ce SIREN n’existe pas : vérifiez ses neuf chiffres, ou laissez le champ vide.")
    return siren


class StructureForm(FormulaireVu):
    """A legal entity. A second one with the same name asks for a confirmation."""

    siret = forms.CharField(label="SIRET", required=False, help_text="Quatorze chiffres, espaces admis.")
    siren_declare = forms.CharField(label="SIREN", required=False, help_text="Neuf chiffres, sans SIRET connu.")
    roles = forms.MultipleChoiceField(
        label="Rôles",
        choices=RoleStructure,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ce que la structure est pour les opérations de l’accord.",
        error_messages={"required": "Choisissez au moins un rôle."},
    )
    commune = forms.CharField(
        label="Commune", required=False, help_text="Le nom d’une commune du département, par exemple Arras."
    )
    homonyme = forms.BooleanField(label="C’est une autre structure, qui porte le même nom", required=False)

    class Meta:
        model = Structure
        fields = [
            "nom",
            "siret",
            "siren_declare",
            "roles",
            "organisme",
            "adresse",
            "code_postal",
            "commune",
        ]
        labels = {"nom": "Nom", "organisme": "Organisme de l’accord"}
        error_messages = {"nom": {"required": "Écrivez le nom de la structure."}}

    def __init__(self, *args, accord, **kwargs):
        super().__init__(*args, **kwargs)
        self.accord = self.instance.accord = accord
        self.fields["organisme"].queryset = Organisme.objects.filter(parties__accord=accord).distinct()
        self.fields["organisme"].empty_label = "Aucun"
        self.fields["organisme"].label_from_instance = lambda organisme: organisme.nom
        self.initial["commune"] = self.instance.commune.nom if self.instance.commune else ""
        self.homonymes = []

        self.contacts = build_contacts(self.data if self.is_bound else None, self.instance)

    def is_valid(self):
        return super().is_valid() & self.contacts.is_valid()  # both are read, so that every error shows at once

    def imprimer(self, objet):
        return f"{super().imprimer(objet)} {_dire_contacts(objet.contacts.all())}"

    def comparer(self, actuel):
        enregistre, saisi = _dire_contacts(actuel.contacts.all()), _dire_contacts(self.contacts.lire())
        if enregistre == saisi:
            return []
        return [{"libelle": "Contacts", "enregistre": enregistre, "saisi": saisi}]

    def en_plus(self):
        return {"contacts": self.contacts.lire()}

    def clean_siret(self):
        siret = verifier_siret(self.cleaned_data["siret"])
        autre = Structure.objects.filter(accord=self.accord, siret=siret).exclude(pk=self.instance.pk).first()
        if siret and autre:
            raise forms.ValidationError(f"« {autre} » porte déjà ce SIRET.")
        return siret

    def clean_siren_declare(self):
        siren = verifier_siren(self.cleaned_data["siren_declare"])
        autre = Structure.objects.filter(accord=self.accord, siren_declare=siren).exclude(pk=self.instance.pk).first()
        if siren and autre:
            raise forms.ValidationError(f"« {autre} » porte déjà ce SIREN.")
        return siren

    def clean_code_postal(self):
        code = "".join(self.cleaned_data["code_postal"].split())
        if code and not (len(code) == 5 and code.isascii() and code.isdigit()):
            raise forms.ValidationError("Écrivez un code postal de cinq chiffres.")
        return code

    def clean_commune(self):
        nom = self.cleaned_data["commune"].strip()
        if not nom:
            return None
        trouvee = trouver_commune(self.accord, nom)
        if trouvee is None:
            raise forms.ValidationError("Aucune commune du département ne porte ce nom : vérifiez son orthographe.")
        return trouvee

    def clean(self):
        donnees = super().clean()
        nom = donnees.get("nom")
        if nom:
            memes = Structure.objects.filter(accord=self.accord, cle=CleRecherche(Value(nom.strip())))
            self.homonymes = list(memes.exclude(pk=self.instance.pk)[:5])
        if self.homonymes and not donnees.get("homonyme"):
            self.add_error("homonyme", "Une structure porte déjà ce nom. Cochez si c’en est une autre.")
        return donnees

    @property
    def montre_homonyme(self) -> bool:
        return bool(self.homonymes)


def _dire_contacts(contacts) -> str:
    dits = [", ".join(filter(None, [c.nom, c.fonction, c.courriel, c.telephone])) for c in contacts]
    return " ; ".join(dits) or "aucun"
