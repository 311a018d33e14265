from .compteurs import CompteurIndicateur, CompteurTerritoire
from .doublons import DecisionDoublon, DecisionPartage, DoublonPresume
from .identites import ConsultationIdentite, Identite
from .participations import CHAMPS_SORTIE, EntitesSoutenues, Participation, compute_age

__all__ = [
    "CHAMPS_SORTIE",
    "CompteurIndicateur",
    "CompteurTerritoire",
    "ConsultationIdentite",
    "DecisionDoublon",
    "DecisionPartage",
    "DoublonPresume",
    "EntitesSoutenues",
    "Identite",
    "Participation",
    "compute_age",
]
