"""Early pytest plugin: a throw-away base, up before pytest-django reads the settings.

Its folder is also where the files of the tests go. The workers of xdist inherit its address through ACCORD_DONNEES.
"""

import atexit
import os
import shutil
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from config import postgres

FIN = pytest.StashKey[ExitStack]()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave through pytest_unconfigure
    fin = early_config.stash[FIN] = ExitStack()
    atexit.register(fin.close)  # settings that do not load leave without pytest_unconfigure
    dossier = Path(tempfile.mkdtemp(prefix="accord-essai-"))
    fin.callback(remove, dossier)
    dossier.chmod(0o711)
    os.environ["ACCORD_DONNEES"] = str(dossier)
    fin.enter_context(postgres.base_ouverte(dossier, durable=False))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if fin := config.stash.get(FIN, None):
        fin.close()


def remove(dossier: Path) -> None:
    shutil.rmtree((dossier / "postgres").resolve(), ignore_errors=True)  # elsewhere when root works in a closed folder
    shutil.rmtree(dossier, ignore_errors=True)
