"""The life line of an operation: what is done, where it stands, what comes next."""

from .enums import Statut

PARCOURS = [
    (Statut.DEPOSEE, "deposee_le"),
    (Statut.RECEVABLE, "recevable_le"),
    (Statut.INSTRUITE, "instruite_le"),
    (Statut.PROGRAMMEE, "programmee_le"),
]
PUBLIQUES = {Statut.DEPOSEE, Statut.PROGRAMMEE}  # the dates that the summary tells
FINALES = {Statut.IRRECEVABLE, Statut.REFUSEE, Statut.ABANDONNEE, Statut.DEPROGRAMMEE}


def build_frise(operation, *, complet: bool = True) -> list[dict]:
    """Steps for components/frise.html. A way out (refused, given up…) ends the line where it happened."""
    franchies = [
        _etape(statut, "fait", getattr(operation, champ), complet)
        for statut, champ in PARCOURS
        if getattr(operation, champ)
    ]
    statut = Statut(operation.statut)
    if statut in dict(PARCOURS):
        present = next(i for i, (etape, _) in enumerate(PARCOURS) if etape == statut)
        franchies = franchies[:present]
        franchies.append(_etape(statut, "present", operation.statut_depuis_le, complet))
        suite = PARCOURS[present + 1 :]
    else:
        franchies.append(_etape(statut, "present", operation.statut_depuis_le, complet))
        suite = PARCOURS[3:] if statut == Statut.AJOURNEE else []
    return franchies + [_etape(etape, "", None, complet) for etape, _ in suite]


def _etape(statut: Statut, etat: str, date, complet: bool) -> dict:
    visible = complet or statut in PUBLIQUES or statut in FINALES
    return {"libelle": statut.label, "etat": etat, "date": date if visible else None}
