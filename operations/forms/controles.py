"""What is typed of a control: its sample, what each item gave, the contradictory phase, its conclusions."""

from decimal import Decimal
from typing import Any

from django import forms

from accord.montants import format_euros

from ..enums import MotifEcart, ResultatVerification
from ..models import DepenseDeclaree
from ..services import Ecart, Verification
from .actes import ActeForm, motif_field
from .champs import JourField, MontantField

ECARTS_LIBRES = 3
# what a flat rate loses is computed, never typed
TYPOLOGIES = [("", "Choisir"), *((m.value, m.label) for m in MotifEcart if m != MotifEcart.FORFAIT)]


class EchantillonForm(ActeForm):
    seuil = MontantField(label="Vérifier toute ligne à partir de", help_text="Chaque ligne de ce montant est vérifiée.")
    taille = forms.IntegerField(
        label="Autres lignes tirées au sort",
        min_value=0,
        max_value=1000,
        error_messages={"required": "Écrivez un nombre de lignes, zéro si le seuil suffit."},
    )
    graine = forms.CharField(
        label="Graine du tirage",
        required=False,
        max_length=64,
        help_text="Laissez vide : elle est tirée au hasard et gardée, pour que chacun puisse rejouer le tirage.",
    )
    le = JourField(label="Tiré le")

    def __init__(self, *args, graine: str = "", **kwargs):
        """`graine`: that of a draw given up since, which stays."""
        super().__init__(*args, **kwargs)
        if graine:
            champ = self.fields["graine"]
            champ.disabled, champ.initial = True, graine
            champ.help_text = "Celle du tirage abandonné\u00a0: une autre choisirait l’échantillon."


class VerificationForm(forms.Form):
    resultat = forms.ChoiceField(
        label="Résultat", required=False, choices=[("", "À vérifier"), *ResultatVerification.choices]
    )
    ecarte = MontantField(label="Montant écarté", required=False)
    typologie = forms.ChoiceField(label="Typologie", required=False, choices=TYPOLOGIES)
    motif = forms.CharField(label="Motif", required=False, max_length=2000)

    def __init__(self, *args, element, rang, **kwargs):
        """`rang`: of the item on the page, which its errors name."""
        self.element, self.rang = element, rang
        initial = {"resultat": element.resultat, "typologie": element.typologie, "motif": element.motif}
        initial["ecarte"] = element.ecarte or None
        super().__init__(*args, initial=initial, prefix=f"l{element.pk}", **kwargs)

    def clean(self):
        donnees = super().clean()
        ecarte = donnees.get("ecarte") or Decimal("0.00")
        if donnees.get("resultat") == ResultatVerification.ECARTEE:
            if not ecarte and "ecarte" not in self.errors:
                self.add_error("ecarte", "Écrivez le montant écarté.")
            if not donnees.get("typologie"):
                self.add_error("typologie", "Choisissez la typologie de l’erreur.")
            if not donnees.get("motif"):
                self.add_error("motif", "Dites pourquoi ce montant est écarté.")
        elif ecarte or donnees.get("typologie") or donnees.get("motif"):
            self.add_error("resultat", "Choisissez « Écartée », ou videz le montant, la typologie et le motif.")
        if ecarte > self.element.ligne.montant:
            self.add_error("ecarte", "Ce montant dépasse celui de la ligne.")
        return donnees

    def lire(self) -> Verification | None:
        donnees = self.cleaned_data
        if not donnees["resultat"]:
            return None
        return Verification(
            ResultatVerification(donnees["resultat"]),
            donnees["ecarte"] or Decimal("0.00"),
            donnees["typologie"],
            donnees["motif"],
        )


class EnvoiForm(ActeForm):
    le = JourField(label="Envoyées le")
    reponse_attendue_le = JourField(label="Réponse attendue le")
    conclusions = forms.CharField(
        label="Conclusions provisoires",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
        error_messages={"required": "Écrivez les conclusions provisoires."},
    )

    def clean(self):
        donnees = super().clean()
        envoi, attendue = donnees.get("le"), donnees.get("reponse_attendue_le")
        if envoi and attendue and attendue <= envoi:
            self.add_error("reponse_attendue_le", "Laissez un délai de réponse : une date après l’envoi.")
        return donnees


class ReponseForm(ActeForm):
    le = JourField(label="Reçue le")
    reponse = motif_field(
        "Réponse du bénéficiaire", "Ce qu’il accepte, ce qu’il conteste.", "Écrivez la réponse du bénéficiaire."
    )


class ConclusionForm(ActeForm):
    """`vu` is the amount that was shown, in euros: it is confirmed, and asked again when it has changed since."""

    jour = "conclu_le"
    conclu_le = JourField(label="Conclu le")
    ressources_retenues = MontantField(
        label="Cofinancements et recettes retenus",
        help_text="Ceux que le bénéficiaire a déclarés, corrigés s’il le faut.",
    )
    conclusions = forms.CharField(
        label="Conclusions",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=8000,
        error_messages={"required": "Écrivez les conclusions du contrôle."},
    )
    sans_contradictoire = forms.CharField(
        label="Pourquoi sans phase contradictoire",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text="Si un montant est écarté sans que le bénéficiaire ait été invité à répondre.",
    )
    sans_echantillon = forms.CharField(
        label="Pourquoi sans échantillon",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text="Aucune pièce n’est vérifiée\u00a0: dites ce qui en tient lieu.",
        error_messages={"required": "Dites pourquoi aucun échantillon n’est tiré, ou tirez-le."},
    )
    vu = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=14, decimal_places=2)
    confirmer = forms.BooleanField(label="Je conclus à ce montant", required=False)

    def __init__(self, *args, avec_contradictoire, avec_echantillon, **kwargs):
        super().__init__(*args, **kwargs)
        if avec_contradictoire:
            del self.fields["sans_contradictoire"]
        if avec_echantillon:
            del self.fields["sans_echantillon"]

    def montrer(self, montant: Decimal) -> bool:
        """Show this amount; tell whether it is the one that was already shown and confirmed."""
        donnees = getattr(self, "cleaned_data", {})
        est_confirme = bool(donnees.get("confirmer")) and donnees.get("vu") == montant
        data: Any = self.data
        if self.is_bound and not est_confirme:
            self.data = data = data.copy()
            data["vu"] = str(montant)
            data.pop("confirmer", None)
        self.initial["vu"] = montant
        return est_confirme


class EcartForm(forms.Form):
    """An amount set aside beside those of the sample; a row left empty sets nothing aside.

    `postes`: the declared lines of a report with a flat rate, which may depend on the one that is chosen.
    """

    poste = forms.ChoiceField(label="Poste", required=False)
    montant = MontantField(label="Montant écarté", required=False)
    typologie = forms.ChoiceField(label="Typologie", required=False, choices=TYPOLOGIES)
    motif = forms.CharField(label="Motif", required=False, max_length=2000)

    def __init__(self, *args, postes: list[DepenseDeclaree], **kwargs):
        super().__init__(*args, **kwargs)
        self.postes = {f"{poste.categorie}-{poste.annee}": poste for poste in postes}
        if not postes:
            del self.fields["poste"]
            return
        champ: Any = self.fields["poste"]
        noms = [(cle, f"{poste.get_categorie_display()} {poste.annee}") for cle, poste in self.postes.items()]
        champ.choices = [("", "Choisir"), *noms]

    def clean(self):
        donnees = super().clean()
        if donnees.get("montant"):
            if "poste" in self.fields and "poste" not in self.errors and not donnees.get("poste"):
                self.add_error("poste", "Choisissez le poste\u00a0: un forfait de ce bilan en dépend.")
            if not donnees.get("typologie"):
                self.add_error("typologie", "Choisissez la typologie de l’erreur.")
            if not donnees.get("motif"):
                self.add_error("motif", "Dites pourquoi ce montant est écarté.")
        elif any(donnees.get(c) for c in ("poste", "typologie", "motif")) and "montant" not in self.errors:
            self.add_error("montant", "Écrivez le montant écarté, ou videz la ligne.")
        poste = self.postes.get(donnees.get("poste") or "")
        if poste and donnees.get("montant") and donnees["montant"] > poste.montant:
            self.add_error("montant", f"Ce poste est déclaré pour {format_euros(poste.montant)}.")
        return donnees

    def lire(self) -> Ecart:
        donnees = self.cleaned_data
        poste = self.postes.get(donnees.get("poste") or "")
        return Ecart(
            donnees["montant"],
            MotifEcart(donnees["typologie"]),
            donnees["motif"],
            categorie=poste.categorie if poste else "",
            annee=poste.annee if poste else None,
        )


class EcartsBase(forms.BaseFormSet):
    fields: dict = {}  # no refusal of a service is about one row

    def lire(self) -> list[Ecart]:
        return [form.lire() for form in self.forms if form.cleaned_data.get("montant")]


EcartsFormSet = forms.formset_factory(EcartForm, formset=EcartsBase, extra=ECARTS_LIBRES, max_num=20)


def build_ecarts(data, postes: list[DepenseDeclaree]) -> Any:
    return EcartsFormSet(data, prefix="ecarts", form_kwargs={"postes": postes})
