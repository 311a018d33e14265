"""Jobs for the tests, and the worker that does them: the real one, in this process or in its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django_tasks_db.models import DBTaskResult

from comptes.models import Organisme, Travail
from comptes.travaux import lancer, travail
from config import RACINE

DELAI = 60  # seconds, on a busy machine


@travail("Essai")
def ouvrir_organisme(avancement, *, code, feu=""):
    """Write, say so, then wait for a file named `feu`: the transaction stays open as long as the test wants."""
    avancement.commencer("Ouverture", total=2_000)
    Organisme.objects.create(code=code, nom="Essai", nom_court="Essai", nature="oi")
    if feu:
        avancement.commencer("Attente du feu", total=2_000)
        while not Path(feu).exists():
            time.sleep(0.05)
    return code


@travail("Essai par étapes", atomique=False)
def ouvrir_par_etapes(avancement, *, codes):
    for code in codes:
        if not code:
            raise ValidationError("Donnez un code à chaque organisme.")
        Organisme.objects.create(code=code, nom="Essai", nom_court="Essai", nature="oi")


@travail("Essai qui casse")
def casser(avancement, *, nom):
    Organisme.objects.create(code="CASSE", nom=nom, nom_court="Essai", nature="oi")
    raise ValueError(f"valeur illisible : {nom}")


@travail("Essai repris par un autre")
def perdre_sa_place(avancement):
    Organisme.objects.create(code="PERDU", nom="Essai", nom_court="Essai", nature="oi")
    DBTaskResult.objects.update(worker_ids=["1", "2"])


@travail("Essai repris par un autre, qui casse", atomique=False)
def casser_sans_place(avancement):
    DBTaskResult.objects.filter(status="RUNNING").update(worker_ids=["1", "2"])
    raise ValueError


@travail("Essai surveillé", peut_suivre=lambda user, *, code: user.email.startswith(code))
def surveiller(avancement, *, code): ...


def lancer_essai(auteur, suite="/", **valeurs) -> Travail:
    return lancer(ouvrir_organisme, auteur=auteur, suite=suite, **{"code": "ESSAI_TRAVAIL"} | valeurs)


def faire_les_travaux() -> None:
    """Empty the queue as `manage.py travaux` does, here and now."""
    call_command("travaux", une_fois=True, verbosity=0)


def relire(travail: Travail) -> Travail:
    return Travail.objects.select_related("tache").get(pk=travail.pk)


@contextmanager
def ouvrier(*options):
    """A worker in a process of its own, on the base of this test (which must be transactional)."""
    base = connection.settings_dict
    adresse = f"postgres://{base['USER']}@/{base['NAME']}?host={base['HOST']}"
    processus = subprocess.Popen(
        [sys.executable, "manage.py", "travaux", *options],
        cwd=RACINE,
        env=os.environ | {"DATABASE_URL": adresse, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with processus:
        try:
            yield processus
        finally:
            if processus.poll() is None:
                processus.send_signal(signal.SIGKILL)


def attendre(condition) -> None:
    fin = time.monotonic() + DELAI
    while not condition():
        assert time.monotonic() < fin, "attente trop longue"
        time.sleep(0.05)
