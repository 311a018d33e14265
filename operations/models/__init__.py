from .appels import AppelAProjets, PieceAttendue
from .bilans import BilanExecution, ControleServiceFait, MontantEcarte
from .conditions import ConditionDecision
from .conventions import AvenantConvention, BilanAttendu, Convention, MiseEnSignature
from .decisions import DecisionProgrammation, Instruction, Recevabilite, ReponseLignePartage
from .ecritures import Ecriture
from .grille import CritereInstruction, NoteInstruction
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
    "Ecriture",
    "Instruction",
    "LigneAppelFonds",
    "LignesPlan",
    "MessageObservation",
    "MiseEnSignature",
    "MontantEcarte",
    "NoteInstruction",
    "Observation",
    "Operation",
    "Paiement",
    "Piece",
    "PieceAttendue",
    "PlanFinancement",
    "PosteDepense",
    "Recevabilite",
    "ReponseLignePartage",
    "Ressource",
    "Retrait",
    "Structure",
    "VersionPiece",
]
