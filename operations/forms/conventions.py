"""One form per act of the contract."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from accord.montants import arrondir, format_euros, format_taux

from ..enums import CategorieSansAvance
from ..models import Convention
from .actes import ActeForm, motif_field, verifier_jour
from .champs import JourField, MontantField
from .surprogrammation import DepassementMixin
from .vu import EtatVuMixin

ZERO = Decimal("0.00")


class SignaturesForm(EtatVuMixin, ActeForm):
    """The contract at its parties’: sent, then signed by one and by the other."""

    jour = "envoyee_le"
    envoyee_le = JourField(label="Envoyée à la signature le")
    signee_beneficiaire_le = JourField(
        label="Signée par le bénéficiaire le", required=False, help_text="Vide tant qu’il n’a pas signé."
    )
    signee_oi_le = JourField(
        label="Signée par l’organisme le", required=False, help_text="Vide tant qu’il n’a pas signé."
    )

    def clean(self):
        donnees = super().clean()
        envoi = donnees.get("envoyee_le")
        for nom in ("signee_beneficiaire_le", "signee_oi_le"):
            jour = donnees.get(nom)
            if jour and jour > timezone.localdate():
                self.add_error(nom, "Choisissez une date qui n’est pas à venir.")
            elif jour and envoi and jour < envoi:
                self.add_error(nom, "Choisissez une date à partir de l’envoi à la signature.")
        return donnees


class ConventionForm(forms.ModelForm):
    """The contract on the day it is notified. An advance left empty is the one that the agreement proposes.

    `plan` is the form of the plan beside; `taux` the share of its European amount that an advance may reach, None when
    the agreement sets none.
    """

    jour = "notifiee_le"

    class Meta:
        model = Convention
        fields = [
            "debut_le",
            "fin_le",
            "signee_beneficiaire_le",
            "signee_oi_le",
            "notifiee_le",
            "sans_avance",
            "avance_prevue",
            "est_aide_etat",
        ]
        field_classes = dict.fromkeys(
            ["debut_le", "fin_le", "signee_beneficiaire_le", "signee_oi_le", "notifiee_le"], JourField
        ) | {"avance_prevue": MontantField}
        labels = {
            "debut_le": "Début de la période",
            "fin_le": "Fin de la période",
            "signee_beneficiaire_le": "Signée par le bénéficiaire le",
            "signee_oi_le": "Signée par l’organisme le",
            "notifiee_le": "Notifiée le",
            "sans_avance": "Ce bénéficiaire relève-t-il d’une catégorie sans avance ?",
            "avance_prevue": "Avance prévue",
            "est_aide_etat": "L’opération relève d’une aide d’État ou de minimis",
        }
        help_texts = {
            "notifiee_le": "La convention prend effet ce jour-là.",
            "est_aide_etat": "Ses pièces se conservent plus longtemps.",
        }

    def __init__(self, *args, pas_avant, plan, taux: Decimal | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.pas_avant, self.plan, self.taux = pas_avant, plan, taux
        for nom in ("signee_beneficiaire_le", "signee_oi_le"):
            self.fields[nom].required = True
            self.fields[nom].error_messages["required"] = (
                "Donnez la date de cette signature : les deux parties signent."
            )
        self.fields["notifiee_le"].error_messages["required"] = "Donnez la date de notification."
        categories: Any = self.fields["sans_avance"]
        categories.choices = [("", "Non, une avance est possible"), *CategorieSansAvance.choices]
        avance = self.fields["avance_prevue"]
        avance.required = False
        if taux is not None:
            avance.help_text = (
                f"{format_taux(taux)} du montant européen au plus, sur attestation de démarrage. "
                "Vide : ce que l’accord propose."
            )

    def proposer(self, ue: Decimal) -> Decimal:
        """The advance that the agreement proposes for this European amount, in euros."""
        return arrondir(ue * self.taux) if self.taux is not None else ZERO

    def clean(self):
        donnees = super().clean()
        verifier_jour(self, donnees.get("notifiee_le"))
        if self.plan.is_valid() and "avance_prevue" not in self.errors:
            donnees["avance_prevue"] = self._verifier_avance(
                donnees.get("avance_prevue"), donnees.get("sans_avance"), self.plan.cleaned_data["ue"]
            )
        return donnees

    def _verifier_avance(self, avance: Decimal | None, exclue: str, ue: Decimal) -> Decimal:
        """Fill an advance left empty, refuse one that the category or the rate of the agreement excludes."""
        if avance is None:
            return ZERO if exclue else self.proposer(ue)
        if exclue and avance:
            self.add_error("avance_prevue", "Cette catégorie de bénéficiaires n’a pas d’avance : videz ce montant.")
        elif self.taux is not None and avance > self.proposer(ue):
            self.add_error(
                "avance_prevue",
                f"L’avance ne dépasse pas {format_taux(self.taux)} du montant européen, "
                f"soit {format_euros(self.proposer(ue))}.",
            )
        return avance


class DemarrageForm(ActeForm):
    jour = "atteste_le"
    atteste_le = JourField(
        label="Démarrage attesté le",
        help_text="La date de l’attestation de démarrage signée par le bénéficiaire.",
        error_messages={"required": "Indiquez la date de l’attestation de démarrage."},
    )


class AvenantForm(EtatVuMixin, DepassementMixin, ActeForm):
    jour = "signe_le"
    objet = motif_field("Objet de l’avenant", "Ce qui change, et pourquoi.", "Dites l’objet de l’avenant.")
    fin_le = JourField(label="Fin de la période")
    signe_le = JourField(label="Signé le", help_text="Le jour où la dernière partie a signé.")

    field_order = ["objet", "fin_le", "signe_le"]


class RetourForm(ActeForm):
    """An act recorded by error is handed back."""

    le = JourField(label="Annulation le")
    motif = motif_field("Motif", "Il figure dans l’historique de l’opération.", "Donnez le motif de l’annulation.")


class RetourArgentForm(DepassementMixin, RetourForm):
    """The same, when money comes back to the operation."""

    le = JourField(
        label="Erreur constatée le",
        help_text="Ce jour figure dans l’historique. Les montants, eux, bougent à leur date d’origine.",
    )

    field_order = ["le", "motif"]


class ResiliationForm(EtatVuMixin, ActeForm):
    """The end before term: what the beneficiary keeps, and a box to tick that says what is freed."""

    le = JourField(label="Résiliée le", help_text="Les montants libérés le sont ce jour-là ; le passé reste écrit.")
    ue_conserve = MontantField(label="Montant conservé par le bénéficiaire")
    motif = motif_field(
        "Motif de la résiliation", "Le bénéficiaire en est informé.", "Donnez le motif de la résiliation."
    )
    confirmer = forms.BooleanField(
        error_messages={"required": "Cochez cette case pour confirmer la résiliation."},
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args, programme: Decimal, paye: Decimal, **kwargs):
        super().__init__(*args, etat=str(programme - paye), **kwargs)
        self.programme, self.paye = programme, paye
        self.initial.setdefault("ue_conserve", paye)
        self.fields[
            "ue_conserve"
        ].help_text = (
            f"Au plus ce qui lui est payé, {format_euros(paye)}. Ce qu’il ne conserve pas se recouvre ensuite."
        )
        self.fields[
            "confirmer"
        ].label = f"Je confirme la fin de la convention : {format_euros(self.libere)} redeviennent disponibles"
        if self.is_bound and "confirmer" not in self.data:
            self.montrer(str(self.libere))

    @property
    def libere(self) -> Decimal:
        """What the end frees on the envelope, as typed; what is kept stays."""
        conserve = self.paye
        if self.is_bound:
            try:
                conserve = self.fields["ue_conserve"].clean(self.data.get("ue_conserve"))
            except forms.ValidationError:
                conserve = self.paye
        return self.programme - conserve
