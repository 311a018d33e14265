"""Money paid to the beneficiary and taken back, and the settlement."""

from decimal import Decimal
from typing import Any

from django import forms

from accord.montants import INSECABLE, format_euros

from ..enums import NaturePaiement
from .actes import ActeForm, motif_field
from .champs import JourField, MontantField
from .vu import EtatVuMixin


class PaiementForm(ActeForm):
    """`possibles`: the most that each nature allows now, in euros; `propose`: the amount written first."""

    jour = "paye_le"
    nature = forms.ChoiceField(
        label="Nature", widget=forms.RadioSelect, error_messages={"required": "Choisissez la nature du paiement."}
    )
    montant = MontantField(label="Montant payé")
    paye_le = JourField(label="Payé le", help_text="Date du mandatement.")
    demande_le = JourField(
        label="Demandé le",
        required=False,
        help_text="Dépôt du bilan ou de la demande\u00a0: le délai de paiement court depuis ce jour.",
    )
    reference = forms.CharField(label="Référence du mandat", max_length=60, required=False)

    def __init__(self, *args, possibles: dict[NaturePaiement, Decimal], **kwargs):
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["nature"]
        champ.choices = [
            (nature.value, f"{nature.label}{INSECABLE}: {format_euros(maximum)} au plus")
            for nature, maximum in possibles.items()
        ]

    def clean(self):
        donnees = super().clean()
        demande, paye = donnees.get("demande_le"), donnees.get("paye_le")
        if demande and paye and demande > paye:
            self.add_error("demande_le", "La demande précède le paiement.")
        return donnees


class RecouvrementForm(ActeForm):
    jour = "paye_le"
    montant = MontantField(label="Montant recouvré")
    paye_le = JourField(label="Recouvré le", help_text="Date de l’encaissement.")
    reference = forms.CharField(label="Référence du titre", max_length=60, required=False)
    motif = motif_field("Motif", "Il figure dans l’historique de l’opération.", "Donnez le motif du recouvrement.")
    confirmer = forms.BooleanField(
        label="Je confirme que ce montant est revenu du bénéficiaire",
        error_messages={"required": "Confirmez le recouvrement, ou revenez à l’opération."},
    )


class AnnulationForm(ActeForm):
    """Something entered by error is taken back."""

    le = JourField(label="Annulé le")
    motif = motif_field(
        "Pourquoi annuler", "Il figure dans l’historique de l’opération.", "Dites quelle erreur est corrigée."
    )


class SoldeForm(EtatVuMixin, ActeForm):
    le = JourField(label="Soldée le")
    confirmer = forms.BooleanField(error_messages={"required": "Confirmez le solde, ou revenez à l’opération."})

    def __init__(self, *args, libere: Decimal, **kwargs):
        super().__init__(*args, etat=str(libere), **kwargs)
        self.fields["confirmer"].label = (
            f"Je confirme que {format_euros(libere)} redeviennent disponibles"
            if libere
            else "Je confirme que rien n’est à libérer"
        )
        if self.is_bound and "confirmer" not in self.data:
            self.montrer(str(libere))


class ArchiveForm(ActeForm):
    le = JourField(label="Archivée le")
    est_aide_etat = forms.BooleanField(
        label="L’opération relève d’une aide d’État ou de minimis",
        required=False,
        help_text="La conservation est plus longue.",
    )
    jusqu_au = JourField(
        label="Pièces conservées jusqu’au",
        required=False,
        help_text="Laissez vide pour la date calculée\u202f; une date plus tardive est possible.",
    )


class DesarchivageForm(ActeForm):
    le = JourField(label="Sortie de l’archive le")
    motif = motif_field(
        "Motif", "Il figure dans l’historique de l’opération.", "Dites pourquoi elle sort de l’archive."
    )
