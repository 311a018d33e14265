"""A line of the file, read: its values by column, its faults, and what it asks to be done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from accord.typographie import espacer
from comptes.lecture import LigneLue

from ..enums import VersionPlan
from ..models import Operation, PlanFinancement
from ..models.operations import RESSOURCES
from .cellules import VIDE
from .colonnes import PAR_NOM, Entete, est_note
from .fautes import CelluleRefusee, Faute, montrer

ZERO = Decimal("0.00")
CHAMPS = {  # fields of an operation that carry another name than their column
    "beneficiaire": "structure",
    "part_qpv": "part_qpv_declaree",
}
SIMPLES = ["intitule", "resume", "deposee_le", "debut_le", "fin_le", "part_qpv"]
RATTACHEMENTS = ["objectif_specifique", "appel", "dispositif", "axe", "type_action"]
PLAN = ["cout_total_eligible", *RESSOURCES]
QUAND_VIDE = {"resume": "", "epci": []} | dict.fromkeys(RESSOURCES[1:], ZERO)


@dataclass
class Dossier:
    """`valeurs` has a key for each column of the file; an empty cell is None, or the nothing of its column."""

    ligne: int
    brut: dict
    valeurs: dict = field(default_factory=dict)
    fautes: dict[str, Faute] = field(default_factory=dict)
    existante: Operation | None = None
    cible: Operation | None = None
    plan: PlanFinancement | None = None
    epcis: list = field(default_factory=list)
    ecarts: list[str] = field(default_factory=list)
    actes: list[str] = field(default_factory=list)
    attend_decision: bool = False

    @property
    def numero(self) -> str:
        return self.valeurs.get("numero") or ""

    def refuser(self, colonne: str, regle: str, proposition: str = "") -> None:
        """One message per cell: the first fault found is the one to mend first."""
        valeur = montrer(self.brut.get(colonne))
        self.fautes.setdefault(colonne, Faute(self.ligne, colonne, valeur, espacer(regle), espacer(proposition)))

    def sains(self, *colonnes: str) -> bool:
        return not any(colonne in self.fautes for colonne in colonnes)

    def oublier(self, *colonnes: str) -> None:
        """Leave these cells out, as when the file has no such column."""
        for colonne in colonnes:
            self.valeurs.pop(colonne, None)

    def tenter(self, colonne: str, lire, *arguments):
        """What `lire` returns; None when it refuses, and the fault is kept."""
        try:
            return lire(*arguments)
        except CelluleRefusee as refus:
            self.refuser(colonne, refus.regle, refus.proposition)
            return None


def lire_dossiers(lignes: Iterable[LigneLue], entete: Entete) -> list[Dossier]:
    return [_lire(ligne, entete) for ligne in lignes if not est_note(ligne)]


def _lire(ligne: LigneLue, entete: Entete) -> Dossier:
    dossier = Dossier(ligne.numero, entete.lire(ligne))
    for nom, valeur in dossier.brut.items():
        colonne = PAR_NOM[nom]
        if valeur in VIDE:
            dossier.valeurs[nom] = QUAND_VIDE.get(nom)
            if colonne.requis:
                dossier.refuser(nom, "Cette cellule est obligatoire.")
            continue
        lue = dossier.tenter(nom, colonne.lire, valeur)
        dossier.valeurs[nom] = lue
        if colonne.longueur and lue and len(lue) > colonne.longueur:
            dossier.refuser(nom, f"Ce texte compte {len(lue)} signes, {colonne.longueur} au plus.")
    return dossier


def plan_demande(operation: Operation) -> PlanFinancement:
    return next(plan for plan in operation.plans.all() if plan.version == VersionPlan.DEMANDE)


def lire_enregistre(operation: Operation) -> dict:
    """What is recorded of an operation, column by column, as a line of the file would say it."""
    plan = plan_demande(operation)
    valeurs = {nom: getattr(operation, CHAMPS.get(nom, nom)) for nom in [*SIMPLES, *RATTACHEMENTS, "beneficiaire"]}
    valeurs |= {nom: getattr(plan, nom) for nom in PLAN}
    return valeurs | {"epci": sorted(operation.epcis.all(), key=str)}
