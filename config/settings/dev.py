"""A developer’s machine and `make demo`."""

from config.cles import lire_ou_creer

from .base import *  # noqa: F403
from .base import CLE_EMPREINTES, CLES_IDENTITES, DONNEES, INSTALLED_APPS, env

INSTALLED_APPS = [*INSTALLED_APPS, "django_linear_migrations"]  # two branches cannot add the same migration
DEBUG = env.bool("DEBUG", True)
SECRET_KEY = env.str("SECRET_KEY", "django-insecure-pour-le-developpement-et-la-demonstration-seulement")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# keys of this folder of data only, drawn once; production names its own
CLES_IDENTITES = CLES_IDENTITES or [f"locale:{lire_ou_creer(DONNEES, 'identites')}"]
CLE_EMPREINTES = CLE_EMPREINTES or lire_ou_creer(DONNEES, "empreintes")
SECOND_FACTEUR_IDENTITES = env.bool("SECOND_FACTEUR_IDENTITES", False)  # the accounts of the demonstration have none

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)

# no collectstatic here: files are served from where they are
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
