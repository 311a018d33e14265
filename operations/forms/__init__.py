from .actes import (
    DecisionForm,
    InstructionForm,
    IrrecevableForm,
    ProgrammerForm,
    RecevableForm,
    ReouvertureForm,
    RetraitForm,
)
from .appels import AppelForm, ReportForm
from .operations import EnveloppeChoixForm, OperationForm
from .plans import PlanForm
from .structures import StructureForm

__all__ = [
    "AppelForm",
    "DecisionForm",
    "EnveloppeChoixForm",
    "InstructionForm",
    "IrrecevableForm",
    "OperationForm",
    "PlanForm",
    "ProgrammerForm",
    "RecevableForm",
    "ReouvertureForm",
    "ReportForm",
    "RetraitForm",
    "StructureForm",
]
