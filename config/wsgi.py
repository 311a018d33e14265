"""Entry point of the web server: gunicorn config.wsgi."""

import atexit
import os
from contextlib import ExitStack

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config import postgres

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")


def refuse_demo_accounts() -> None:
    """A web server runs no system check by itself."""
    from django.db import connections

    from config.checks import check_demo_accounts

    errors = check_demo_accounts(None, ["default"])
    connections.close_all()  # a server that loads us before it forks must not share this connection
    if errors:
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in errors))


fin = ExitStack()
atexit.register(fin.close)
fin.enter_context(postgres.base_ouverte())
application = get_wsgi_application()
refuse_demo_accounts()
