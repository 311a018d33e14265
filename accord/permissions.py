"""Who may change what the agreements share (design, « Who may »: reference data)."""

from comptes.enums import Role


def peut_gerer_territoires(user, accord) -> bool:
    """May date what a perimeter holds: an administrator of one of the bodies of the agreement."""
    administres = user.organismes_ids(Role.ADMINISTRATEUR)
    return bool(administres) and accord.parties.filter(organisme__in=administres).exists()
