import re
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone

from accord.models import (
    AxeStrategique,
    Dispositif,
    Epci,
    ObjectifSpecifique,
    PerimetreTerritorial,
    PublicCible,
    TypeAction,
)
from accord.montants import arrondir, format_euros

from ..enums import ProfilCout
from ..models import AppelAProjets
from ..services.appels import CHOIX
from .actes import motif_field
from .champs import JourField, MontantField, PourcentageField
from .operations import DispositifField
from .pieces_attendues import build_pieces_attendues
from .vu import FormulaireVu


class DispositifsField(forms.ModelMultipleChoiceField):
    """Measures in the order of their tree, children after their parent."""

    label_from_instance = DispositifField.label_from_instance


class ProfilsField(forms.MultipleChoiceField):
    """Cost options, kept as a list of codes."""

    def __init__(self, *, base_field=None, max_length=None, **kwargs):
        super().__init__(choices=ProfilCout, **kwargs)


class MoisField(forms.IntegerField):
    """A length in whole months."""

    default_error_messages = {"invalid": "Écrivez un nombre de mois, par exemple 12."}

    def __init__(self, *, min_value=None, max_value=None, **kwargs):
        super().__init__(**kwargs)  # the bounds are ours, whatever the model’s field says
        bornes = "Écrivez un nombre de mois entre 1 et 120."
        self.validators += [MinValueValidator(1, bornes), MaxValueValidator(120, bornes)]


class AppelForm(FormulaireVu):
    """A call that is still a draft, and the pieces it asks for (`pieces`, a formset)."""

    class Meta:
        model = AppelAProjets
        fields = [
            "code",
            "intitule",
            "objectif_specifique",
            "service_gestionnaire",
            "theme",
            "region",
            "dispositifs",
            "axes",
            "types_action",
            "publics_cibles",
            "publics",
            "epcis",
            "perimetres",
            "territoire",
            "ouvert_le",
            "limite_depot_le",
            "periode_debut_le",
            "periode_fin_le",
            "duree_min_mois",
            "duree_max_mois",
            "ue_prevu",
            "ue_min",
            "cout_total_min",
            "taux_max",
            "profils_cout",
            "enonce_priorite_qpv",
            "clause_qpv",
        ]
        field_classes = {
            "dispositifs": DispositifsField,
            "ouvert_le": JourField,
            "limite_depot_le": JourField,
            "periode_debut_le": JourField,
            "periode_fin_le": JourField,
            "duree_min_mois": MoisField,
            "duree_max_mois": MoisField,
            "ue_prevu": MontantField,
            "ue_min": MontantField,
            "cout_total_min": MontantField,
            "profils_cout": ProfilsField,
            "taux_max": PourcentageField,
        }
        widgets = {
            "dispositifs": forms.CheckboxSelectMultiple,
            "axes": forms.CheckboxSelectMultiple,
            "types_action": forms.CheckboxSelectMultiple,
            "publics_cibles": forms.CheckboxSelectMultiple,
            "epcis": forms.CheckboxSelectMultiple,
            "perimetres": forms.CheckboxSelectMultiple,
            "profils_cout": forms.CheckboxSelectMultiple,
            "publics": forms.Textarea(attrs={"rows": 2}),
            "clause_qpv": forms.Textarea(attrs={"rows": 3}),
            "ue_prevu": forms.TextInput(attrs={"inputmode": "decimal"}),
            "ue_min": forms.TextInput(attrs={"inputmode": "decimal"}),
            "cout_total_min": forms.TextInput(attrs={"inputmode": "decimal"}),
            "taux_max": forms.TextInput(attrs={"inputmode": "decimal"}),
        }
        labels = {
            "code": "Code",
            "intitule": "Intitulé",
            "objectif_specifique": "Objectif spécifique",
            "service_gestionnaire": "Service gestionnaire",
            "theme": "Thème",
            "region": "Région",
            "dispositifs": "Dispositifs",
            "axes": "Axes",
            "types_action": "Types d’action",
            "publics_cibles": "Publics visés",
            "publics": "Publics visés, en mots",
            "epcis": "EPCI",
            "perimetres": "Périmètres",
            "territoire": "Périmètre géographique, en mots",
            "ouvert_le": "Ouvert le",
            "limite_depot_le": "Date limite de dépôt",
            "periode_debut_le": "Début des opérations",
            "periode_fin_le": "Fin des opérations",
            "duree_min_mois": "Durée minimale d’une opération, en mois",
            "duree_max_mois": "Durée maximale d’une opération, en mois",
            "ue_prevu": "Montant européen prévu",
            "ue_min": "Montant européen minimum d’une opération",
            "cout_total_min": "Coût total minimum d’une opération",
            "profils_cout": "Options de coûts admises",
            "taux_max": "Taux d’intervention maximum",
            "enonce_priorite_qpv": "L’appel énonce la priorité aux quartiers prioritaires",
            "clause_qpv": "Phrase de l’appel sur les quartiers prioritaires",
        }
        help_texts = {
            "code": "Court, par exemple FSE-2027-1.",
            "service_gestionnaire": "Celui qui suit l’appel et que les porteurs joignent.",
            "types_action": "Sans choix, tous.",
            "publics_cibles": "Ils servent à repérer les appels de l’autre organisme qui visent les mêmes personnes.",
            "publics": "Ce que la liste ne dit pas, tel que l’écrit l’appel.",
            "epcis": "Sans EPCI ni périmètre, l’appel couvre tout le département.",
            "perimetres": "Ils s’ajoutent aux EPCI choisis.",
            "territoire": "Ce que les listes ne disent pas, tel que l’écrit l’appel.",
            "periode_debut_le": "Premier jour où une opération peut se dérouler.",
            "ue_prevu": "Ce que l’appel pense engager en tout.",
            "profils_cout": "Sans choix, toutes sont admises.",
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
        self._proposer("dispositifs", Dispositif.objects.filter(**sien, fonds=enveloppe.fonds).select_related("parent"))
        self._proposer("axes", AxeStrategique.objects.filter(**sien))
        self._proposer("types_action", TypeAction.objects.filter(**sien))
        self._proposer("publics_cibles", self._lister_publics(enveloppe.accord))
        self._proposer("epcis", Epci.objects.filter(communes__code_departement=enveloppe.accord.code_departement))
        couverts = PerimetreTerritorial.objects.couverts_le(enveloppe.accord, timezone.localdate())
        self._proposer("perimetres", couverts)
        if not self.initial.get("ouvert_le"):
            self.initial["ouvert_le"] = timezone.localdate()
        self.pieces = build_pieces_attendues(self.data if self.is_bound else None, self.instance)

    def _proposer(self, nom: str, objets) -> None:
        """The choices of a list; a list that is empty is not asked."""
        champ: Any = self.fields[nom]
        champ.queryset = objets = objets.distinct()
        if not objets:
            del self.fields[nom]

    def _lister_publics(self, accord):
        """Those of the agreement that are valid today, and those that the call already has."""
        aujourdhui = timezone.localdate()
        valables = Q(valide_du__lte=aujourdhui) & (Q(valide_au__isnull=True) | Q(valide_au__gte=aujourdhui))
        if self.instance.pk:
            valables |= Q(appels=self.instance)
        return PublicCible.objects.filter(valables, accord=accord)

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
        choix = {nom: list(self.cleaned_data[nom]) for nom in CHOIX if nom in self.cleaned_data}
        return {"pieces": self.pieces.lire(), "choix": choix}

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
        self._verifier_durees(donnees)
        self._verifier_montants(donnees)
        return donnees

    def _verifier_durees(self, donnees) -> None:
        mini, maxi = donnees.get("duree_min_mois"), donnees.get("duree_max_mois")
        debut, fin = donnees.get("periode_debut_le"), donnees.get("periode_fin_le")
        if mini and maxi and maxi < mini:
            self.add_error("duree_max_mois", f"Écrivez au moins {mini} mois, la durée minimale.")
        if mini and debut and fin and debut <= fin and compter_mois(debut, fin) < mini:
            tenable = compter_mois(debut, fin)
            self.add_error("duree_min_mois", f"La période de l’appel ne compte que {tenable} mois : réduisez la durée.")
        limite = donnees.get("limite_depot_le")
        if fin and limite and fin < limite:
            self.add_error(
                "periode_fin_le", "Une opération finirait avant la date limite de dépôt : reportez cette fin."
            )

    def _verifier_montants(self, donnees) -> None:
        prevu, mini, cout = donnees.get("ue_prevu"), donnees.get("ue_min"), donnees.get("cout_total_min")
        if prevu is not None and mini is not None and mini > prevu:
            self.add_error("ue_min", f"Le minimum dépasse les {format_euros(prevu)} que l’appel prévoit en tout.")
        taux = donnees.get("taux_max")
        if mini and cout and mini > cout * (taux or 1):
            plafond = format_euros(arrondir(cout * (taux or 1)))
            self.add_error(
                "ue_min", f"Au coût total minimum, la part européenne ne dépasse pas {plafond} : réduisez ce minimum."
            )


def compter_mois(debut: date, fin: date) -> int:
    """How many months a period touches, both its days included."""
    return (fin.year - debut.year) * 12 + fin.month - debut.month + 1


def _dire_pieces(pieces) -> str:
    noms = [p.libelle if p.obligatoire else f"{p.libelle} (facultative)" for p in pieces]
    return ", ".join(noms) or "aucune"


class ReportForm(forms.Form):
    """A later deadline for a published call, and why."""

    limite_depot_le = JourField(label="Nouvelle date limite de dépôt")
    motif = motif_field("Motif", "Il figure dans le journal de l’appel.", "Donnez le motif du report.")


class PublierForm(forms.Form):
    """Publish a call: beside calls of the other body that may overlap, how the line of demarcation is kept."""

    reponse_partage = forms.CharField(
        label="Comment la ligne de partage est tenue",
        help_text="Une phrase au moins. Elle reste sur l’appel, lue par l’État et par l’autre organisme.",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": "Écrivez comment la ligne de partage est tenue avec les appels ci-dessus."},
    )
    vus = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, chevauchements, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["vus"] = " ".join(str(c["appel"]) for c in chevauchements)
        self.chevauchements = chevauchements
        if not chevauchements:
            del self.fields["reponse_partage"]

    def clean_vus(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["vus"].split() if pk.isdigit()]

    def remontrer(self) -> None:
        """The calls shown are those of now, to be read before the next sending."""
        donnees: Any = self.data
        self.data = donnees = donnees.copy()
        donnees["vus"] = self.initial["vus"]
