"""The instruction grid of a call, while it is a draft."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.journal import journaliser

from ..enums import StatutAppel
from ..models import AppelAProjets, CritereInstruction


@transaction.atomic
def enregistrer_grille(
    appel: AppelAProjets, *, auteur, criteres: Sequence[CritereInstruction]
) -> list[CritereInstruction]:
    """Replace the grid of a draft; `criteres` are unsaved, in their order. Published, a grid no longer changes."""
    appel = AppelAProjets.objects.select_for_update(of=("self",)).get(pk=appel.pk)
    if appel.statut != StatutAppel.BROUILLON:
        raise ValidationError("La grille d’un appel publié ne change plus.", code="statut")
    appel.criteres.all().delete()
    for rang, critere in enumerate(criteres, start=1):
        critere.pk, critere.appel, critere.rang = None, appel, rang
        critere.full_clean(exclude=["appel"])
        critere.save(force_insert=True)
    journaliser(appel, "grille_modifiee", auteur=auteur, criteres=[_dire(critere) for critere in criteres])
    return list(criteres)


def _dire(critere: CritereInstruction) -> str:
    seuil = f", à justifier sous {critere.seuil}" if critere.seuil else ""
    return f"{critere} (sur {critere.note_max}, poids {critere.poids}{seuil})"
