from .appels import clore_appel, enregistrer_appel, publier_appel, reporter_appel, supprimer_appel
from .decisions import (
    abandonner_operation,
    ajourner_operation,
    deprogrammer_operation,
    programmer_operation,
    refuser_operation,
)
from .depot import deposer_operation, modifier_operation
from .instruction import declarer_irrecevable, declarer_recevable, instruire_operation
from .structures import enregistrer_structure

__all__ = [
    "abandonner_operation",
    "ajourner_operation",
    "clore_appel",
    "declarer_irrecevable",
    "declarer_recevable",
    "deposer_operation",
    "deprogrammer_operation",
    "enregistrer_appel",
    "enregistrer_structure",
    "instruire_operation",
    "modifier_operation",
    "programmer_operation",
    "publier_appel",
    "refuser_operation",
    "reporter_appel",
    "supprimer_appel",
]
