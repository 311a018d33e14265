"""The answers of a record at entry, then at exit."""

from django import forms

from operations.forms.champs import JourField

from ..enums import SourceQpv, StatutEmploi
from ..identifiants import proposer_identifiant
from ..models import CHAMPS_SORTIE, Participation
from .champs import CommuneField, QuartierField

# the FTJ does not ask them (`domaine.md` 2.6)
HORS_FTJ = ["reconnaissance_handicap", "origine_etrangere", "nationalite_hors_ue", "minorite", "sans_logement"]
SITUATION = ["statut_emploi", "duree_chomage_mois", "en_formation", "niveau_diplome"]
ACCOMPAGNEMENT = ["minima_sociaux", "brsa", "participant_plie"]
VIDE = ("", "Non renseigné")


class ReponsesForm(forms.ModelForm):
    """Radio buttons, « non renseigné » first: one Tab per question, the arrows to answer."""

    sans_facultatif = True  # the page says what is needed

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = self.instance.version
        for champ in self.fields.values():
            if isinstance(champ, forms.TypedChoiceField):
                choix = [VIDE, *(c for c in champ.choices if c[0])]
                champ.widget = forms.RadioSelect()
                champ.choices = choix

    def champs(self, noms) -> list:
        """The questions of a section, those that this operation asks."""
        return [self[nom] for nom in noms if nom in self.fields]


class EntreeForm(ReponsesForm):
    """`exclues`: the questions that the fund does not ask are left out, and what was answered stays."""

    code_insee = CommuneField(
        label="Commune de résidence",
        required=False,
        help_text="Son nom ou son code INSEE\u00a0: les premières lettres suffisent pour choisir dans la liste.",
    )
    code_qpv = QuartierField(
        label="Quartier prioritaire",
        required=False,
        help_text="Le code du quartier à la date d’entrée, quand il est connu. Laissez vide hors quartier.",
    )

    class Meta:
        model = Participation
        fields = [
            "pseudonyme",
            "entree_le",
            "sexe",
            "code_insee",
            "code_qpv",
            *SITUATION,
            *ACCOMPAGNEMENT,
            *HORS_FTJ,
        ]
        field_classes = {"entree_le": JourField}
        widgets = {
            "pseudonyme": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "court"}),
            "duree_chomage_mois": forms.NumberInput(attrs={"min": 0, "max": 600, "class": "court"}),
        }
        labels = {
            "entree_le": "Date d’entrée",
            "sexe": "Sexe",
            "statut_emploi": "Situation face à l’emploi",
            "duree_chomage_mois": "Mois de chômage à l’entrée",
            "en_formation": "En formation ou en études",
            "niveau_diplome": "Diplôme le plus élevé obtenu",
            "minima_sociaux": "Touche des minima sociaux",
            "brsa": "Bénéficiaire du RSA",
            "participant_plie": "Suivie par un PLIE",
            "reconnaissance_handicap": "Handicap reconnu",
            "origine_etrangere": "Parents nés à l’étranger",
            "nationalite_hors_ue": "Nationalité hors de l’Union européenne",
            "minorite": "Appartient à une minorité, dont les Roms",
            "sans_logement": "Sans logement ou exclue du logement",
        }
        help_texts = {
            "pseudonyme": "Proposé\u00a0: le premier numéro libre. Jamais un nom.",
            "entree_le": "Le premier jour de la personne sur l’opération.",
            "duree_chomage_mois": "En mois entiers, pour une personne au chômage.",
            "statut_emploi": "Une personne en insertion par l’activité économique est en emploi.",
        }
        error_messages = {
            "pseudonyme": {"required": "Écrivez un identifiant, par exemple P0001."},
            "entree_le": {
                "required": "Donnez la date d’entrée.",
                "invalid": JourField.default_error_messages["invalid"],
            },
            "duree_chomage_mois": {
                "invalid": "Écrivez un nombre entier de mois, par exemple 14.",
                "min_value": "Écrivez un nombre de mois positif ou nul.",
            },
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        operation = self.instance.operation
        if operation.enveloppe.fonds.code == "FTJ":
            for nom in HORS_FTJ:
                del self.fields[nom]
        if not self.instance.pk:
            self.initial["pseudonyme"] = proposer_identifiant(operation)

    def clean_pseudonyme(self):
        """Say here that the identifier is taken, and which one is free."""
        code, operation = self.cleaned_data["pseudonyme"].strip(), self.instance.operation
        if operation.participations.filter(pseudonyme=code).exclude(pk=self.instance.pk).exists():
            libre = proposer_identifiant(operation)
            raise forms.ValidationError(f"Cette opération a déjà une fiche {code}. Le numéro {libre} est libre.")
        return code

    def clean(self):
        donnees = super().clean()
        if donnees.get("duree_chomage_mois") is not None and donnees.get("statut_emploi") != StatutEmploi.CHOMEUR:
            self.add_error(
                "duree_chomage_mois", "Laissez la durée vide, ou choisissez «\u202fAu chômage\u202f» comme situation."
            )
        return donnees

    def _post_clean(self):
        """The rules between columns are said here once, by the service."""
        avant = self.instance.code_qpv
        super()._post_clean()
        if "code_qpv" in self.cleaned_data and self.instance.code_qpv != avant:
            self.instance.source_qpv = SourceQpv.DECLARE if self.instance.code_qpv else ""


class SortieForm(ReponsesForm):
    """Why and in what situation the person left. The results may be noted later."""

    class Meta:
        model = Participation
        fields = ["sortie_le", *CHAMPS_SORTIE]
        field_classes = {"sortie_le": JourField}
        labels = {
            "sortie_le": "Date de sortie",
            "motif_sortie": "Motif de la sortie",
            "statut_emploi_sortie": "Situation face à l’emploi",
            "type_contrat": "Contrat de travail",
            "en_formation_sortie": "En formation ou en études",
            "qualification_obtenue": "Qualification obtenue",
            "recherche_active": "En recherche active d’emploi",
        }
        help_texts = {
            "sortie_le": "Le dernier jour de la personne sur l’opération.",
            "type_contrat": "Pour une personne en emploi à la sortie.",
            "qualification_obtenue": "Titre, diplôme ou certificat obtenu grâce à l’opération.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sortie_le"].required = True
        self.fields["sortie_le"].error_messages["required"] = "Donnez la date de sortie."

    def clean(self):
        donnees = super().clean()
        if donnees.get("type_contrat") and donnees.get("statut_emploi_sortie") != StatutEmploi.EMPLOI:
            self.add_error(
                "type_contrat", "Choisissez «\u202fEn emploi\u202f» comme situation, ou laissez le contrat vide."
            )
        return donnees


class MotifForm(forms.Form):
    motif = forms.CharField(
        label="Pourquoi cette fiche est annulée",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="Saisie en double, mauvaise opération. Sans nom\u00a0: cette phrase reste dans l’historique.",
        error_messages={"required": "Dites pourquoi cette fiche est annulée."},
    )
