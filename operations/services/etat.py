"""What every act on an operation shares: lock, check where it stands and when, move, say so."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from accord.montants import format_date
from comptes.enums import Role

from ..enums import Statut
from ..models import Operation


def verrouiller(operation: Operation, *, depuis: list[Statut]) -> Operation:
    """Lock the operation and read it again; refuse when it does not stand where the act starts (`code="statut"`)."""
    operation = (
        Operation.objects.select_for_update(of=("self",)).select_related("accord", "enveloppe").get(pk=operation.pk)
    )
    if refus := refus_statut(operation, depuis):
        raise refus
    return operation


def refus_statut(operation: Operation, depuis: list[Statut]) -> ValidationError | None:
    """Why an act does not start from where the operation stands (`code="statut"`); None when it does."""
    if operation.statut in depuis:
        return None
    attendus = " ou ".join(f"« {Statut(s).label.lower()} »" for s in depuis)
    return ValidationError(
        f"L’opération est « {operation.get_statut_display().lower()} » ; cet acte part de {attendus}.",
        code="statut",
    )


def verifier_jour(le: date, *, pas_avant: date | None = None, quoi: str = "l’étape précédente") -> None:
    """Refuse a day to come, or before the step it follows (`code="date"`)."""
    if le > timezone.localdate():
        raise ValidationError("Choisissez une date qui n’est pas à venir.", code="date")
    if pas_avant and le < pas_avant:
        raise ValidationError(
            f"Choisissez une date à partir du {format_date(pas_avant)} : c’est la date de {quoi}.", code="date"
        )


def verifier_porteur(operation: Operation, auteur) -> None:
    """Refuse whoever also acts for the beneficiary (`code="conflit"`): nobody instructs or controls their own file."""
    porteur = operation.structure.organisme_id
    if porteur and auteur.has_role(Role.PLIE, porteur):
        raise ValidationError(
            "Vous agissez aussi pour le bénéficiaire de cette opération\u00a0: un collègue s’en charge.", code="conflit"
        )


def exiger(texte: str, message: str, code: str = "motif") -> str:
    """Return a text without its outer spaces; refuse an empty one."""
    texte = texte.strip()
    if not texte:
        raise ValidationError(message, code=code)
    return texte


def avancer(operation: Operation, statut: Statut, le: date, *champs: str) -> Operation:
    """Move the operation to a status and save the fields the act touched."""
    operation.statut = statut
    operation.statut_depuis_le = le
    toucher(operation, "statut", "statut_depuis_le", *champs)
    return operation


def toucher(operation: Operation, *champs: str) -> None:
    """Save these fields and count one more version: a form opened before sees that the operation changed."""
    operation.version += 1
    operation.save(update_fields=["version", *champs])
