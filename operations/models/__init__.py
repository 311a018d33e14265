from .appels import AppelAProjets, PieceAttendue
from .bilans import BilanExecution, ControleServiceFait, MontantEcarte
from .conditions import ConditionDecision
from .controles import (
    DepenseDeclaree,
    LigneDepense,
    LigneEchantillon,
    OuvertureControle,
    RessourcePercue,
)
from .conventions import AvenantConvention, BilanAttendu, Convention, MiseEnSignature
from .decisions import DecisionProgrammation, Instruction, Recevabilite, ReponseLignePartage
from .ecritures import Ecriture
from .grille import CritereInstruction, NoteInstruction
from .importation import FichierImport
from .observations import MessageObservation, Observation
from .operations import Operation, PlanFinancement
from .paiements import AppelFonds, LigneAppelFonds, Paiement
from .pieces import Piece, VersionPiece
from .plans import ChangementEtat, LignesPlan, PosteDepense, Ressource
from .retraits import Retrait
from .structures import ContactStructure, Structure

__all__ = [
    "AppelAProjets",
    "AppelFonds",
    "AvenantConvention",
    "BilanAttendu",
    "BilanExecution",
    "ChangementEtat",
    "ConditionDecision",
    "ContactStructure",
    "ControleServiceFait",
    "Convention",
    "CritereInstruction",
    "DecisionProgrammation",
    "DepenseDeclaree",
    "Ecriture",
    "FichierImport",
    "Instruction",
    "LigneAppelFonds",
    "LigneDepense",
    "LigneEchantillon",
    "LignesPlan",
    "MessageObservation",
    "MiseEnSignature",
    "MontantEcarte",
    "NoteInstruction",
    "Observation",
    "Operation",
    "OuvertureControle",
    "Paiement",
    "Piece",
    "PieceAttendue",
    "PlanFinancement",
    "PosteDepense",
    "Recevabilite",
    "ReponseLignePartage",
    "Ressource",
    "RessourcePercue",
    "Retrait",
    "Structure",
    "VersionPiece",
]
