import re
from typing import Any

from django import forms
from django.db.models import Q, Value
from django.utils import timezone

from accord.models import AxeStrategique, Dispositif, Enveloppe, ObjectifSpecifique, TypeAction
from accord.montants import format_date
from accord.territoires import epcis_de
from comptes.enums import Role
from comptes.recherche import CleRecherche

from ..enums import StatutAppel
from ..models import AppelAProjets, Operation, Structure
from ..recherche import lire_chiffres
from .champs import JourField, PourcentageField
from .structures import verifier_siret


class EnveloppeChoixForm(forms.Form):
    """On which envelope the operation is deposited: what it may aim at depends on it."""

    enveloppe = forms.ModelChoiceField(
        label="Enveloppe",
        queryset=Enveloppe.objects.none(),
        to_field_name="code",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choisissez une enveloppe.", "invalid_choice": "Choisissez une de ces enveloppes."},
    )

    def __init__(self, *args, user, accord, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["enveloppe"].queryset = Enveloppe.objects.for_accord(accord).filter(
            organisme__in=user.organismes_ids(Role.GESTIONNAIRE)
        )
        self.fields["enveloppe"].label_from_instance = lambda e: f"{e.fonds}, {e.organisme}"


class DispositifField(forms.ModelChoiceField):
    """Measures in the order of their tree, children after their parent."""

    def label_from_instance(self, dispositif):
        return f"{dispositif.parent.libelle} : {dispositif.libelle}" if dispositif.parent else dispositif.libelle


def _nommer_appel(appel: AppelAProjets) -> str:
    """The call, and when its time to apply is over: an application that came in time may be typed later."""
    etat, mots = appel.etat_lisible
    return f"{appel} ({mots[:1].lower()}{mots[1:]})" if etat == StatutAppel.CLOS else str(appel)


class OperationForm(forms.ModelForm):
    """An application, before it is instructed. `version` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    lu = forms.CharField(widget=forms.HiddenInput, required=False)
    nouvelle_structure = forms.CharField(
        label="Nom de la nouvelle structure", max_length=200, required=False, help_text="Personne morale, sans sigle."
    )
    nouveau_siret = forms.CharField(
        label="SIRET de la nouvelle structure", required=False, help_text="Quatorze chiffres, espaces admis."
    )
    motif_duree = forms.CharField(
        label="Pourquoi elle est recevable avec cette durée",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Il figure dans l’historique de l’opération.",
    )

    class Meta:
        model = Operation
        fields = [
            "numero",
            "intitule",
            "resume",
            "structure",
            "appel",
            "deposee_le",
            "debut_le",
            "fin_le",
            "epcis",
            "part_qpv_declaree",
            "objectif_specifique",
            "dispositif",
            "axe",
            "type_action",
        ]
        field_classes = {
            "deposee_le": JourField,
            "debut_le": JourField,
            "fin_le": JourField,
            "part_qpv_declaree": PourcentageField,
            "dispositif": DispositifField,
        }
        widgets = {
            "resume": forms.Textarea(attrs={"rows": 4}),
            "epcis": forms.CheckboxSelectMultiple,
        }
        labels = {
            "numero": "Numéro Ma démarche FSE+",
            "intitule": "Intitulé",
            "resume": "Résumé",
            "structure": "Bénéficiaire",
            "appel": "Appel à projets",
            "deposee_le": "Demande déposée le",
            "debut_le": "Début",
            "fin_le": "Fin",
            "epcis": "Territoire",
            "part_qpv_declaree": "Part consacrée aux quartiers prioritaires",
            "objectif_specifique": "Objectif spécifique",
            "dispositif": "Dispositif",
            "axe": "Axe",
            "type_action": "Type d’action",
        }
        help_texts = {
            "numero": "Celui de l’outil national, par exemple 202600067.",
            "resume": "Deux ou trois phrases, reprises dans le dossier des comités.",
            "structure": "La structure qui porte l’opération.",
            "epcis": "Une ou plusieurs intercommunalités.",
            "part_qpv_declaree": "Telle que le porteur la déclare. Laissez vide si elle n’est pas connue : l’inconnu "
            "n’est pas compté comme zéro.",
        }
        error_messages = {
            "numero": {"required": "Écrivez le numéro Ma démarche FSE+."},
            "intitule": {"required": "Écrivez l’intitulé."},
            "structure": {"required": "Choisissez le bénéficiaire, ou nommez une nouvelle structure."},
            "deposee_le": {"required": "Donnez la date de dépôt."},
            "debut_le": {"required": "Donnez la date de début."},
            "fin_le": {"required": "Donnez la date de fin."},
            "objectif_specifique": {"required": "Choisissez un objectif spécifique."},
        }

    def __init__(self, *args, enveloppe, **kwargs):
        super().__init__(*args, **kwargs)
        self.enveloppe, self.accord = enveloppe, enveloppe.accord
        self.instance.enveloppe, self.instance.accord = enveloppe, enveloppe.accord
        self.initial.setdefault("version", self.instance.version)
        self._borner()
        if not self.instance.recevable_le:
            del self.fields["motif_duree"]
        self.fields["debut_le"].help_text = f"Au plus tôt le {format_date(self.accord.debut_le)}."
        if not self.initial.get("deposee_le"):
            self.initial["deposee_le"] = timezone.localdate()

    def _borner(self) -> None:
        """Offer only what the envelope allows; a field without any choice is left out."""
        enveloppe, actuel = self.enveloppe, self.instance
        champs: dict[str, Any] = self.fields
        sien = {"accord": enveloppe.accord, "organisme": enveloppe.organisme}
        choix = {
            "structure": Structure.objects.filter(accord=self.accord),
            "appel": AppelAProjets.objects.filter(enveloppe=enveloppe).filter(
                Q(statut=StatutAppel.PUBLIE) | Q(pk=actuel.appel_id)
            ),
            "epcis": epcis_de(self.accord),
            "objectif_specifique": ObjectifSpecifique.objects.filter(priorite__fonds=enveloppe.fonds),
            "dispositif": Dispositif.objects.filter(**sien, fonds=enveloppe.fonds).select_related("parent"),
            "axe": AxeStrategique.objects.filter(**sien),
            "type_action": TypeAction.objects.filter(**sien),
        }
        for nom, queryset in choix.items():
            champs[nom].queryset = queryset
        champs["appel"].queryset = champs["appel"].queryset.ouverts_d_abord(timezone.localdate())
        champs["appel"].label_from_instance = _nommer_appel
        for nom in ("epcis", "dispositif", "axe", "type_action"):
            if not champs[nom].queryset.exists():
                del champs[nom]
        for nom, vide in {
            "structure": "Choisir un bénéficiaire",
            "appel": "Hors appel à projets",
            "objectif_specifique": "Choisir un objectif",
            "dispositif": "Non précisé",
            "axe": "Non précisé",
            "type_action": "Non précisé",
        }.items():
            if nom in champs:
                champs[nom].empty_label = vide
        champs["objectif_specifique"].label_from_instance = lambda o: f"{o.code} {o.libelle}"

    @property
    def demande_motif_duree(self) -> bool:
        """True once a length out of the call was refused: its reason is asked then, and no sooner."""
        return self.is_bound and ("motif_duree" in self.errors or bool(self.cleaned_data.get("motif_duree")))

    def full_clean(self):
        # the beneficiary may be named instead of chosen; its label says « required » all the same
        structure = self.fields["structure"]
        structure.required = not (self.data.get("nouvelle_structure") or "").strip()
        super().full_clean()
        structure.required = True

    def clean_numero(self):
        numero = self.cleaned_data["numero"].strip()
        numero = lire_chiffres(numero) or numero  # the national tool shows its digits in groups
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", numero):
            raise forms.ValidationError("Écrivez le numéro avec des chiffres, des lettres et des tirets, sans espace.")
        if Operation.objects.filter(accord=self.accord, numero=numero).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Une opération porte déjà ce numéro Ma démarche FSE+.")
        return numero

    def clean_nouveau_siret(self):
        siret = verifier_siret(self.cleaned_data["nouveau_siret"])
        if siret and Structure.objects.filter(accord=self.accord, siret=siret).exists():
            raise forms.ValidationError("Une structure porte déjà ce SIRET : choisissez-la dans la liste.")
        return siret

    def clean(self):
        donnees = super().clean()
        debut, fin = donnees.get("debut_le"), donnees.get("fin_le")
        if debut and debut < self.accord.debut_le:
            self.add_error("debut_le", f"Choisissez une date à partir du {format_date(self.accord.debut_le)}.")
        if debut and fin and fin < debut:
            self.add_error("fin_le", f"Choisissez une date à partir du {format_date(debut)}.")
        if donnees.get("deposee_le") and donnees["deposee_le"] > timezone.localdate():
            self.add_error("deposee_le", "Choisissez une date qui n’est pas à venir.")
        self._clean_structure(donnees)
        return donnees

    def _clean_structure(self, donnees) -> None:
        """One beneficiary: chosen, or named as a new one that does not exist yet."""
        choisie, nom = donnees.get("structure"), donnees.get("nouvelle_structure", "").strip()
        if "structure" in self.errors:
            return
        if choisie and nom:
            self.add_error("nouvelle_structure", "Choisissez dans la liste, ou nommez une nouvelle structure.")
        elif nom and Structure.objects.filter(accord=self.accord, cle=CleRecherche(Value(nom))).exists():
            self.add_error("nouvelle_structure", f"« {nom} » existe déjà : choisissez-la dans la liste.")

    def build_structure(self) -> Structure | None:
        """The structure to create, unsaved, or None when one was chosen."""
        nom = self.cleaned_data.get("nouvelle_structure", "").strip()
        return Structure(accord=self.accord, nom=nom, siret=self.cleaned_data["nouveau_siret"]) if nom else None
