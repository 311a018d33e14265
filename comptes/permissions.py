from django.core.exceptions import PermissionDenied

from .enums import Role
from .models import Organisme


def require(condition: bool, motif: str = "") -> None:
    """Answer 403 unless the predicate holds; the reason is shown on the page."""
    if not condition:
        raise PermissionDenied(motif)


def peut_administrer(user) -> bool:
    """May open accounts and grant roles, within their own agreements."""
    return user.has_role(Role.ADMINISTRATEUR)


def peut_lire_comptes(user) -> bool:
    return user.has_role(Role.ADMINISTRATEUR) or user.has_role(Role.AUDITEUR)


def peut_habiliter(user, personne, organisme=None) -> bool:
    """May give or end a role of this person (for this organisation): never one's own, another administrator does it."""
    if user.pk == personne.pk or not peut_administrer(user) or not _connait(user, personne):
        return False
    return organisme is None or _organismes_administres(user).filter(pk=organisme.pk).exists()


def peut_gerer_compte(user, personne) -> bool:
    """May change the identity of an account, close it or open it again.

    Such an act reaches every agreement where the person works, so it belongs to who administers all of them.
    """
    if not peut_administrer(user) or personne.is_superuser or personne.is_staff:
        return False
    administres = _organismes_administres(user)
    return (
        _connait(user, personne) and not personne.habilitations.exclude(organisme__in=administres.values("pk")).exists()
    )


def _connait(user, personne) -> bool:
    return personne.habilitations.filter(organisme__in=_organismes_administres(user).values("pk")).exists()


def _organismes_administres(user):
    return Organisme.objects.administres_par(user, Role.ADMINISTRATEUR)
