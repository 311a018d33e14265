"""A developer’s machine and `make demo`."""

from .base import *  # noqa: F403
from .base import INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations"]  # two branches cannot add the same migration
DEBUG = env.bool("DEBUG", True)
SECRET_KEY = env.str("SECRET_KEY", "django-insecure-pour-le-developpement-et-la-demonstration-seulement")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)

# no collectstatic here: files are served from where they are
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
