from datetime import date

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F
from django.utils import timezone

from .enums import Role
from .models import COMPTE_EXISTANT, Habilitation, Organisme, Utilisateur
from .recherche import CleRecherche


class JourInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class JourField(forms.DateField):
    """A day, from the calendar of the browser or typed as 30/06/2026."""

    widget = JourInput
    default_error_messages = {
        "required": "Donnez une date.",
        "invalid": "Donnez une date qui existe, par exemple 30/06/2026.",
    }

    def __init__(self, **kwargs):
        hors_bornes = "Choisissez une date entre 2000 et 2099."
        super().__init__(
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            validators=[
                MinValueValidator(date(2000, 1, 1), hors_bornes),
                MaxValueValidator(date(2099, 12, 31), hors_bornes),
            ],
            **kwargs,
        )


class CompteForm(forms.ModelForm):
    """Who the person is. `vu` carries what the page showed, so that a stale form is refused."""

    vu = forms.JSONField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Utilisateur
        fields = ["prenom", "nom", "email"]
        help_texts = {"email": "L’adresse professionnelle\u00a0: elle sert à se connecter et reçoit les courriels."}
        error_messages = {
            "prenom": {"required": "Écrivez le prénom."},
            "nom": {"required": "Écrivez le nom."},
            "email": {
                "required": "Écrivez l’adresse électronique.",
                "invalid": "Écrivez une adresse complète, par exemple nom@organisme.fr.",
            },
        }

    def clean_email(self):
        """Say here that the address is taken: the field and its constraint would each say it."""
        email = self.cleaned_data["email"].strip().lower()
        if Utilisateur.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(COMPTE_EXISTANT, code="unique")
        return email


class HabilitationForm(forms.ModelForm):
    class Meta:
        model = Habilitation
        fields = ["organisme", "role", "debut_le", "fin_le", "motif"]
        widgets = {"debut_le": JourInput(), "fin_le": JourInput()}
        labels = {"fin_le": "Jusqu’au"}
        help_texts = {
            "role": "Ce que chaque rôle permet est expliqué sur cette page.",
            "fin_le": "Ce jour est compris. Obligatoire pour un mandat d’audit.",
            "motif": "Lettre de mission, délégation, remplacement.",
        }
        error_messages = {
            "organisme": {"required": "Choisissez un organisme."},
            "role": {"required": "Choisissez un rôle."},
            "debut_le": {"required": "Donnez le premier jour.", "invalid": "Donnez une date, par exemple 01/09/2026."},
            "fin_le": {"invalid": "Donnez une date, par exemple 31/12/2026."},
        }

    def __init__(self, *args, auteur, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisme"].queryset = Organisme.objects.administres_par(auteur, Role.ADMINISTRATEUR)
        self.fields["organisme"].label_from_instance = lambda organisme: organisme.nom
        self.fields["organisme"].empty_label = "Choisir un organisme"
        self.fields["role"].choices = [("", "Choisir un rôle"), *Role.choices]
        if not self.initial.get("debut_le"):
            self.initial["debut_le"] = timezone.localdate()

    def clean(self):
        donnees = super().clean()
        if donnees.get("role") == Role.AUDITEUR and not donnees.get("fin_le") and "fin_le" not in self.errors:
            self.add_error("fin_le", "Donnez la date de fin du mandat d’audit.")
        debut, fin = donnees.get("debut_le"), donnees.get("fin_le")
        if debut and fin and fin < debut:
            self.add_error("fin_le", "Choisissez une date de fin qui ne précède pas le début.")
        return donnees


class ClotureForm(forms.Form):
    fin_le = forms.DateField(
        label="Dernier jour",
        widget=JourInput(),
        help_text="Ce jour est compris. La date d’hier met fin au rôle tout de suite ; "
        "un rôle qui commence aujourd’hui ou plus tard est alors retiré.",
        error_messages={"required": "Donnez le dernier jour."},
    )
    motif = forms.CharField(
        label="Pourquoi", max_length=200, required=False, help_text="Départ, changement de fonction, fin de mandat."
    )


class FermetureForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi ce compte est fermé",
        max_length=200,
        help_text="Départ, compte ouvert par erreur, accès compromis. Cette phrase reste dans l’historique.",
        error_messages={"required": "Dites pourquoi ce compte est fermé."},
    )


ETATS = [
    ("ouvert", "Compte ouvert"),
    ("ferme", "Compte fermé"),
    ("invite", "Jamais connecté"),
    ("sans_role", "Sans rôle aujourd’hui"),
]
TRIS = {
    "nom": [CleRecherche("nom"), CleRecherche("prenom")],
    "-nom": [CleRecherche("nom").desc(), CleRecherche("prenom").desc()],
    "connexion": [F("last_login").asc(nulls_first=True)],
    "-connexion": [F("last_login").desc(nulls_last=True)],
}


class UtilisateurFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Nom, adresse électronique", method="filtrer_texte", widget=forms.SearchInput)
    organisme = django_filters.ModelChoiceFilter(
        label="Organisme", queryset=Organisme.objects.none(), method="filtrer_organisme", empty_label="Tous"
    )
    role = django_filters.ChoiceFilter(label="Rôle", choices=Role, method="filtrer_role", empty_label="Tous")
    etat = django_filters.ChoiceFilter(label="État", choices=ETATS, method="filtrer_etat", empty_label="Tous")
    tri = django_filters.ChoiceFilter(
        choices=[(cle, cle) for cle in TRIS], method="trier", widget=forms.HiddenInput, empty_label=None
    )

    class Meta:
        model = Utilisateur
        fields: list[str] = []

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.organismes = Organisme.objects.administres_par(user)
        self.filters["organisme"].queryset = self.organismes
        self.filters["organisme"].field.label_from_instance = lambda organisme: organisme.nom_court

    def trier(self, queryset, name, tri):
        return queryset.order_by(*TRIS[tri], "pk")

    def filtrer_texte(self, queryset, name, valeur):
        return queryset.recherche(valeur)

    def filtrer_organisme(self, queryset, name, organisme):
        return queryset.avec_role_en_cours(organisme=organisme, **self._role())

    def filtrer_role(self, queryset, name, role):
        # with an organisation, its filter asks for this role there: not one role here and another elsewhere
        return queryset.avec_role_en_cours(role=role, organisme__in=self.organismes.values("pk"))

    def _role(self):
        role = self.form.cleaned_data.get("role")
        return {"role": role} if role else {}

    def filtrer_etat(self, queryset, name, etat):
        if etat == "sans_role":
            ids = queryset.avec_role_en_cours(organisme__in=self.organismes.values("pk")).values("pk")
            return queryset.exclude(pk__in=ids)
        return queryset.filter(
            **{
                "ouvert": {"is_active": True},
                "ferme": {"is_active": False},
                "invite": {"is_active": True, "last_login": None},
            }[etat]
        )
