from comptes.permissions import peut_administrer


def accord_courant(request):
    """The agreement of the page, for the header and the navigation."""
    user = getattr(request, "user", None)
    return {
        "accord": getattr(request, "accord", None),
        "peut_administrer": bool(user and user.is_authenticated and peut_administrer(user)),
    }
