import re

from django import forms
from django.utils import timezone

from accord.models import AxeStrategique, Dispositif, ObjectifSpecifique

from ..models import AppelAProjets
from .actes import motif_field
from .champs import JourField, MontantField, PourcentageField
from .operations import DispositifField
from .vu import FormulaireVu


class LignesField(forms.CharField):
    """A list, one item per line."""

    widget = forms.Textarea(attrs={"rows": 6})

    def __init__(self, *, encoder=None, decoder=None, **kwargs):
        super().__init__(**kwargs)

    def to_python(self, value):
        lignes = [ligne.strip() for ligne in super().to_python(value).splitlines()]
        return list(dict.fromkeys(filter(None, lignes)))

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value


class AppelForm(FormulaireVu):
    """A call that is still a draft."""

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
            "pieces_obligatoires",
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
            "pieces_obligatoires": LignesField,
        }
        widgets = {
            "publics": forms.Textarea(attrs={"rows": 3}),
            "clause_qpv": forms.Textarea(attrs={"rows": 3}),
            "ue_prevu": forms.TextInput(attrs={"inputmode": "decimal"}),
            "taux_max": forms.TextInput(attrs={"inputmode": "decimal"}),
            "pieces_obligatoires": forms.Textarea(attrs={"rows": 6}),
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
            "pieces_obligatoires": "Pièces obligatoires",
            "enonce_priorite_qpv": "L’appel énonce la priorité aux quartiers prioritaires",
            "clause_qpv": "Phrase de l’appel sur les quartiers prioritaires",
        }
        help_texts = {
            "code": "Court, par exemple FSE-2027-1.",
            "taux_max": "Part européenne du coût total, au plus.",
            "pieces_obligatoires": "Une par ligne. Une demande n’est recevable que si elles sont toutes reçues.",
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


class ReportForm(forms.Form):
    """A later deadline for a published call, and why."""

    limite_depot_le = JourField(label="Nouvelle date limite de dépôt")
    motif = motif_field("Motif", "Il figure dans le journal de l’appel.", "Donnez le motif du report.")
