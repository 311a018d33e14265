from .appels import AppelAProjets, PieceAttendue
from .bilans import BilanExecution, ControleServiceFait, MontantEcarte
from .conventions import AvenantConvention, Convention
from .decisions import DecisionProgrammation, Instruction, Recevabilite
from .ecritures import Ecriture
from .operations import Operation, PlanFinancement
from .paiements import AppelFonds, LigneAppelFonds, Paiement
from .structures import Structure

__all__ = [
    "AppelAProjets",
    "AppelFonds",
    "AvenantConvention",
    "BilanExecution",
    "ControleServiceFait",
    "Convention",
    "DecisionProgrammation",
    "Ecriture",
    "Instruction",
    "LigneAppelFonds",
    "MontantEcarte",
    "Operation",
    "Paiement",
    "PieceAttendue",
    "PlanFinancement",
    "Recevabilite",
    "Structure",
]
