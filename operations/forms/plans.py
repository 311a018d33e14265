from copy import copy
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from accord.montants import INSECABLE, format_euros, format_taux

from ..couts_simplifies import compute_forfaits, dire_refus
from ..enums import CategorieDepense, ProfilCout
from ..lignes_plan import (
    Bareme,
    build_postes,
    dire_desequilibre,
    dire_lignes,
    lire_bareme,
    lire_lignes,
    sommer_ressources,
)
from ..models import LignesPlan, PlanFinancement, PosteDepense
from ..models.operations import RESSOURCES
from ..plafonds import Plafond, compute_plafond
from .champs import MontantField
from .lignes_plan import build_lignes

CHAMPS_PLAN = ["cout_total_eligible", *RESSOURCES]
LIBELLES = {
    "cout_total_eligible": "Coût total éligible",
    "contrepartie_etat": "État",
    "contrepartie_region": "Région",
    "contrepartie_departement": "Département",
    "contrepartie_epci_commune": "Intercommunalités et communes",
    "contrepartie_autre_public": "Autres financeurs publics",
    "contrepartie_prive": "Financeurs privés",
    "autofinancement": "Autofinancement",
    "recettes": "Recettes",
}
LIBELLES_LIGNES = {"postes": "Postes de dépense", "ressources": "Ressources par financeur"}
ZERO = Decimal("0.00")
LIGNES_LIBRES = 3  # rows that a page without script adds at once


class PlanForm(forms.ModelForm):
    """The plan of an operation. An empty resource is nothing; the cost and the European share are asked.

    `reference` is the plan shown beside, `equilibre` refuses a plan that does not balance, `appel` sets a maximum rate.
    `accord` and `jour` say which rates apply: those of the operation when the instance has one. With lines (`postes`,
    `ressources`), the totals are their sums, whatever was typed; `save` leaves the lines on the plan (`lignes`).
    """

    class Meta:
        model = PlanFinancement
        fields = ["profil", *CHAMPS_PLAN]
        field_classes = dict.fromkeys(CHAMPS_PLAN, MontantField)

    def __init__(
        self, data=None, *, fonds, equilibre=False, reference=None, appel=None, accord=None, jour=None, **kwargs
    ):
        super().__init__(data, **kwargs)
        self.equilibre, self.reference, self.appel = equilibre, reference, appel
        self.accord, self.jour = accord, jour
        if self.instance.operation_id:
            self.accord, self.jour = self.instance.operation.accord, self.instance.operation.deposee_le
        self.bareme = lire_bareme(self.accord, self.jour) if self.accord else Bareme({}, None)
        for nom, champ in self.fields.items():
            if nom == "profil":
                continue
            champ.label = str(fonds) if nom == "ue" else LIBELLES[nom]
            champ.required = nom in ("cout_total_eligible", "ue")
            champ.widget.attrs["inputmode"] = "decimal"
            if nom != "ue" and not champ.required and not self.initial.get(nom):
                self.initial[nom] = None
        self.fields["profil"].required = False
        self.fields["profil"].choices = self._profils()
        self.fields["cout_total_eligible"].error_messages["required"] = "Écrivez le coût total éligible."
        self.fields["ue"].error_messages["required"] = f"Écrivez la participation demandée au {fonds}."
        self._lire_lignes()

    def _profils(self) -> list[tuple[str, str]]:
        """Real costs, and each flat rate that the agreement sets, with its rate."""
        return [
            (profil.value, f"{profil.label}{INSECABLE}: {format_taux(taux)}" if taux else profil.label)
            for profil in ProfilCout
            if (taux := self.bareme.taux.get(profil)) or profil in (ProfilCout.REEL, self.instance.profil)
        ]

    # -- the lines

    def _lire_lignes(self) -> None:
        """Build the rows, and put the sums of those that can be read in place of what was typed."""
        self.saisie_en_cours = self.data.get("plan_saisie", "") if self.is_bound else ""
        self.a_des_lignes = self.is_bound and "postes-TOTAL_FORMS" in self.data
        if self.a_des_lignes:
            donnees: Any = copy(self.data)
            compteur = f"{self.saisie_en_cours}-TOTAL_FORMS"
            if str(donnees.get(compteur, "")).isdecimal():
                donnees[compteur] = str(int(donnees[compteur]) + LIGNES_LIBRES)
            self.data = donnees
        self.depart = self._lignes_de_depart()
        self.postes, self.ressources = build_lignes(self.data if self.a_des_lignes else None, self.depart)
        lus = self.postes.lire() if self.a_des_lignes else [p for p in self.depart.postes if not p.est_forfait]
        profil = self["profil"].value() or ProfilCout.REEL
        taux = self.bareme.taux.get(profil)
        self.forfaits = compute_forfaits(profil, lus, taux) if taux else []
        self.sommes: dict[str, Decimal] = {}
        if lus:
            self.sommes["cout_total_eligible"] = sum((ligne.montant for ligne in [*lus, *self.forfaits]), ZERO)
        ressources = self.ressources.lire() if self.a_des_lignes else self.depart.ressources
        if ressources:
            self.sommes |= sommer_ressources(ressources)
        for nom, somme in self.sommes.items():
            self.fields[nom].widget.attrs["readonly"] = True
            if self.a_des_lignes:
                donnees[self.add_prefix(nom)] = self.fields[nom].prepare_value(somme)
            else:
                self.initial[nom] = somme

    def _lignes_de_depart(self) -> LignesPlan:
        if self.instance.lignes is not None:
            return self.instance.lignes
        return lire_lignes(self.instance) if self.instance.pk else LignesPlan()

    @property
    def sous_formulaires(self) -> list:
        return [self.postes, self.ressources] if self.a_des_lignes and not self.saisie_en_cours else []

    def full_clean(self):
        super().full_clean()
        if self.saisie_en_cours:
            self._errors = ErrorDict()  # a page without script asks for rows or sums: nothing is refused yet

    def is_valid(self):
        """Rows that cannot be read, or more rows asked for by a page without script: nothing to save yet."""
        valide = super().is_valid()  # first: it may find fault with a row
        return valide and all(partie.is_valid() for partie in self.sous_formulaires) and not self.saisie_en_cours

    def _clean_lignes(self) -> bool:
        """Check the rows with the profile; true when they may be added up."""
        if not self.a_des_lignes:
            return True
        profil = self.cleaned_data.get("profil") or ProfilCout.REEL
        for form in self.postes.forms:
            if form.est_lue and (refus := dire_refus(profil, form.cleaned_data["categorie"])):
                form.add_error("categorie", refus)
        if not all([self.postes.is_valid(), self.ressources.is_valid()]):
            return False
        postes, ressources = self.postes.lire(), self.ressources.lire()
        try:
            build_postes(profil, postes, self.bareme.taux.get(profil))
        except forms.ValidationError as refus:
            self.add_error(None, refus)
            return False
        dates = {(r.nature, r.financeur, r.annee, r.etat): r.etat_le for r in self.depart.ressources}
        for r in ressources:
            r.etat_le = dates.get((r.nature, r.financeur, r.annee, r.etat))
        self.instance.lignes = LignesPlan(postes, ressources)
        return True

    def reprendre_lignes(self, nom: str, lignes: LignesPlan) -> None:
        """Put recorded lines in place of the rows typed: what is saved, and what is shown again."""
        setattr(self.instance.lignes, nom, getattr(lignes, nom))
        donnees: Any = copy(self.data)
        for cle in [cle for cle in donnees if cle.startswith(f"{nom}-") and cle.split("-")[1].isdecimal()]:
            del donnees[cle]
        for rang, ligne in enumerate(getattr(lignes, nom)):
            for champ in getattr(self, nom).form.base_fields:
                donnees[f"{nom}-{rang}-{champ}"] = str(getattr(ligne, champ))
        donnees[f"{nom}-TOTAL_FORMS"] = str(len(getattr(lignes, nom)) + 1)
        self.data = donnees
        self.postes, self.ressources = build_lignes(donnees, self.depart)

    def comparer(self, enregistre: PlanFinancement) -> list[dict]:
        """Differences between the lines typed and those recorded, as `comparaison` says those of the fields."""
        if not self.a_des_lignes:
            return []
        actuelles = dire_lignes(lire_lignes(enregistre))
        saisies = dire_lignes(LignesPlan([*self.postes.lire(), *self.forfaits_ecrits], self.ressources.lire()))
        return [
            {
                "champ": nom,
                "libelle": libelle,
                "enregistre": "\u202f; ".join(actuelles[nom]) or "vide",
                "saisi": "\u202f; ".join(saisies[nom]) or "vide",
            }
            for nom, libelle in LIBELLES_LIGNES.items()
            if actuelles[nom] != saisies[nom]
        ]

    @property
    def forfaits_ecrits(self) -> list[PosteDepense]:
        return [PosteDepense(**vars(forfait)) for forfait in self.forfaits]

    @property
    def nom_forfait(self) -> str:
        """The post that the flat rate gives."""
        return CategorieDepense(self.forfaits[0].categorie).label if self.forfaits else ""

    @property
    def cout_ecrit(self) -> str:
        """The cost that follows from the posts, as its field writes it; empty without a post."""
        cout = self.sommes.get("cout_total_eligible")
        return "" if cout is None else str(self.fields["cout_total_eligible"].prepare_value(cout))

    @property
    def total_forfaits(self) -> Decimal:
        return sum((forfait.montant for forfait in self.forfaits), ZERO)

    @property
    def seuil_forfait(self) -> Decimal | None:
        """The cost up to which simplified costs are asked, when this plan at real costs is not above it."""
        profil, cout = self["profil"].value() or ProfilCout.REEL, self._valeur("cout_total_eligible")
        return self.bareme.seuil if self.bareme.exige_forfait(profil, cout) else None

    # -- the totals

    def clean_profil(self):
        return self.cleaned_data["profil"] or self.instance.profil

    def clean(self):
        donnees = super().clean()
        lignes_lues = self._clean_lignes()
        for nom in RESSOURCES[1:]:
            if nom not in self.errors and donnees.get(nom) is None:
                donnees[nom] = ZERO
        cout, ue = donnees.get("cout_total_eligible"), donnees.get("ue")
        if cout is not None and cout <= 0:
            self.add_error("cout_total_eligible", "Écrivez un coût supérieur à zéro.")
        if ue is not None and ue <= 0:
            self.add_error("ue", "Écrivez une participation supérieure à zéro.")
        if cout and ue and ue > cout:
            self.add_error(
                "ue", f"La participation européenne est supérieure de {format_euros(ue - cout)} au coût total."
            )
        if self.equilibre and lignes_lues and not self.errors and self.ecart:
            propre = self._valeur("autofinancement") or ZERO
            self.add_error(
                "autofinancement", dire_desequilibre(cout=cout or ZERO, autres=self.total - propre, propre=propre)
            )
        return donnees

    def _valeur(self, nom: str) -> Decimal | None:
        """What the field holds now, typed or recorded; None when it cannot be read."""
        if not self.is_bound:
            return self.initial.get(nom)
        try:
            return self.fields[nom].to_python(self.data.get(self.add_prefix(nom)))
        except forms.ValidationError:
            return None

    @property
    def total(self) -> Decimal:
        return sum((self._valeur(nom) or ZERO for nom in RESSOURCES), ZERO)

    @property
    def ecart(self) -> Decimal:
        """Resources less cost, in euros."""
        return self.total - (self._valeur("cout_total_eligible") or ZERO)

    @property
    def taux_ue(self) -> Decimal | None:
        cout, ue = self._valeur("cout_total_eligible"), self._valeur("ue")
        return ue / cout if cout and ue is not None else None

    @property
    def est_lu(self) -> bool:
        """True when there is something to add up."""
        return bool(self._valeur("cout_total_eligible"))

    @property
    def plafond(self) -> Plafond | None:
        """The European share against its maximum and against the plan beside; None when it cannot be read."""
        cout, ue = self._valeur("cout_total_eligible"), self._valeur("ue")
        if not (cout and ue):
            return None
        return compute_plafond(self.appel, cout=cout, ue=ue, ue_demande=getattr(self.reference, "ue", None))

    @property
    def note_plafond(self) -> str:
        taux_max = self.appel.taux_max if self.appel else None
        return f"{format_taux(taux_max)} au plus pour cet appel" if taux_max else ""

    @property
    def note_taux(self) -> str:
        """59,99 % of the cost, and the most that the call allows."""
        taux = f"{format_taux(self.taux_ue)} du coût total" if self.taux_ue is not None else ""
        return ", ".join(filter(None, [taux, self.note_plafond]))

    @property
    def lignes(self) -> list[tuple]:
        """Each resource with the amount of the reference plan."""
        return [(self[nom], getattr(self.reference, nom, None)) for nom in RESSOURCES]

    @property
    def ligne_cout(self) -> tuple:
        return self["cout_total_eligible"], getattr(self.reference, "cout_total_eligible", None)
