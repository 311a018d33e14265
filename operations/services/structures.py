from django.db import transaction

from comptes.concurrence import save_checked
from comptes.journal import journaliser

from ..models import Structure


@transaction.atomic
def enregistrer_structure(structure: Structure, *, auteur) -> Structure:
    """Create a structure or change it; its SIRET, when given, is checked."""
    creation = structure.pk is None
    structure.full_clean()
    save_checked(structure)
    journaliser(structure, "cree" if creation else "modifie", auteur=auteur, siret=structure.siret)
    return structure
