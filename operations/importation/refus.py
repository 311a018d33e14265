"""Put the refusal of a service on the cell that causes it."""

from collections.abc import Callable

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from accord.montants import format_euros

from .colonnes import PAR_NOM
from .dossiers import Dossier

COLONNE_DU_CHAMP = {
    "structure": "beneficiaire",
    "nom": "beneficiaire",
    "organisme": "beneficiaire",
    "part_qpv_declaree": "part_qpv",
    "epcis": "epci",
    "conclue_le": "instruite_le",
    "est_sans_conflit": "sans_conflit",
}
COLONNE_DU_CODE = {
    "pieces": "pieces_completes",
    "taux_max": "ue",
    "duree": "motif_duree",
    "instance": "instance",
    "equilibre": "autofinancement",
}


def placer(dossier: Dossier, acte: Callable, *arguments, colonne: str = "numero", **options):
    """Call a service or one of its checks; what it refuses goes to the cell of its field, else to `colonne`."""
    try:
        return acte(*arguments, **options)
    except ValidationError as refus:
        for champ, regle in _lire(refus):
            nom = COLONNE_DU_CHAMP.get(champ, champ)
            dossier.refuser(nom if nom in PAR_NOM else colonne, regle)
        return None


def _lire(refus: ValidationError):
    if hasattr(refus, "error_dict"):
        for champ, erreurs in refus.error_dict.items():
            texte = " ".join(message for erreur in erreurs for message in erreur.messages)
            yield "" if champ == NON_FIELD_ERRORS else champ, texte
        return
    code = getattr(refus, "code", "")
    if code == "surprogrammation":
        depassement = format_euros(refus.params["depassement"])
        yield "", f"L’enveloppe serait dépassée de {depassement}. Programmez à l’écran, où le dépassement se confirme."
    else:
        yield COLONNE_DU_CODE.get(code, ""), " ".join(refus.messages)
