"""The life line of an operation: what is done, where it stands, what comes next."""

from .enums import STATUTS_CONVENTIONNES, Statut
from .passe import ETAPES_CONVENTION

PARCOURS = [
    (Statut.DEPOSEE, "deposee_le"),
    (Statut.RECEVABLE, "recevable_le"),
    (Statut.INSTRUITE, "instruite_le"),
    (Statut.PROGRAMMEE, "programmee_le"),
]
SUITE = [(statut, champ) for champ, statut in ETAPES_CONVENTION if statut != Statut.RESILIEE]
PUBLIQUES = {Statut.DEPOSEE, Statut.PROGRAMMEE}  # the dates that the summary tells
FINALES = {Statut.IRRECEVABLE, Statut.REFUSEE, Statut.ABANDONNEE, Statut.DEPROGRAMMEE, Statut.RESILIEE}


def build_frise(operation, *, complet: bool = True) -> list[dict]:
    """Steps for components/frise.html. A way out (refused, given up…) ends the line where it happened."""
    statut = Statut(operation.statut)
    dates = {etape: getattr(operation, champ) for etape, champ in PARCOURS}
    parcours = list(dates)
    if statut in [Statut.PROGRAMMEE, *STATUTS_CONVENTIONNES]:
        parcours += [*(etape for etape, _ in SUITE), Statut.ARCHIVEE]
    if statut in STATUTS_CONVENTIONNES:
        convention = operation.conventions.courante()
        dates |= {etape: getattr(convention, champ, None) for etape, champ in SUITE}
    franchies = [_etape(etape, "fait", dates[etape], complet) for etape in parcours if dates.get(etape)]
    if statut in parcours:
        present = parcours.index(statut)
        franchies = [_etape(etape, "fait", dates[etape], complet) for etape in parcours[:present] if dates.get(etape)]
        suite = parcours[present + 1 :]
    else:
        suite = [Statut.PROGRAMMEE] if statut == Statut.AJOURNEE else []
    franchies.append(_etape(statut, "present", operation.statut_depuis_le, complet))
    return franchies + [_etape(etape, "", None, complet) for etape in suite]


def _etape(statut: Statut, etat: str, date, complet: bool) -> dict:
    visible = complet or statut in PUBLIQUES or statut in FINALES
    return {"libelle": statut.label, "etat": etat, "date": date if visible else None}
