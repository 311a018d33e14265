"""Money paid to the beneficiary and taken back, and the settlement."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django import forms

from accord.montants import INSECABLE, format_euros

from ..enums import NaturePaiement
from ..pieces import Attendue
from .actes import ActeForm, motif_field
from .champs import JourField, MontantField
from .surprogrammation import DepassementMixin
from .vu import EtatVuMixin


class NatureSelect(forms.RadioSelect):
    """Radio buttons; those of `fermees` cannot be chosen."""

    fermees: Collection[str] = ()

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.fermees:
            option["attrs"]["disabled"] = True
        return option


class PaiementForm(DepassementMixin, ActeForm):
    """`possibles`: the most that each nature allows now, in euros; `fermees`: those with nothing to pay, and why.

    Above it and within `reste`, what is left of the contract, the excess of an advance is shown and must be ticked.
    """

    jour = "paye_le"
    nature = forms.ChoiceField(
        label="Nature", widget=NatureSelect, error_messages={"required": "Choisissez la nature du paiement."}
    )
    montant = MontantField(label="Montant payé")
    paye_le = JourField(label="Payé le", help_text="Date du mandatement.")
    demande_le = JourField(
        label="Demandé le",
        required=False,
        help_text="Dépôt du bilan ou de la demande\u00a0: le délai de paiement court depuis ce jour.",
    )
    reference = forms.CharField(label="Référence du mandat", max_length=60, required=False)

    def __init__(self, *args, possibles: dict[NaturePaiement, Decimal], reste: Decimal, fermees=None, **kwargs):
        super().__init__(*args, **kwargs)
        fermees = fermees or {}
        self.possibles, self.reste = possibles, reste
        champ: Any = self.fields["nature"]
        champ.choices = [
            (nature.value, f"{nature.label}{INSECABLE}: {fermees.get(nature) or _dire_maximum(maximum)}")
            for nature, maximum in possibles.items()
        ]
        champ.widget.fermees = set(fermees)

    def clean(self):
        donnees = super().clean()
        demande, paye = donnees.get("demande_le"), donnees.get("paye_le")
        if demande and paye and demande > paye:
            self.add_error("demande_le", "La demande précède le paiement.")
        self._relire_depassement(donnees)
        return donnees

    def _relire_depassement(self, donnees: dict) -> None:
        """Show the excess of an advance; what was ticked holds for that very excess."""
        montant, prevu = donnees.get("montant"), self.possibles.get(NaturePaiement.AVANCE)
        est_avance = donnees.get("nature") == NaturePaiement.AVANCE and montant is not None and prevu is not None
        if not est_avance or not prevu < montant <= self.reste:
            return
        if donnees.get("depassement") == montant - prevu:
            self.excess = montant - prevu
        else:
            self.redemander(montant - prevu)
            donnees["confirmer"] = False


def _dire_maximum(maximum: Decimal) -> str:
    if maximum:
        return f"{format_euros(maximum)} au plus"
    return "rien de plus n’est prévu par la convention, un dépassement se confirme"


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


def dire_cles(manquantes: list[Attendue]) -> str:
    """What the page shows as missing: the keys that a tick will confirm."""
    return ",".join(attendue.cle for attendue in manquantes)


class ArchiveForm(EtatVuMixin, ActeForm):
    """`manquantes`: the expected pieces that the file lacks; archiving without them is ticked."""

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
    confirmer = forms.BooleanField(
        error_messages={"required": "Confirmez l’archivage sans ces pièces, ou déposez-les d’abord."}
    )

    def __init__(self, *args, manquantes: list[Attendue], **kwargs):
        super().__init__(*args, etat=dire_cles(manquantes), **kwargs)
        if not manquantes:
            del self.fields["confirmer"]
            return
        nombre = f"ces {len(manquantes)} pièces" if len(manquantes) > 1 else "cette pièce"
        self.fields["confirmer"].label = f"Je confirme l’archivage sans {nombre}"


class DesarchivageForm(ActeForm):
    le = JourField(label="Sortie de l’archive le")
    motif = motif_field(
        "Motif", "Il figure dans l’historique de l’opération.", "Dites pourquoi elle sort de l’archive."
    )
