from .doublons import rapprocher
from .fiches import annuler_fiche, enregistrer_fiche, retablir_fiche
from .identites import lire_identite

__all__ = ["annuler_fiche", "enregistrer_fiche", "lire_identite", "rapprocher", "retablir_fiche"]
