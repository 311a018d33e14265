"""Check each line against what exists: every faulty cell is found in one pass, before anything is written."""

import copy
from datetime import date

from django.utils import timezone

from accord.montants import format_date, format_nombre
from comptes.enums import Role

from ..enums import STATUTS_MODIFIABLES, VersionPlan
from ..forms.plans import ZERO
from ..models import Operation, PlanFinancement
from ..services.depot import verifier_appel, verifier_calendrier
from .dossiers import CHAMPS, PLAN, QUAND_VIDE, RATTACHEMENTS, SIMPLES, Dossier, lire_enregistre, plan_demande
from .fautes import montrer
from .references import References, Structures
from .refus import placer
from .vie import verifier_vie


class Controle:
    """The checks of one file, for one body and one author."""

    def __init__(self, references: References, structures: Structures, existantes, pris, *, auteur, fin_eligible):
        self.references, self.structures = references, structures
        self.existantes: dict[str, Operation] = existantes
        self.pris: set[str] = pris
        self.auteur, self.fin_eligible = auteur, fin_eligible
        self.aujourdhui: date = timezone.localdate()
        self.vus: dict[str, int] = {}
        organisme = references.organisme
        self.depose = auteur is None or auteur.has_role(Role.GESTIONNAIRE, organisme)
        self.decide = auteur is not None and auteur.has_role(Role.RESPONSABLE, organisme)

    def verifier(self, dossier: Dossier) -> None:
        """Find the faults of a line, and prepare what it asks: `cible`, `plan`, `actes`."""
        self._verifier_numero(dossier)
        if dossier.numero in self.pris:
            return  # the file of another body: nothing of the line is compared with it
        enveloppe = self._lire_enveloppe(dossier)
        if enveloppe:
            self._lire_rattachements(dossier, enveloppe)
        else:  # nothing tells what these codes should be
            dossier.oublier(*RATTACHEMENTS)
        self._lire_epci(dossier)
        self._lire_beneficiaire(dossier)
        self._preparer(dossier, enveloppe)
        if dossier.existante and dossier.existante.statut not in STATUTS_MODIFIABLES:
            self._refuser_ecarts(dossier)
        elif dossier.ecarts:
            self._verifier_dates(dossier)
            self._verifier_plan(dossier)
            if not self.depose:
                dossier.refuser(
                    dossier.ecarts[0], "Seul un gestionnaire de l’organisme dépose une opération ou la corrige."
                )
        verifier_vie(dossier, self)

    def _verifier_numero(self, dossier: Dossier) -> None:
        if not dossier.numero or not dossier.sains("numero"):
            return
        if dossier.numero in self.vus:
            dossier.refuser("numero", f"Ce numéro est déjà à la ligne {self.vus[dossier.numero]}.")
        self.vus.setdefault(dossier.numero, dossier.ligne)
        if dossier.numero in self.pris:
            dossier.refuser("numero", "Une opération d’un autre organisme porte déjà ce numéro.")
        dossier.existante = self.existantes.get(dossier.numero)

    def _lire_enveloppe(self, dossier: Dossier):
        texte, existante = dossier.valeurs.get("enveloppe"), dossier.existante
        if not texte:
            return None
        enveloppe = dossier.tenter("enveloppe", self.references.enveloppes.trouver, texte)
        dossier.valeurs["enveloppe"] = enveloppe
        if enveloppe and existante and enveloppe.pk != existante.enveloppe_id:
            actuelle = existante.enveloppe.code
            dossier.refuser("enveloppe", "L’opération est sur une autre enveloppe, et y reste.", actuelle)
            return None
        return enveloppe

    def _lire_rattachements(self, dossier: Dossier, enveloppe) -> None:
        repertoires, valeurs = self.references.par_enveloppe[enveloppe.pk], dossier.valeurs
        for nom in RATTACHEMENTS:
            if valeurs.get(nom):
                valeurs[nom] = dossier.tenter(nom, repertoires[nom].trouver, valeurs[nom])
        objectifs = repertoires["objectif_specifique"]
        absent = "objectif_specifique" in valeurs or not dossier.existante
        if absent and valeurs.get("objectif_specifique") is None and dossier.sains("objectif_specifique"):
            if len(objectifs.codes) == 1:
                valeurs["objectif_specifique"] = objectifs.trouver(objectifs.codes[0])
            else:
                dossier.refuser(
                    "objectif_specifique", f"Ce fonds a plusieurs objectifs : {', '.join(objectifs.codes)}."
                )

    def _lire_epci(self, dossier: Dossier) -> None:
        trouves = [
            dossier.tenter("epci", self.references.epci.trouver, nom) for nom in dossier.valeurs.get("epci") or []
        ]
        if "epci" in dossier.valeurs:
            dossier.valeurs["epci"] = sorted(set(filter(None, trouves)), key=str)

    def _lire_beneficiaire(self, dossier: Dossier) -> None:
        valeurs, existante = dossier.valeurs, dossier.existante
        nom, siret = valeurs.get("beneficiaire") or "", valeurs.get("siret") or ""
        donne = existante is None or "beneficiaire" in valeurs
        dossier.oublier("beneficiaire")
        if not dossier.sains("beneficiaire", "siret"):
            return
        if nom or siret:
            actuelle = existante.structure if existante else None
            colonne = "beneficiaire" if nom else "siret"
            structure = dossier.tenter(colonne, self.structures.trouver, nom, siret, actuelle)
            if structure:
                valeurs["beneficiaire"] = structure
        elif donne:
            dossier.refuser("beneficiaire", "Donnez le nom du bénéficiaire, ou son SIRET.")

    def _preparer(self, dossier: Dossier, enveloppe) -> None:
        """Build the operation and its plan as the line wants them; list what differs from what is recorded."""
        valeurs, existante = dossier.valeurs, dossier.existante
        if existante:
            enregistre = lire_enregistre(existante)
            # the SIRET only tells which beneficiary it is
            dossier.ecarts = [nom for nom in enregistre if nom in valeurs and valeurs[nom] != enregistre[nom]]
            dossier.cible, dossier.plan = copy.copy(existante), copy.copy(plan_demande(existante))
        else:
            enregistre = dict.fromkeys([*SIMPLES, *RATTACHEMENTS, "beneficiaire", *PLAN, "epci"]) | QUAND_VIDE
            dossier.ecarts = ["numero"]
            dossier.cible = Operation(enveloppe=enveloppe, accord=self.references.accord, numero=dossier.numero)
            dossier.plan = PlanFinancement(version=VersionPlan.DEMANDE)
        voulu = enregistre | {nom: valeurs[nom] for nom in enregistre if nom in valeurs and nom not in dossier.fautes}
        dossier.epcis = voulu["epci"] or []
        for nom in [*SIMPLES, *RATTACHEMENTS]:
            setattr(dossier.cible, CHAMPS.get(nom, nom), voulu[nom])
        if voulu["beneficiaire"]:
            dossier.cible.structure = voulu["beneficiaire"]
        for nom in PLAN:
            setattr(dossier.plan, nom, voulu[nom])

    def _refuser_ecarts(self, dossier: Dossier) -> None:
        """A file past its instruction is left as it is: each cell that says otherwise is refused."""
        existante = dossier.existante
        enregistre = lire_enregistre(existante)
        for nom in dossier.ecarts:
            colonne = "siret" if nom == "beneficiaire" and not dossier.brut.get(nom) else nom
            dossier.refuser(
                colonne,
                f"L’opération est « {existante.get_statut_display().lower()} » et ne se modifie plus.",
                ecrire(enregistre[nom]) or "cellule vide",
            )
        dossier.ecarts = []

    def _verifier_dates(self, dossier: Dossier) -> None:
        cible, accord = dossier.cible, self.references.accord
        appel_avant = dossier.existante.appel_id if dossier.existante else None
        if cible.deposee_le and cible.deposee_le > self.aujourdhui:
            dossier.refuser("deposee_le", "Choisissez une date qui n’est pas à venir.")
        if cible.debut_le and cible.debut_le < accord.debut_le:
            dossier.refuser("debut_le", f"Choisissez une date à partir du {format_date(accord.debut_le)}.")
        if cible.debut_le and cible.fin_le and cible.fin_le < cible.debut_le:
            dossier.refuser("fin_le", f"Choisissez une date à partir du {format_date(cible.debut_le)}.")
        if cible.deposee_le and dossier.sains("appel", "enveloppe"):
            placer(dossier, verifier_appel, cible, nouveau=cible.appel_id != appel_avant)
        if cible.debut_le and cible.fin_le and dossier.sains("appel", "enveloppe"):
            placer(dossier, verifier_calendrier, cible, self.fin_eligible)

    def _verifier_plan(self, dossier: Dossier) -> None:
        cout, ue = dossier.plan.cout_total_eligible, dossier.plan.ue
        if cout is not None and cout <= ZERO:
            dossier.refuser("cout_total_eligible", "Écrivez un coût supérieur à zéro.")
        if ue is not None and ue <= ZERO:
            dossier.refuser("ue", "Écrivez une participation supérieure à zéro.")
        if cout and ue and ue > cout:
            dossier.refuser(
                "ue", f"La participation européenne est supérieure de {format_nombre(ue - cout)} € au coût total."
            )


def ecrire(valeur) -> str:
    """A recorded value as a line would write it."""
    if isinstance(valeur, list):
        return " | ".join(map(str, valeur))
    if valeur is None or isinstance(valeur, date | str):
        return montrer(valeur)
    if hasattr(valeur, "code"):
        return valeur.code
    return format_nombre(valeur) if hasattr(valeur, "quantize") else str(valeur)
