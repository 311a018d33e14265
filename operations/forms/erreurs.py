"""The refusal of a service, put where the person reads it."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

# codes of services that speak of one field without naming it
CHAMPS = {
    "motif": ["motif"],
    "date": ["decidee_le", "le", "conclue_le", "deposee_le", "notifiee_le", "signe_le", "atteste_le"],
    "attestation": ["atteste_le"],
    "objet": ["objet"],
    "instance": ["instance"],
    "duree": ["motif_duree"],
    "preuve": ["preuve"],
    "rapport": ["rapport"],
    "pieces": ["pieces_recues"],
    "taux_max": ["au_dela_du_taux"],
    "sans_echantillon": ["sans_echantillon"],
}


def reporter(refus: ValidationError, *forms) -> None:
    """Show a refusal beside the field it is about, or above the first form; a formset names no field of its own."""
    forms = tuple(form for form in forms if hasattr(form, "fields"))
    if hasattr(refus, "error_dict"):
        for champ, erreurs in refus.error_dict.items():
            _ajouter(champ, erreurs, forms)
        return
    champs = CHAMPS.get(getattr(refus, "code", None) or "", [])
    champ = next((c for c in champs if any(c in form.fields for form in forms)), NON_FIELD_ERRORS)
    _ajouter(champ, refus, forms)


def _ajouter(champ: str, erreurs, forms) -> None:
    cible = next((form for form in forms if champ in form.fields), None)
    (cible or forms[0]).add_error(champ if cible else None, erreurs)
