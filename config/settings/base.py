"""Settings shared by every environment; nothing here is secret."""

import os
from datetime import timedelta

import environ
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages

from config import RACINE, postgres

env = environ.Env()
DONNEES = postgres.donnees()

INSTALLED_APPS = [
    "config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "comptes",
    "accord",
    "operations",
    "participants",
    "gouvernance",
    "pilotage",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accord.middleware.AccordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "comptes.Utilisateur"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accord.contexte.accord_courant",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- the base: DATABASE_URL, else the embedded one, at an address known before it starts

if os.environ.get("DATABASE_URL"):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": postgres.NOM,
            "USER": postgres.NOM,
            "HOST": str(postgres.socket_folder(DONNEES)),
            "PORT": str(postgres.PORT),
        }
    }
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

# -- language and time: French only, so no LocaleMiddleware

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# -- files

STATIC_URL = "/static/"
STATIC_ROOT = DONNEES / "static"
STATICFILES_DIRS = [RACINE / "static"]
MEDIA_ROOT = DONNEES / "fichiers"  # served by views that ask who may, never by an address
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # above, the file goes to disk
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
PIECE_TAILLE_MAX = env.int("PIECE_TAILLE_MAX", 20 * 1024 * 1024)  # one file, in bytes
PIECE_ENVOI_MAX = 5 * PIECE_TAILLE_MAX  # all that one form sends: above, nothing is read
PIECE_DEPLIEE_MAX = 10 * PIECE_TAILLE_MAX  # a container and all that it embeds, unpacked
ANTIVIRUS_URL = env.str("ANTIVIRUS_URL", "")  # tcp://host:3310 or unix:///path of a clamd; empty: no scanner

# -- identities of participants: closed by keys that the database does not hold

CLES_IDENTITES = env.list("CLES_IDENTITES", default=[])  # « nom:clé », the first one closes, all of them open
CLE_EMPREINTES = env.str(
    "CLE_EMPREINTES", ""
)  # compares persons between bodies; changed, every print is computed again
SECOND_FACTEUR_IDENTITES = True  # whoever sees identities signs in with a second factor
# WeasyPrint crashes where the system has no font: it finds ours
os.environ.setdefault("FONTCONFIG_FILE", str(RACINE / "static" / "fonts" / "fonts.conf"))

# -- who comes in

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "comptes.mots_de_passe.Longueur", "OPTIONS": {"min_length": 12}},
    {"NAME": "comptes.mots_de_passe.Ressemblance"},
    {"NAME": "comptes.mots_de_passe.Courant"},
    {"NAME": "comptes.mots_de_passe.Chiffres"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
DOMAINE_DEMO = "@exemple.invalid"  # addresses of the demonstration accounts; production refuses them
REFUSER_COMPTES_DEMO = False
# their password is published: only the embedded base gets them unasked
OUVRIR_COMPTES_DEMO = env.bool("OUVRIR_COMPTES_DEMO", not os.environ.get("DATABASE_URL"))

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "comptes.adapter.ComptesAdapter"
ACCOUNT_FORMS = {
    "login": "comptes.connexion.Connexion",
    "reset_password": "comptes.connexion.Oubli",
    "reset_password_from_key": "comptes.connexion.NouveauMotDePasse",
    "change_password": "comptes.connexion.ChangementMotDePasse",
    "reauthenticate": "comptes.connexion.Confirmation",
}
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are opened by an administrator
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a new password, a second factor: the person is told
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Accord-cadre] "
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nothing tells an address that has an account from one that has none
ACCOUNT_SESSION_REMEMBER = False
# axes counts failed sign-ins, in the base: a whole département may share one address
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "comptes.adapter.SecondFacteurAdapter"
MFA_FORMS = {
    "authenticate": "comptes.connexion.SecondFacteur",
    "reauthenticate": "comptes.connexion.ConfirmationParCode",
    "activate_totp": "comptes.connexion.ActivationSecondFacteur",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Accord-cadre"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/verrouille.html"
AXES_USERNAME_CALLABLE = "config.connexion.login_name"
AXES_CLIENT_IP_CALLABLE = "config.connexion.client_address"
NOMBRE_MANDATAIRES = env.int("NOMBRE_MANDATAIRES", 0)  # proxies in front of us that write X-Forwarded-For
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# -- what a browser may do

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True  # no script of ours reads it
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

# -- libraries

MESSAGE_TAGS = {messages.ERROR: "danger", messages.DEBUG: "secondary"}  # Bootstrap’s words
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/donnees.html"

# -- long work: a queue in the base, emptied by `manage.py travaux`

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# -- words to the operator, on stderr

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "accord-cadre@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"ligne": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ligne"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO"), "propagate": False},
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
