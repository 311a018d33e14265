"""One form per act of the life of an operation."""

from typing import Any

from django import forms
from django.utils import timezone

from accord.enums import CodeFonds
from accord.montants import format_date

from ..conflits import dire_porteur_interne
from ..enums import AvisInstruction
from ..models import Instruction
from .champs import JourField
from .surprogrammation import DepassementMixin


class ActeForm(forms.Form):
    """An act has its day, today unless said otherwise, never one to come nor before the step it follows."""

    jour = "le"
    pas_avant = None

    def __init__(self, *args, pas_avant=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.pas_avant = pas_avant
        self.initial.setdefault(self.jour, timezone.localdate())

    def clean(self):
        donnees = super().clean()
        verifier_jour(self, donnees.get(self.jour))
        return donnees


def verifier_jour(form, jour) -> None:
    if jour and jour > timezone.localdate():
        form.add_error(form.jour, "Choisissez une date qui n’est pas à venir.")
    elif jour and form.pas_avant and jour < form.pas_avant:
        form.add_error(form.jour, f"Choisissez une date à partir du {format_date(form.pas_avant)}, étape précédente.")


def motif_field(label: str, aide: str, required: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=aide,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": required},
    )


class RecevableForm(ActeForm):
    """Every mandatory piece of the call is ticked as received."""

    le = JourField(label="Recevable le")
    pieces_recues = forms.MultipleChoiceField(
        label="Pièces reçues",
        help_text="Cochez chaque pièce reçue et lisible. Celles de l’onglet Pièces le sont déjà.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    motif_duree = forms.CharField(
        label="Pourquoi elle est recevable avec cette durée",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Il figure dans l’historique de l’opération.",
        error_messages={"required": "Dites pourquoi cette durée est admise, ou faites corriger les dates."},
    )

    field_order = ["pieces_recues", "motif_duree", "le"]

    def __init__(self, *args, pieces, hors_duree, **kwargs):
        """`hors_duree`: how its length leaves the bounds of the call, in words; empty when it does not."""
        super().__init__(*args, **kwargs)
        if not hors_duree:
            del self.fields["motif_duree"]
        self.pieces = pieces
        if pieces:
            self.fields["pieces_recues"].choices = [(piece, piece) for piece in pieces]
            self.fields["pieces_recues"].required = True
            self.fields["pieces_recues"].error_messages["required"] = self._manque(pieces)
        else:
            del self.fields["pieces_recues"]

    @staticmethod
    def _manque(pieces) -> str:
        return "Il manque : " + " ; ".join(pieces) + ". Réclamez-les au bénéficiaire, cochez-les à réception."

    def clean_pieces_recues(self):
        recues = self.cleaned_data["pieces_recues"]
        manquantes = [piece for piece in self.pieces if piece not in recues]
        if manquantes:
            raise forms.ValidationError(self._manque(manquantes))
        return recues


class IrrecevableForm(ActeForm):
    le = JourField(label="Irrecevable le")
    motif = motif_field(
        "Pourquoi la demande est irrecevable",
        "Le bénéficiaire en est informé.",
        "Dites pourquoi la demande est irrecevable.",
    )


class ReouvertureForm(ActeForm):
    """An instructed file goes back to its instruction."""

    le = JourField(label="Rouverte le")
    motif = motif_field(
        "Pourquoi rouvrir l’instruction", "Il figure dans l’historique de l’opération.", "Donnez le motif."
    )


class RetraitForm(ActeForm):
    """An operation is given up, or taken back from programming."""

    le = JourField(label="À la date du", help_text="Les montants libérés le sont ce jour-là ; le passé reste écrit.")
    motif = motif_field("Motif", "Il figure dans l’historique de l’opération.", "Donnez le motif.")


class DecisionBaseForm(ActeForm):
    jour = "decidee_le"
    instance = forms.CharField(
        label="Instance",
        max_length=150,
        help_text="Celle de votre organisme, par exemple commission permanente.",
        error_messages={"required": "Indiquez l’instance qui a décidé."},
    )
    decidee_le = JourField(label="Décidée le")


class ProgrammerForm(DepassementMixin, DecisionBaseForm):
    """Above what the envelope has left, the excess is shown and must be ticked."""


class DecisionForm(DecisionBaseForm):
    """An unfavourable decision, or an adjournment."""

    motif = motif_field("Motif", "Le bénéficiaire en est informé.", "Donnez le motif de la décision.")


class InstructionForm(forms.ModelForm):
    """Above the maximum rate of the call, `exces` is shown and must be ticked: `exces_vu`, in euros."""

    jour = "conclue_le"
    lu = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the last line of the journal that was read
    au_dela_du_taux = forms.BooleanField(
        label="Instruire au-delà du taux de l’appel",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    exces_vu = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=14, decimal_places=2)

    class Meta:
        model = Instruction
        fields = [
            "lien_transition",
            "rapport",
            "avis",
            "conclue_le",
            "mesure_conflit",
            "est_sans_conflit",
        ]
        field_classes = {"conclue_le": JourField}
        widgets = {
            "lien_transition": forms.Textarea(attrs={"rows": 3}),
            "mesure_conflit": forms.Textarea(attrs={"rows": 3}),
            "rapport": forms.Textarea(attrs={"rows": 8}),
        }
        labels = {
            "lien_transition": "Lien avec la transition",
            "rapport": "Rapport d’instruction",
            "avis": "Avis",
            "conclue_le": "Instruction conclue le",
            "mesure_conflit": "Ce qui sépare l’instructeur et le porteur",
            "est_sans_conflit": "Je n’ai aucun conflit d’intérêts avec ce bénéficiaire ni avec cette opération",
        }
        help_texts = {
            "mesure_conflit": "Qui porte l’opération, dans quel service ; qui l’instruit ; qui décide.",
            "lien_transition": "Pour le FTJ : ce que l’opération apporte aux territoires en transition.",
            "rapport": "Éligibilité, moyens, coûts, publics, part des quartiers prioritaires.",
            "est_sans_conflit": "Sinon, confiez le dossier à un collègue.",
        }
        error_messages = {
            "rapport": {"required": "Rédigez le rapport d’instruction."},
            "avis": {"required": "Choisissez un avis."},
            "conclue_le": {"required": "Donnez la date de conclusion."},
        }

    def __init__(self, *args, operation, pas_avant, precedente, lu=None, exces=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.pas_avant = pas_avant
        self._montrer(exces)
        self._reprendre(precedente)
        self.initial["lu"] = lu
        champs = self.fields
        champs["avis"].choices = [("", "Choisir un avis"), *AvisInstruction.choices]
        champs["est_sans_conflit"].required = True
        champs["est_sans_conflit"].error_messages["required"] = (
            "Déclarez l’absence de conflit d’intérêts, ou confiez le dossier à un collègue."
        )
        if operation.enveloppe.fonds.code == CodeFonds.FTJ:
            champs["lien_transition"].required = True
            champs["lien_transition"].error_messages["required"] = "Dites le lien de l’opération avec la transition."
        else:
            del champs["lien_transition"]
        if dire_porteur_interne(operation):
            champs["mesure_conflit"].required = True
            champs["mesure_conflit"].error_messages["required"] = "Dites ce qui sépare l’instructeur et le porteur."
        else:
            del champs["mesure_conflit"]
        if not self.initial.get("conclue_le"):
            self.initial["conclue_le"] = timezone.localdate()

    def _reprendre(self, precedente: Instruction | None) -> None:
        """Start from what the previous instruction said; the conflict of interest is declared anew each time."""
        for nom in ("lien_transition", "rapport", "avis", "mesure_conflit"):
            if precedente:
                self.initial[nom] = getattr(precedente, nom)

    def _montrer(self, exces) -> None:
        """Show the excess as it is now; when it has grown since it was ticked, it is to be ticked anew."""
        self.initial["exces_vu"] = exces
        if not self.is_bound:
            return
        try:
            vu = self.fields["exces_vu"].clean(self.data.get("exces_vu"))
        except forms.ValidationError:
            vu = None
        donnees: Any = self.data
        self.data = donnees = donnees.copy()
        donnees["exces_vu"] = str(exces or "")
        if exces and exces > (vu or 0):
            donnees.pop("au_dela_du_taux", None)

    @property
    def exces_accepte(self):
        """The excess that was shown and ticked, in euros."""
        return self.cleaned_data["exces_vu"] if self.cleaned_data["au_dela_du_taux"] else None

    def clean(self):
        donnees = super().clean()
        verifier_jour(self, donnees.get("conclue_le"))
        return donnees
