"""Ask, answer, ask again, conclude."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from .champs import JourField

DELAI_PROPOSE = timedelta(days=15)  # offered in the form, free to change


def texte_field(label: str, aide: str, required: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=aide,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": required},
    )


class _Echeance(forms.Form):
    echeance_le = JourField(label="Réponse attendue le", help_text="L’organisme voit cette date dans ce qui l’attend.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("echeance_le", timezone.localdate() + DELAI_PROPOSE)

    def clean_echeance_le(self):
        echeance = self.cleaned_data["echeance_le"]
        if echeance < timezone.localdate():
            raise forms.ValidationError("Choisissez une date à partir d’aujourd’hui.")
        return echeance


class QuestionForm(_Echeance):
    organisme = forms.ModelChoiceField(
        None, label="Au nom de", empty_label=None, error_messages={"required": "Dites au nom de qui vous demandez."}
    )
    objet = forms.CharField(
        label="Objet",
        help_text="En quelques mots, pour la liste.",
        max_length=150,
        error_messages={"required": "Donnez un objet à votre question."},
    )
    texte = texte_field(
        "Votre question",
        "Elle est lue par l’organisme qui gère l’opération et par l’État. N’y nommez aucun participant.",
        "Écrivez votre question.",
    )
    field_order = ["organisme", "objet", "texte", "echeance_le"]

    def __init__(self, *args, organismes, **kwargs):
        super().__init__(*args, **kwargs)
        if len(organismes) == 1:
            del self.fields["organisme"]
            self.seul = organismes[0]
        else:
            champ = self.fields["organisme"]
            champ.queryset = type(organismes[0]).objects.filter(pk__in=[o.pk for o in organismes])
            self.seul = None

    @property
    def au_nom_de(self):
        return self.seul or self.cleaned_data["organisme"]


class ReponseForm(forms.Form):
    texte = texte_field("Votre réponse", "Elle est envoyée au nom de votre organisme.", "Écrivez votre réponse.")


class RelanceForm(_Echeance):
    texte = texte_field("Ce que vous attendez encore", "", "Dites ce que vous attendez encore.")
    field_order = ["texte", "echeance_le"]


class ClotureForm(forms.Form):
    texte = texte_field(
        "Votre conclusion", "Le fil s’arrête ici. Vous pourrez le relancer.", "Dites ce que vous concluez."
    )
