from .dossiers import lire_dossier, produire_dossier
from .points import (
    ajouter_operations,
    ajouter_point,
    deplacer_operation,
    deplacer_point,
    inscrire_proposition,
    modifier_point,
    retirer_operation,
    supprimer_point,
)
from .reunions import annuler_reunion, modifier_reunion, planifier_reunion

__all__ = [
    "ajouter_operations",
    "ajouter_point",
    "annuler_reunion",
    "deplacer_operation",
    "deplacer_point",
    "inscrire_proposition",
    "lire_dossier",
    "modifier_point",
    "modifier_reunion",
    "planifier_reunion",
    "produire_dossier",
    "retirer_operation",
    "supprimer_point",
]
