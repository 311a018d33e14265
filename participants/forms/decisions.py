"""What a body concludes on a record, and the filters of the lists where it is to conclude."""

from django import forms

from ..enums import SensDoublon, SensPartage


class MotifField(forms.CharField):
    def __init__(self, **options):
        super().__init__(
            label="Motif",
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 4}),
            error_messages={"required": "Dites pourquoi."},
            **options,
        )


class DecisionDoublonForm(forms.Form):
    sens = forms.ChoiceField(
        label="Votre décision",
        choices=SensDoublon.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    motif = MotifField(help_text="L’autre organisme le lit. N’y nommez personne.")


class DecisionPartageForm(forms.Form):
    sens = forms.ChoiceField(
        label="Votre décision",
        choices=SensPartage.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    motif = MotifField(help_text="Un contrôle le lit. N’y nommez personne.")


class FiltreDoublonsForm(forms.Form):
    ETATS = [("a_decider", "À décider"), ("decide", "Décidés"), ("ecarte", "Écartés")]
    q = forms.CharField(label="Votre identifiant", required=False)
    etat = forms.ChoiceField(label="État", choices=[("", "Tous"), *ETATS], required=False)
    force = forms.ChoiceField(
        label="Ressemblance",
        choices=[("", "Toutes"), ("exacte", "Mêmes nom, prénom et date"), ("voisine", "Orthographe ou date voisine")],
        required=False,
    )

    def filtrer(self, doublons):
        """Narrow pairs (`recoupements.doublons_de`) by what was asked; the identifier sought is one's own."""
        self.is_valid()
        lus = self.cleaned_data
        if texte := lus.get("q", "").strip():
            doublons = doublons.filter(pseudonyme_sien__icontains=texte)
        if force := lus.get("force"):
            doublons = doublons.filter(est_exact=force == "exacte")
        if lus.get("etat") == "ecarte":
            return doublons.exclude(pk__in=doublons.en_vigueur().values("pk"))
        if etat := lus.get("etat"):
            doublons = doublons.en_vigueur().filter(sens_sien__isnull=etat == "a_decider")
        return doublons
