from django.core.exceptions import PermissionDenied

from .enums import Role


def require(condition: bool, motif: str = "") -> None:
    """Answer 403 unless the predicate holds; the reason is shown on the page."""
    if not condition:
        raise PermissionDenied(motif)


def peut_administrer(user) -> bool:
    return user.has_role(Role.ADMINISTRATEUR)
