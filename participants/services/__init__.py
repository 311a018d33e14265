from .doublons import annuler_decision_doublon, decider_doublon, rapprocher
from .entites import enregistrer_entites
from .fiches import annuler_fiche, enregistrer_fiche, enregistrer_retour, retablir_fiche
from .identites import lire_identite

__all__ = [
    "annuler_decision_doublon",
    "annuler_fiche",
    "decider_doublon",
    "enregistrer_entites",
    "enregistrer_fiche",
    "enregistrer_retour",
    "lire_identite",
    "rapprocher",
    "retablir_fiche",
]
