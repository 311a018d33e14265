from .compteurs import CompteurIndicateur, CompteurTerritoire
from .doublons import DecisionDoublon, DecisionPartage, DoublonPresume
from .identites import ConsultationIdentite, Identite
from .imports import CorrespondanceImport, EtatImport, ImportParticipants
from .participations import CHAMPS_SORTIE, EntitesSoutenues, Participation, compute_age

__all__ = [
    "CHAMPS_SORTIE",
    "CompteurIndicateur",
    "CompteurTerritoire",
    "ConsultationIdentite",
    "CorrespondanceImport",
    "DecisionDoublon",
    "DecisionPartage",
    "DoublonPresume",
    "EntitesSoutenues",
    "EtatImport",
    "Identite",
    "ImportParticipants",
    "Participation",
    "compute_age",
]
