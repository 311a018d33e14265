"""`make demo`, from an empty folder to Ctrl-C."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from accord.models import AccordCadre
from comptes.models import Utilisateur
from config import RACINE, postgres

ROLES = 8


@pytest.fixture
def dossier():
    dossier = Path(tempfile.mkdtemp(prefix="accord-essai-"))
    dossier.chmod(0o711)
    yield dossier
    shutil.rmtree(dossier)


def free_port() -> int:
    with socket.socket() as essai:
        essai.bind(("127.0.0.1", 0))
        return essai.getsockname()[1]


def start(dossier, port, **more):
    ignored = {"DATABASE_URL", "DEBUG", "OUVRIR_COMPTES_DEMO"}
    environment = {key: value for key, value in os.environ.items() if key not in ignored}
    return subprocess.Popen(
        [sys.executable, "scripts/demo.py"],
        cwd=RACINE,
        env=environment | {"ACCORD_DONNEES": str(dossier), "PORT": str(port)} | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a terminal of its own
    )


def wait_for_worker(port) -> str:
    """What the probe says of the background jobs, once their process has had the time to start."""
    for _attempt in range(120):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/") as response:
            state = json.load(response)["travaux"]
        if state == "en marche":
            break
        time.sleep(0.5)
    return state


def test_demo_serves_the_sign_in_page_then_ctrl_c_stops_everything(dossier):
    port = free_port()
    with start(dossier, port) as process:
        try:
            printed = []
            for line in process.stdout:
                printed.append(line)
                if "Ouvrez" in line:
                    break
            pages = {}
            for path in ("/connexion/", "/sante/", "/static/fonts/fonts.conf"):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
                    pages[path] = response.status
            travaux = wait_for_worker(port)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            left_to_print = process.communicate(timeout=60)[0]

    assert f"http://127.0.0.1:{port}/" in printed[-1]
    assert len(set(re.findall(r"\S+@exemple\.invalid", "".join(printed)))) >= ROLES
    assert pages == {"/connexion/": 200, "/sante/": 200, "/static/fonts/fonts.conf": 200}
    assert travaux == "en marche"
    # on a busy machine gunicorn kills a worker that is slow to stop, and says so
    assert [line for line in left_to_print.splitlines() if "was sent SIGKILL" not in line] == []
    with pytest.raises(ProcessLookupError):  # no child outlives it
        os.killpg(process.pid, 0)
    assert not postgres.Cluster(dossier).answers()


def test_demo_says_that_its_port_is_taken(dossier):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        with start(dossier, occupant.getsockname()[1]) as process:
            assert "occupé" in process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert not (dossier / "postgres").exists()


@pytest.mark.django_db(transaction=True)
def test_demo_writes_nothing_in_a_base_that_may_be_real(dossier):
    server = connection.settings_dict
    address = f"postgres://{server['USER']}@/{server['NAME']}?host={server['HOST']}"

    with start(dossier, free_port(), DATABASE_URL=address) as process:
        printed = process.communicate(timeout=60)[0]

    assert process.returncode == 1
    assert "OUVRIR_COMPTES_DEMO=1" in printed
    assert not AccordCadre.objects.exists()
    assert not Utilisateur.objects.exists()
