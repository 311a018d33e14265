"""What axes must know of a sign-in."""

from django.conf import settings


def login_name(request, credentials) -> str | None:
    """The e-mail address typed, whatever its case: allauth says « email » to the backends, « login » in its form."""
    typed = (credentials or {}).get("email") or request.POST.get("login")
    return typed.strip().lower() if typed else None


def client_address(request) -> str | None:
    """Address of the person, seen through our own proxies only: what comes before them can be forged."""
    forwarded = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",") if one.strip()]
    proxies = settings.NOMBRE_MANDATAIRES
    if not proxies or len(forwarded) < proxies:
        return request.META.get("REMOTE_ADDR")  # none for a sign-in without a connection (tests, commands)
    return forwarded[-proxies]
