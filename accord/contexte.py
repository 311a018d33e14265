from comptes.enums import ROLES_OI, Role
from comptes.permissions import peut_administrer, peut_lire_comptes

from .models import AccordCadre


def accord_courant(request):
    """The agreement of the page, for the header and the navigation.

    Outside the pages of an agreement, the one the person follows when there is only one.
    """
    user = getattr(request, "user", None)
    accord = getattr(request, "accord", None)
    connecte = bool(user and user.is_authenticated)
    if connecte and accord is None:
        accords = AccordCadre.objects.for_user(user)[:2]
        accord = accords[0] if len(accords) == 1 else None
    return {
        "accord": accord,
        "peut_administrer": connecte and peut_administrer(user),
        "lit_les_comptes": connecte and peut_lire_comptes(user),
        "lit_les_dossiers": connecte and bool(user.roles() - {Role.ADMINISTRATEUR}),
        "lit_les_fiches": connecte and bool(user.roles() & {*ROLES_OI, Role.PLIE, Role.AUDITEUR}),
    }
