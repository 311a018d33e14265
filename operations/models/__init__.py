from .appels import AppelAProjets, PieceAttendue
from .bilans import BilanExecution, ControleServiceFait, MontantEcarte
from .conventions import AvenantConvention, BilanAttendu, Convention, MiseEnSignature
from .decisions import DecisionProgrammation, Instruction, Recevabilite
from .ecritures import Ecriture
from .observations import MessageObservation, Observation
from .operations import Operation, PlanFinancement
from .paiements import AppelFonds, LigneAppelFonds, Paiement
from .pieces import Piece, VersionPiece
from .plans import ChangementEtat, LignesPlan, PosteDepense, Ressource
from .structures import ContactStructure, Structure

__all__ = [
    "AppelAProjets",
    "AppelFonds",
    "AvenantConvention",
    "BilanAttendu",
    "BilanExecution",
    "ChangementEtat",
    "ContactStructure",
    "ControleServiceFait",
    "Convention",
    "DecisionProgrammation",
    "Ecriture",
    "Instruction",
    "LigneAppelFonds",
    "LignesPlan",
    "MessageObservation",
    "MiseEnSignature",
    "MontantEcarte",
    "Observation",
    "Operation",
    "Paiement",
    "Piece",
    "PieceAttendue",
    "PlanFinancement",
    "PosteDepense",
    "Recevabilite",
    "Ressource",
    "Structure",
    "VersionPiece",
]
