from .appels import AppelAProjets
from .decisions import DecisionProgrammation, Instruction, Recevabilite
from .ecritures import Ecriture
from .operations import Operation, PlanFinancement
from .structures import Structure

__all__ = [
    "AppelAProjets",
    "DecisionProgrammation",
    "Ecriture",
    "Instruction",
    "Operation",
    "PlanFinancement",
    "Recevabilite",
    "Structure",
]
