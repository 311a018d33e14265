from .actes import (
    DecisionForm,
    InstructionForm,
    IrrecevableForm,
    ProgrammerForm,
    RecevableForm,
    ReouvertureForm,
    RetraitForm,
)
from .appels import AppelForm, PublierForm, ReportForm
from .instruction import GrilleForm, PartageForm
from .operations import EnveloppeChoixForm, OperationForm
from .plans import PlanForm
from .structures import StructureForm

__all__ = [
    "AppelForm",
    "DecisionForm",
    "EnveloppeChoixForm",
    "GrilleForm",
    "InstructionForm",
    "IrrecevableForm",
    "OperationForm",
    "PartageForm",
    "PlanForm",
    "ProgrammerForm",
    "PublierForm",
    "RecevableForm",
    "ReouvertureForm",
    "ReportForm",
    "RetraitForm",
    "StructureForm",
]
