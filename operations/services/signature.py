"""The contract at its parties’: sent, signed by one, by the other. Its notification closes it."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.journal import journaliser

from ..enums import Statut
from ..models import MiseEnSignature, Operation
from .etat import exiger, toucher, verifier_jour, verrouiller

DATES = ["envoyee_le", "signee_beneficiaire_le", "signee_oi_le"]


def signature_de(operation: Operation) -> MiseEnSignature | None:
    """The contract being signed, None when it was not sent or is notified."""
    return operation.mises_en_signature.en_cours().first()


@transaction.atomic
def suivre_signatures(
    operation: Operation,
    *,
    auteur,
    envoyee_le: date,
    signee_beneficiaire_le: date | None = None,
    signee_oi_le: date | None = None,
) -> MiseEnSignature:
    """Record that the contract is sent to its parties, then who signed and when; a date typed wrong is put right."""
    operation = verrouiller(operation, depuis=[Statut.PROGRAMMEE])
    dates = {"envoyee_le": envoyee_le, "signee_beneficiaire_le": signee_beneficiaire_le, "signee_oi_le": signee_oi_le}
    mise = signature_de(operation)
    avant = {nom: getattr(mise, nom) if mise else None for nom in DATES}
    changements = {nom: jour for nom, jour in dates.items() if jour != avant[nom]}
    if not changements:
        raise ValidationError("Aucune date n’a changé. Écrivez la signature reçue.", code="inchange")
    for nom, jour in changements.items():
        if jour:
            try:
                verifier_jour(jour, pas_avant=operation.programmee_le, quoi="la programmation")
            except ValidationError as refus:
                raise ValidationError({nom: refus.messages}, code="date") from None
    mise = mise or MiseEnSignature(operation=operation, auteur=auteur)
    for nom, jour in dates.items():
        setattr(mise, nom, jour)
    mise.full_clean()
    mise.save()
    toucher(operation)
    valeurs: dict[str, Any] = {
        nom: {"avant": avant[nom], "apres": jour} if avant[nom] else jour for nom, jour in changements.items()
    }
    acte = "signature_suivie" if avant["envoyee_le"] else "envoyee_en_signature"
    journaliser(operation, acte, auteur=auteur, **valeurs)
    return mise


@transaction.atomic
def retirer_signature(operation: Operation, *, auteur, le: date, motif: str) -> MiseEnSignature:
    """Take a contract back from its parties, before its notification: it will be sent again, or not."""
    operation = verrouiller(operation, depuis=[Statut.PROGRAMMEE])
    motif = exiger(motif, "Dites pourquoi la convention est retirée de la signature.")
    mise = signature_de(operation)
    if mise is None:
        raise ValidationError("Aucune convention n’est à la signature.", code="signature")
    verifier_jour(le, pas_avant=mise.envoyee_le, quoi="l’envoi à la signature")
    mise.retiree_le = le
    mise.save(update_fields=["retiree_le"])
    toucher(operation)
    journaliser(operation, "signature_retiree", auteur=auteur, motif=motif, le=le)
    return mise
