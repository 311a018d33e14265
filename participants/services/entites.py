"""Entities that an operation supports: a number noted on a day; the latest one holds (EECO18, EECO19)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from comptes.journal import journaliser

from ..enums import CodeEntites
from ..models import EntitesSoutenues
from .fiches import verrouiller_operation


@transaction.atomic
def enregistrer_entites(operation, *, code: str, nombre: int, constate_le: date, auteur) -> EntitesSoutenues:
    """Note a number on a day. Noted again on the same day, it corrects the first one; the journal keeps both."""
    operation = verrouiller_operation(operation)
    if operation.enveloppe.fonds.code == "FTJ":
        raise ValidationError("Le FTJ ne compte pas ces entités.", code="fonds")
    if constate_le > timezone.localdate():
        raise ValidationError(
            {"constate_le": ValidationError("Choisissez une date qui n’est pas à venir.", code="date")}
        )
    libelle = CodeEntites(code).label
    entites = EntitesSoutenues.objects.filter(operation=operation, code=code, constate_le=constate_le).first()
    if entites is None:
        entites = EntitesSoutenues(operation=operation, code=code, constate_le=constate_le)
        valeur: int | dict[str, int] = nombre
    elif entites.nombre == nombre:
        return entites
    else:
        valeur = {"avant": entites.nombre, "apres": nombre}
    entites.nombre, entites.auteur = nombre, auteur
    entites.full_clean()
    entites.save()
    journaliser(
        operation, "entites_saisies", auteur=auteur, indicateur=libelle, entites=valeur, constate_le=constate_le
    )
    return entites
