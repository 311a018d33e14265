from .acte import AccordCadre, Avenant, LigneAvenant, Partie
from .contours import ContourCommune, ContourEpci, ContourQpv
from .enveloppes import Enveloppe, Fonds, MouvementEnveloppe, ObjectifSpecifique, Priorite, Tranche
from .faits import BilanAnterieur, DonneeContexte, Parametre, PointAttention
from .strategie import (
    AxeStrategique,
    CibleIndicateur,
    Dispositif,
    Indicateur,
    LignePartage,
    ObjectifTransversal,
    PublicCible,
    TypeAction,
)
from .territoires import Commune, Epci, PerimetreCommune, PerimetreEpci, PerimetreTerritorial, Qpv

__all__ = [
    "AccordCadre",
    "Avenant",
    "AxeStrategique",
    "BilanAnterieur",
    "CibleIndicateur",
    "Commune",
    "ContourCommune",
    "ContourEpci",
    "ContourQpv",
    "Dispositif",
    "DonneeContexte",
    "Enveloppe",
    "Epci",
    "Fonds",
    "Indicateur",
    "LigneAvenant",
    "LignePartage",
    "MouvementEnveloppe",
    "ObjectifSpecifique",
    "ObjectifTransversal",
    "Parametre",
    "Partie",
    "PerimetreCommune",
    "PerimetreEpci",
    "PerimetreTerritorial",
    "PointAttention",
    "Priorite",
    "PublicCible",
    "Qpv",
    "Tranche",
    "TypeAction",
]
