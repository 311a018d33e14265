"""When the beneficiary is the body that manages the envelope, or one of its PLIE (`domaine.md` 4.4)."""

from .models import Operation

REGLE = (
    "L’instructeur et le porteur sont séparés (règlement (UE) 2021/1060, art. 71.4 et 74, référence à vérifier) : "
    "dites qui porte l’opération et ce qui garantit que l’instruction en est indépendante."
)


def dire_porteur_interne(operation: Operation) -> str:
    """Say that the beneficiary draws on its own envelope; empty when it does not."""
    porteur, gestionnaire = operation.structure.organisme, operation.enveloppe.organisme
    if porteur is None:
        return ""
    if porteur == gestionnaire:
        return f"{gestionnaire} porte cette opération sur sa propre enveloppe."
    if porteur.parent_id == gestionnaire.pk:
        return f"{porteur}, rattaché à {gestionnaire}, porte cette opération sur l’enveloppe de {gestionnaire}."
    return ""
