"""Reading the territories as of a day, and dating what a perimeter holds."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from comptes.forms import JourField

from .models import Epci, PerimetreEpci, PerimetreTerritorial, Qpv
from .territoires import epcis_de, trouver_commune


class AuForm(forms.Form):
    """The day of a list, today when the address names none."""

    au = JourField(required=False, label="Tels qu’ils valent le")

    def __init__(self, donnees):
        super().__init__({"au": donnees.get("au") or timezone.localdate().isoformat()})

    def jour(self) -> date:
        self.is_valid()
        return self.cleaned_data.get("au") or timezone.localdate()


class QuartiersForm(forms.Form):
    q = forms.CharField(label="Quartier, code ou commune", required=False, max_length=100, widget=forms.SearchInput)
    generation = forms.ChoiceField(label="Génération", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        annees = Qpv.objects.order_by("generation").values_list("generation", flat=True).distinct()
        choix = [("", "Toutes"), *((str(annee), f"Génération {annee}") for annee in annees)]
        self.fields["generation"].choices = choix


class TerritoireForm(forms.Form):
    """One territory, an EPCI or a commune, from a day on."""

    epci = forms.ModelChoiceField(Epci.objects.none(), label="EPCI", required=False)
    commune = forms.CharField(label="Commune", required=False, max_length=100)
    le = JourField(label="À partir du")
    motif = forms.CharField(
        label="Motif",
        help_text="Protocole, délibération, décret\u00a0: il figure dans l’historique du périmètre.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        error_messages={"required": "Donnez le motif."},
    )

    def __init__(self, *args, perimetre: PerimetreTerritorial, **kwargs):
        super().__init__(*args, **kwargs)
        self.perimetre = perimetre
        champ: Any = self.fields["epci"]
        champ.queryset, champ.empty_label = self.lister_epcis(), "Aucun\u00a0: une commune"
        self.initial.setdefault("le", timezone.localdate())

    def lister_epcis(self):
        return epcis_de(self.perimetre.accord)

    def clean_commune(self):
        saisie = self.cleaned_data["commune"].strip()
        if not saisie:
            return None
        commune = trouver_commune(self.perimetre.accord, saisie)
        if commune is None:
            raise forms.ValidationError(
                "Aucune commune du département ne porte ce nom ni ce code\u00a0: vérifiez son orthographe."
            )
        return commune

    def clean(self):
        donnees = super().clean()
        epci, commune = donnees.get("epci"), donnees.get("commune")
        if epci and commune:
            self.add_error("commune", "Choisissez un EPCI ou une commune, pas les deux.")
        elif not epci and not commune and not self.errors.keys() & {"epci", "commune"}:
            self.add_error("epci", "Choisissez un EPCI, ou écrivez une commune.")
        donnees["territoire"] = epci or commune
        return donnees


class AjouterForm(TerritoireForm):
    field_order = ["epci", "commune", "le", "motif"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["epci"].help_text = "Toutes ses communes entrent avec lui."
        self.fields["commune"].help_text = "Son nom ou son code INSEE, quand elle entre seule."
        self.fields["le"].help_text = "Ce jour est compris."

    def dire_fait(self, territoire, jour: str) -> str:
        return f"{territoire} est dans ce périmètre à partir du {jour}."


class RetirerForm(TerritoireForm):
    field_order = ["epci", "commune", "le", "motif"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[
            "commune"
        ].help_text = "Son nom ou son code INSEE. Si elle est entrée avec son EPCI, les autres communes restent."
        self.fields["le"].help_text = "Premier jour où le territoire n’est plus dans le périmètre."

    def lister_epcis(self):
        """Those that the perimeter holds, now or later."""
        ouverts = PerimetreEpci.objects.filter(perimetre=self.perimetre).exclude(valide_au__lt=timezone.localdate())
        return super().lister_epcis().filter(pk__in=ouverts.values("epci"))

    def dire_fait(self, territoire, jour: str) -> str:
        return f"{territoire} n’est plus dans ce périmètre à partir du {jour}."
