"""Production: refuses to start half-configured. Every value comes from the environment (.env.example)."""

from django.core.exceptions import ImproperlyConfigured

from participants.chiffrement import est_une_cle

from .base import *  # noqa: F403
from .base import CLE_EMPREINTES, CLES_IDENTITES, env

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
REFUSER_COMPTES_DEMO = True  # see config/checks.py

refus = []
if env.bool("DEBUG", False):
    refus.append("DEBUG est activé : retirez-le de l’environnement.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure"):
    refus.append(
        "SECRET_KEY manque, est trop courte ou est celle du développement : donnez 50 caractères tirés au hasard "
        '(python3 -c "import secrets; print(secrets.token_urlsafe(50))").'
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    refus.append("ALLOWED_HOSTS doit nommer les hôtes servis, séparés par des virgules.")
TIRAGE = 'python3 -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'
paires = [paire.partition(":") for paire in CLES_IDENTITES]
noms = {nom for nom, _, _ in paires if nom}
if not paires or len(noms) < len(paires) or not all(est_une_cle(cle) for _, _, cle in paires):
    refus.append(
        "CLES_IDENTITES doit donner une ou plusieurs clés de 32 octets en base64, sous la forme «\u202fnom:clé\u202f», "
        f"séparées par des virgules. Une clé se tire ainsi\u00a0: {TIRAGE}."
    )
if not est_une_cle(CLE_EMPREINTES):
    refus.append(f"CLE_EMPREINTES doit être une clé de 32 octets en base64. Elle se tire ainsi\u00a0: {TIRAGE}.")
if refus:
    raise ImproperlyConfigured("La production ne démarre pas. " + " ".join(refus))

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# TLS ends at the proxy, which must set (and clear) this header
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[f"https://{host}" for host in ALLOWED_HOSTS])
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
