"""Send a file of participants; say what its titles and its answers mean."""

from django import forms

from comptes.models import Organisme
from operations.forms.importation import ImportForm
from operations.models import Operation

from ..importation.cellules import simplifier
from ..importation.colonnes import COLONNES, PAR_CLE, PAR_NOM
from ..models import CorrespondanceImport
from ..services.importation import BORNES

LIGNES = f"{BORNES.lignes:,}".replace(",", "\u202f")
LAISSEE = ("", "Ne pas reprendre")


class ImportParticipantsForm(ImportForm):
    """A file, the operation of all its lines when it does not name one, and the source it comes from."""

    taille_max = BORNES.taille
    operation = forms.CharField(
        label="Opération",
        required=False,
        max_length=20,
        help_text="Son numéro, quand le fichier n’a pas de colonne «\u202foperation\u202f».",
    )
    correspondance = forms.ModelChoiceField(
        label="Source du fichier",
        queryset=CorrespondanceImport.objects.none(),
        required=False,
        empty_label="Notre modèle, ou une source nouvelle",
        help_text="Une source déjà associée garde la lecture de ses colonnes.",
    )
    field_order = ["organisme", "operation", "correspondance", "fichier"]

    def __init__(self, *args, accord, organismes, **kwargs):
        super().__init__(*args, organismes=organismes, **kwargs)
        self.accord = accord
        champ = self.fields["fichier"]
        champ.label = "Fichier de participants"
        champ.help_text = f"CSV, XLSX ou ODS, {LIGNES} lignes au plus. Les titres sont en première ligne."
        self.fields["correspondance"].queryset = CorrespondanceImport.objects.filter(
            accord=accord, organisme__in=organismes
        )

    def clean(self):
        donnees = super().clean()
        organisme: Organisme | None = self.seul or donnees.get("organisme")
        numero, source = (donnees.get("operation") or "").strip(), donnees.get("correspondance")
        if organisme and numero:
            siennes = Operation.objects.filter(accord=self.accord, enveloppe__organisme=organisme, numero=numero)
            donnees["operation"] = siennes.first()
            if donnees["operation"] is None:
                self.add_error("operation", "Aucune opération de l’organisme ne porte ce numéro.")
        else:
            donnees["operation"] = None
        if organisme and source and source.organisme_id != organisme.pk:
            self.add_error("correspondance", "Cette source est celle d’un autre organisme.")
        return donnees


class CorrespondanceForm(forms.Form):
    """One choice per title of the file, and one per answer that was not understood."""

    nom = forms.CharField(
        label="Nom de la source",
        max_length=80,
        help_text="Le prochain fichier de cette source se lira de lui-même.",
        error_messages={"required": "Nommez la source, par exemple «\u202fMa démarche FSE+\u202f»."},
    )

    def __init__(self, *args, titres: list[str], valeurs: dict[str, list[str]], correspondance=None, **kwargs):
        super().__init__(*args, **kwargs)
        connues = correspondance.colonnes if correspondance else {}
        if correspondance:
            self.fields["nom"].initial = correspondance.nom
        champs = [LAISSEE, *((colonne.nom, colonne.titre) for colonne in COLONNES)]
        self.titres = {f"titre_{rang}": simplifier(titre) for rang, titre in enumerate(titres)}
        for (champ, cle), titre in zip(self.titres.items(), titres, strict=True):
            self.fields[champ] = forms.ChoiceField(
                label=titre, choices=champs, required=False, initial=connues.get(cle, PAR_CLE.get(cle, ""))
            )
        self.valeurs: dict[str, tuple[str, str]] = {}
        for colonne, mots in valeurs.items():
            for rang, mot in enumerate(mots):
                champ = f"valeur_{colonne}_{rang}"
                self.valeurs[champ] = (colonne, simplifier(mot))
                self.fields[champ] = forms.ChoiceField(
                    label=f"{PAR_NOM[colonne].titre}\u00a0: «\u202f{mot}\u202f»",
                    choices=[("", "À corriger dans le fichier"), *PAR_NOM[colonne].choix],
                    required=False,
                )

    def clean(self):
        donnees = super().clean()
        prises: dict[str, str] = {}
        for champ in self.titres:
            nom = donnees.get(champ)
            if nom and nom in prises:
                self.add_error(champ, f"«\u202f{PAR_NOM[nom].titre}\u202f» est déjà associée à un autre titre.")
            elif nom:
                prises[nom] = champ
        return donnees

    @property
    def colonnes(self) -> dict[str, str]:
        return {cle: self.cleaned_data[champ] for champ, cle in self.titres.items()}

    @property
    def traductions(self) -> dict[str, dict[str, str]]:
        lues: dict[str, dict[str, str]] = {}
        for champ, (colonne, mot) in self.valeurs.items():
            if self.cleaned_data[champ]:
                lues.setdefault(colonne, {})[mot] = self.cleaned_data[champ]
        return lues

    @property
    def champs_titres(self):
        return [self[champ] for champ in self.titres]

    @property
    def champs_valeurs(self):
        return [self[champ] for champ in self.valeurs]
