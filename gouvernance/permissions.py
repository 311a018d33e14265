"""Who may read and prepare committees."""

from comptes.enums import Role
from operations.querysets import ROLES_LECTEURS


def peut_lire_comites(user, accord) -> bool:
    """Readers of the agreement, and a PLIE that sits in one of its committees."""
    lecteurs = user.organismes_ids(*ROLES_LECTEURS)
    if lecteurs and accord.parties.filter(organisme__in=lecteurs).exists():
        return True
    plies = user.organismes_ids(Role.PLIE)
    return bool(plies) and accord.comites.filter(sieges__organisme__in=plies).exists()


def peut_organiser(user, accord) -> bool:
    """Only a secretary of one of the parties plans meetings, edits agendas and produces packs."""
    secretariats = user.organismes_ids(Role.SECRETAIRE)
    return bool(secretariats) and accord.parties.filter(organisme__in=secretariats).exists()
