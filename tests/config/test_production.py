"""What production refuses, in a process of its own as a web server would be."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from comptes.models import Utilisateur
from config import RACINE
from config.checks import check_demo_accounts
from tests.factories import UtilisateurFactory

CLE = base64.b64encode(bytes(range(32))).decode()
CONFIGUREE = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "fse.exemple.fr",
    "DEBUG": "0",
    "CLES_IDENTITES": f"2026-11:{CLE},2025-01:{CLE}",
    "CLE_EMPREINTES": CLE,
}


def start(module, **environment):
    return subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        cwd=RACINE,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.production"} | CONFIGUREE | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "trop-courte"}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-pour-le-developpement-et-la-demonstration-seulement"}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"CLES_IDENTITES": ""}, "CLES_IDENTITES"),
        ({"CLES_IDENTITES": CLE}, "CLES_IDENTITES"),
        ({"CLES_IDENTITES": f"a:{CLE},:{CLE}"}, "CLES_IDENTITES"),
        ({"CLES_IDENTITES": f"a:{CLE},a:{CLE}"}, "CLES_IDENTITES"),
        ({"CLES_IDENTITES": f"a:{CLE},b:{CLE[:40]}"}, "CLES_IDENTITES"),
        ({"CLE_EMPREINTES": ""}, "CLE_EMPREINTES"),
        ({"CLE_EMPREINTES": "pas du base64"}, "CLE_EMPREINTES"),
    ],
)
def test_half_configured_it_does_not_start(environment, word):
    done = start("config.settings.production", **environment)
    assert done.returncode == 1
    assert f"La production ne démarre pas. {word}" in done.stderr
    assert CLE[:40] not in done.stderr
    assert ("«\u202fnom:clé\u202f»" in done.stderr) is (word == "CLES_IDENTITES")


def test_configured_its_settings_load():
    assert start("config.settings.production").returncode == 0


@pytest.mark.django_db(transaction=True)
def test_the_web_server_refuses_demonstration_accounts_then_starts_without_them():
    server = connection.settings_dict
    address = f"postgres://{server['USER']}@/{server['NAME']}?host={server['HOST']}"
    UtilisateurFactory(email="gestionnaire.cd62@exemple.invalid")

    refused = start("config.wsgi", DATABASE_URL=address)
    Utilisateur.objects.all().delete()
    started = start("config.wsgi", DATABASE_URL=address)

    assert refused.returncode == 1
    assert "1 compte(s) de démonstration" in refused.stderr
    assert started.returncode == 0


@pytest.mark.django_db
def test_manage_check_reports_them_too(settings):
    UtilisateurFactory(email="Secretaire.CD62@EXEMPLE.invalid")
    settings.REFUSER_COMPTES_DEMO = True
    with pytest.raises(SystemCheckError, match=r"config\.E001"):
        call_command("check", databases=["default"])


@pytest.mark.django_db
def test_elsewhere_they_are_welcome():
    UtilisateurFactory(email="secretaire.cd62@exemple.invalid")
    assert check_demo_accounts(None, ["default"]) == []
