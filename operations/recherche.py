"""What a search finds: words anywhere; a number, a SIREN or a SIRET as people type them, with spaces."""

from django.db.models import Q

from comptes.recherche import contient

SIREN = 9  # digits; fewer are a word like another one


def lire_chiffres(texte: str) -> str:
    """The digits of « 732 829 320 », without their spaces; nothing when there is anything else."""
    chiffres = "".join(texte.split())
    return chiffres if chiffres.isascii() and chiffres.isdigit() else ""


def chercher_operations(texte: str) -> Q:
    """Every word in the operation or its beneficiary, or the digits of its number or of its beneficiary."""
    condition, chiffres = contient(texte.split(), "cle", "structure__cle"), lire_chiffres(texte)
    if len(chiffres) >= SIREN:
        condition |= Q(cle__contains=chiffres) | _legal("structure__", chiffres)
    return condition


def chercher_structures(texte: str) -> Q:
    condition, chiffres = contient(texte.split(), "cle"), lire_chiffres(texte)
    return condition | _legal("", chiffres) if len(chiffres) >= 3 else condition


def _legal(prefixe: str, chiffres: str) -> Q:
    """The start of a SIRET, or of a SIREN when the entity is known by it alone."""
    return Q(**{f"{prefixe}siret__startswith": chiffres}) | Q(**{f"{prefixe}siren__startswith": chiffres})
