"""What the calls of the demonstration aim at: the publics and places of the agreement, by envelope."""

from accord.enums import CodeFonds, NaturePerimetre
from accord.models import AxeStrategique, Dispositif, Enveloppe, PerimetreTerritorial, PublicCible, TypeAction
from operations.enums import ProfilCout

PUBLICS = {
    "FSE_CD62": ["BRSA", "JEUNES_30", "RSA_INDEPENDANTS"],
    "FSE_TM": ["PARTICIPANTS_PLIE", "DELD", "VULNERABLES"],
    "FTJ_CD62": ["BRSA", "DELD"],
}
SERVICES = {"CD62": "Mission insertion par l’emploi", "TM": "Pôle appels à projets"}
PROFILS = list(ProfilCout)
REPONSE = (
    "Les deux organismes se sont réparti les étapes de parcours : chaque participant relève d’un seul d’entre eux "
    "pour une étape, et les entrées sont croisées chaque mois."
)


def imaginer_choix(enveloppe: Enveloppe) -> dict[str, list]:
    """Publics, places, and what the body finances; the whole département when the envelope names no place."""
    sien = {"accord": enveloppe.accord, "organisme": enveloppe.organisme}
    perimetres = PerimetreTerritorial.objects.filter(accord=enveloppe.accord, epcis__isnull=False).distinct()
    if enveloppe.fonds.code == CodeFonds.FTJ:
        lieux = list(perimetres.filter(nature=NaturePerimetre.BASSIN_MINIER))
    else:
        axes = AxeStrategique.objects.filter(**sien)
        lieux = list(perimetres.filter(nature=NaturePerimetre.PLIE)) if axes else []
    publics = PublicCible.objects.filter(accord=enveloppe.accord, code__in=PUBLICS.get(enveloppe.code, []))
    return {
        "publics_cibles": list(publics),
        "perimetres": lieux,
        "dispositifs": list(Dispositif.objects.filter(**sien, fonds=enveloppe.fonds, parent=None)),
        "axes": list(AxeStrategique.objects.filter(**sien)),
        "types_action": list(TypeAction.objects.filter(**sien)),
    }
