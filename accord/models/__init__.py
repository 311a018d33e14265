from .acte import AccordCadre, Avenant, LigneAvenant, Partie
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
from .territoires import Commune, Epci, PerimetreCommune, PerimetreTerritorial, Qpv

__all__ = [
    "AccordCadre",
    "Avenant",
    "AxeStrategique",
    "BilanAnterieur",
    "CibleIndicateur",
    "Commune",
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
    "PerimetreTerritorial",
    "PointAttention",
    "Priorite",
    "PublicCible",
    "Qpv",
    "Tranche",
    "TypeAction",
]
