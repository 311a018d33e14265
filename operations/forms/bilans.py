"""What is typed of a report: its period, its expenses by post and year, the resources received by funder."""

import csv
import difflib
import io

from django import forms

from accord.montants import format_date

from ..couts_simplifies import saisies_admises
from ..enums import CategorieDepense, NatureBilan, NatureRessource
from ..importation.cellules import lire_jour, lire_montant, lire_texte, simplifier
from ..importation.fautes import CelluleRefusee
from ..models import BilanExecution, DepenseDeclaree, LigneDepense, RessourcePercue
from .actes import ActeForm, motif_field
from .champs import JourField, MontantField

TITRES = ["poste", "piece", "payee_le", "fournisseur", "montant"]
EXEMPLE = "Personnel direct;FP-2026-03;31/03/2026;Camille Bertin (exemple);2 450,00"
FICHIER_MAX = 2_000_000
LIGNES_MAX = 5_000


class BilanForm(ActeForm):
    """The posts and years are those of the plan in force; a plan without posts takes one total."""

    jour = "depose_le"
    nature = forms.ChoiceField(
        label="Bilan", choices=NatureBilan, error_messages={"required": "Choisissez le bilan déposé."}
    )
    debut_le = JourField(label="Période, du")
    fin_le = JourField(label="au")
    depose_le = JourField(label="Déposé le", help_text="Le délai de paiement court à partir de ce jour.")
    ue_declare = MontantField(
        label="Participation européenne déclarée",
        required=False,
        help_text="Laissez vide : elle se calcule au taux de la convention, dans la limite de ce qui reste à déclarer.",
    )

    def __init__(self, *args, plan, annees, financeurs, **kwargs):
        super().__init__(*args, **kwargs)
        postes = {poste.categorie for poste in plan.postes.all() if not poste.est_forfait}
        self.categories = [c for c in CategorieDepense if c in postes and c in saisies_admises(plan.profil)]
        self.annees, self.financeurs = annees, financeurs
        if self.categories:
            for categorie in self.categories:
                for annee in annees:
                    self.fields[f"d_{categorie}_{annee}"] = MontantField(
                        label=f"{CategorieDepense(categorie).label}, {annee}", required=False
                    )
        else:
            self.fields["depenses"] = MontantField(
                label="Dépenses déclarées", error_messages={"required": "Écrivez les dépenses déclarées."}
            )
        for rang, (nature, financeur) in enumerate(financeurs):
            self.fields[f"r_{rang}"] = MontantField(label=financeur or NatureRessource(nature).label, required=False)

    @property
    def grille(self) -> list[dict]:
        """One row per post: its name and one field per year."""
        return [
            {"libelle": CategorieDepense(c).label, "champs": [self[f"d_{c}_{annee}"] for annee in self.annees]}
            for c in self.categories
        ]

    @property
    def percues(self) -> list:
        return [self[f"r_{rang}"] for rang in range(len(self.financeurs))]

    def clean(self):
        donnees = super().clean()
        debut, fin, depot = donnees.get("debut_le"), donnees.get("fin_le"), donnees.get("depose_le")
        if debut and fin and fin < debut:
            self.add_error("fin_le", "Choisissez une date à partir du début de la période.")
        elif fin and depot and depot < fin:
            self.add_error("depose_le", f"Choisissez une date à partir du {format_date(fin)}, fin de la période.")
        if self.categories and not self.errors and not self.lire_depenses():
            self.add_error(f"d_{self.categories[0]}_{self.annees[0]}", "Écrivez au moins une dépense.")
        return donnees

    def lire_depenses(self) -> list[DepenseDeclaree]:
        """The lines typed, not saved; empty when the plan has no post."""
        return [
            DepenseDeclaree(categorie=c, annee=annee, montant=montant)
            for annee in self.annees
            for c in self.categories
            if (montant := self.cleaned_data.get(f"d_{c}_{annee}"))
        ]

    def lire_ressources(self) -> list[RessourcePercue]:
        return [
            RessourcePercue(nature=nature, financeur=financeur, montant=montant)
            for rang, (nature, financeur) in enumerate(self.financeurs)
            if (montant := self.cleaned_data.get(f"r_{rang}"))
        ]

    def lire(self) -> BilanExecution:
        noms = ("nature", "debut_le", "fin_le", "depose_le", "ue_declare")
        bilan = BilanExecution(**{nom: self.cleaned_data[nom] for nom in noms})
        bilan.depenses = self.cleaned_data.get("depenses") or 0
        return bilan


class RetourBilanForm(ActeForm):
    """A report, a control or an execution is handed back."""

    le = JourField(label="À la date du")
    motif = motif_field("Motif", "Il figure dans l’historique de l’opération.", "Donnez le motif.")


class JourForm(ActeForm):
    le = JourField(label="Le")


class LignesForm(forms.Form):
    """The expense items of a report: a CSV file, or rows pasted from a spreadsheet."""

    fichier = forms.FileField(label="Fichier CSV", required=False)
    texte = forms.CharField(
        label="Ou lignes collées d’un tableur",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "data-sans-brouillon": True}),
        help_text="Poste, pièce, payée le, fournisseur ou salarié, montant. Une ligne par pièce.",
    )

    def clean_fichier(self):
        fichier = self.cleaned_data["fichier"]
        if not fichier:
            return ""
        if fichier.size > FICHIER_MAX:
            raise forms.ValidationError("Ce fichier dépasse 2 Mo. Coupez-le, ou collez ses lignes.")
        octets = fichier.read()
        try:
            return octets.decode("utf-8-sig")
        except UnicodeDecodeError:
            return octets.decode("cp1252", errors="replace")

    def clean(self):
        donnees = super().clean()
        if self.errors:
            return donnees
        champ = "fichier" if donnees.get("fichier") else "texte"
        lues = [c for c in _decouper(donnees.get(champ, "")) if any(map(str.strip, c))]
        if lues and simplifier(lues[0][0]) == "poste":
            lues = lues[1:]
        if not lues:
            self.add_error("texte", "Choisissez un fichier, ou collez au moins une ligne.")
        elif len(lues) > LIGNES_MAX:
            self.add_error(champ, f"Enregistrez {LIGNES_MAX} lignes au plus.")
        donnees["lignes"] = []
        for rang, cellules in enumerate(lues[:LIGNES_MAX], 1):
            try:
                donnees["lignes"].append(_lire_ligne(cellules))
            except CelluleRefusee as refus:
                self.add_error(champ, f"Ligne {rang} : {refus}")
        return donnees


def _decouper(texte: str) -> list[list[str]]:
    debut = texte.partition("\n")[0]
    separateur = "\t" if "\t" in debut else ";"
    return list(csv.reader(io.StringIO(texte), delimiter=separateur))


def _lire_ligne(cellules: list[str]) -> LigneDepense:
    if len(cellules) != len(TITRES):
        raise CelluleRefusee(f"elle compte {len(cellules)} colonnes, il en faut {len(TITRES)}.")
    poste, piece, jour, fournisseur, montant = cellules
    noms = {simplifier(c.label): c for c in CategorieDepense} | {simplifier(c.value): c for c in CategorieDepense}
    categorie = noms.get(simplifier(poste))
    if categorie is None:
        proches = difflib.get_close_matches(simplifier(poste), noms, n=1, cutoff=0.6)
        propose = noms[proches[0]] if proches else CategorieDepense.PERSONNEL
        exemple = "" if proches else "par exemple "
        raise CelluleRefusee(f"« {poste.strip()} » n’est pas un poste. Écrivez {exemple}« {propose.label} ».")
    if not piece.strip() or not fournisseur.strip():
        raise CelluleRefusee("donnez la référence de la pièce et le fournisseur ou le salarié.")
    lu = lire_montant(montant)
    if not lu or lu < 0:
        raise CelluleRefusee("le montant est supérieur à zéro.")
    return LigneDepense(
        categorie=categorie,
        piece=lire_texte(piece)[:100],
        payee_le=lire_jour(jour),
        fournisseur=lire_texte(fournisseur)[:200],
        montant=lu,
    )
