import re

from django import forms
from django.utils import timezone

from accord.models import AxeStrategique, Dispositif, ObjectifSpecifique

from ..models import AppelAProjets
from .actes import motif_field
from .champs import JourField, MontantField, PourcentageField
from .operations import DispositifField
from .pieces_attendues import build_pieces_attendues
from .vu import FormulaireVu


class AppelForm(FormulaireVu):
    """A call that is still a draft, and the pieces it asks for (`pieces`, a formset)."""

    class Meta:
        model = AppelAProjets
        fields = [
            "code",
            "intitule",
            "objectif_specifique",
            "dispositif",
            "axe",
            "publics",
            "territoire",
            "ouvert_le",
            "limite_depot_le",
            "periode_debut_le",
            "periode_fin_le",
            "ue_prevu",
            "taux_max",
            "enonce_priorite_qpv",
            "clause_qpv",
        ]
        field_classes = {
            "dispositif": DispositifField,
            "ouvert_le": JourField,
            "limite_depot_le": JourField,
            "periode_debut_le": JourField,
            "periode_fin_le": JourField,
            "ue_prevu": MontantField,
            "taux_max": PourcentageField,
        }
        widgets = {
            "publics": forms.Textarea(attrs={"rows": 3}),
            "clause_qpv": forms.Textarea(attrs={"rows": 3}),
            "ue_prevu": forms.TextInput(attrs={"inputmode": "decimal"}),
            "taux_max": forms.TextInput(attrs={"inputmode": "decimal"}),
        }
        labels = {
            "code": "Code",
            "intitule": "Intitulé",
            "objectif_specifique": "Objectif spécifique",
            "publics": "Publics visés",
            "territoire": "Territoire",
            "ouvert_le": "Ouvert le",
            "limite_depot_le": "Date limite de dépôt",
            "periode_debut_le": "Début des opérations",
            "periode_fin_le": "Fin des opérations",
            "ue_prevu": "Montant européen prévu",
            "taux_max": "Taux d’intervention maximum",
            "enonce_priorite_qpv": "L’appel énonce la priorité aux quartiers prioritaires",
            "clause_qpv": "Phrase de l’appel sur les quartiers prioritaires",
        }
        help_texts = {
            "code": "Court, par exemple FSE-2027-1.",
            "taux_max": "Part européenne du coût total, au plus.",
            "clause_qpv": "Recopiez-la telle qu’elle figure dans l’appel. Sans elle, l’appel ne se publie pas.",
        }
        error_messages = {
            "code": {"required": "Donnez un code à l’appel."},
            "intitule": {"required": "Écrivez l’intitulé."},
            "objectif_specifique": {"required": "Choisissez un objectif spécifique."},
            "ouvert_le": {"required": "Donnez le jour d’ouverture."},
            "limite_depot_le": {"required": "Donnez la date limite de dépôt."},
        }

    def __init__(self, *args, enveloppe, **kwargs):
        super().__init__(*args, **kwargs)
        self.enveloppe = self.instance.enveloppe = enveloppe
        sien = {"accord": enveloppe.accord, "organisme": enveloppe.organisme}
        champs = self.fields
        champs["objectif_specifique"].queryset = ObjectifSpecifique.objects.filter(priorite__fonds=enveloppe.fonds)
        champs["objectif_specifique"].label_from_instance = lambda o: f"{o.code} {o.libelle}"
        champs["objectif_specifique"].empty_label = "Choisir un objectif"
        champs["dispositif"].queryset = Dispositif.objects.filter(**sien, fonds=enveloppe.fonds).select_related(
            "parent"
        )
        champs["axe"].queryset = AxeStrategique.objects.filter(**sien)
        for nom in ("dispositif", "axe"):
            if champs[nom].queryset.exists():
                champs[nom].empty_label = "Tous"
            else:
                del champs[nom]
        if not self.initial.get("ouvert_le"):
            self.initial["ouvert_le"] = timezone.localdate()
        self.pieces = build_pieces_attendues(self.data if self.is_bound else None, self.instance)

    def is_valid(self):
        return super().is_valid() & self.pieces.is_valid()  # both are read, so that every error shows at once

    def imprimer(self, objet):
        return f"{super().imprimer(objet)} {_dire_pieces(objet.pieces_attendues.all())}"

    def comparer(self, actuel):
        enregistre, saisi = _dire_pieces(actuel.pieces_attendues.all()), _dire_pieces(self.pieces.lire())
        if enregistre == saisi:
            return []
        return [{"libelle": "Pièces attendues", "enregistre": enregistre, "saisi": saisi}]

    def en_plus(self):
        return {"pieces": self.pieces.lire()}

    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        if not re.fullmatch(r"[\w][\w /.-]*", code):
            raise forms.ValidationError("Écrivez un code de lettres, chiffres et tirets.")
        memes = AppelAProjets.objects.filter(enveloppe=self.enveloppe, code__iexact=code).exclude(pk=self.instance.pk)
        if memes.exists():
            raise forms.ValidationError("Un appel porte déjà ce code sur cette enveloppe.")
        return code

    def clean_taux_max(self):
        taux = self.cleaned_data["taux_max"]
        if taux == 0:
            raise forms.ValidationError("Écrivez un taux supérieur à zéro, ou laissez vide.")
        return taux

    def clean(self):
        donnees = super().clean()
        for debut, fin, message in [
            ("ouvert_le", "limite_depot_le", "Choisissez une date limite qui ne précède pas l’ouverture."),
            ("periode_debut_le", "periode_fin_le", "Choisissez une fin qui ne précède pas le début des opérations."),
        ]:
            if donnees.get(debut) and donnees.get(fin) and donnees[fin] < donnees[debut]:
                self.add_error(fin, message)
        return donnees


def _dire_pieces(pieces) -> str:
    noms = [p.libelle if p.obligatoire else f"{p.libelle} (facultative)" for p in pieces]
    return ", ".join(noms) or "aucune"


class ReportForm(forms.Form):
    """A later deadline for a published call, and why."""

    limite_depot_le = JourField(label="Nouvelle date limite de dépôt")
    motif = motif_field("Motif", "Il figure dans le journal de l’appel.", "Donnez le motif du report.")
