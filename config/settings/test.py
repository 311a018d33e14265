"""The tests: as close to production as speed allows."""

from .base import *  # noqa: F403

DEBUG = False
SECRET_KEY = "django-insecure-pour-les-essais-seulement"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
OUVRIR_COMPTES_DEMO = True  # the base is thrown away
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False  # every test comes from the same address
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
WHITENOISE_AUTOREFRESH = True  # else each test client walks through every static file

CLES_IDENTITES = ["essai:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
CLE_EMPREINTES = "ZW1wcmVpbnRlcyBkJ2Vzc2FpLCAzMiBvY3RldHMgISE="
SECOND_FACTEUR_IDENTITES = False  # asked where it is tested
