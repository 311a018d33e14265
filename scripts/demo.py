"""`make demo`: base, agreement, demonstration set, web server, background jobs; Ctrl-C stops all of it.

gunicorn in threads rather than runserver: the demonstration runs what production runs, serves its static files through
whitenoise, and stays in one process tree that ends with this one.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(RACINE))
from config import postgres  # noqa: E402 (reads .env)

EN_PRODUCTION = os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.dev"
os.environ.setdefault("DEBUG", "0")  # the pages that people see, errors included

import django  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from gunicorn.app.base import BaseApplication  # noqa: E402

ACCORD = RACINE / "fixtures" / "accords" / "pas-de-calais-2021-2027.yaml"


def main() -> int:
    if EN_PRODUCTION:
        print("La démonstration ne se lance pas ici : .env ou l’environnement dit « production ».", file=sys.stderr)
        return 1
    adresse, port = os.environ.get("ADRESSE") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    if not is_free(adresse, port):
        print(
            f"Le port {port} est occupé : choisissez-en un autre, par exemple « make demo PORT=8001 ».",
            file=sys.stderr,
        )
        return 1
    postgres.exit_on_signals()
    try:
        with postgres.base_ouverte():
            django.setup()
            load()
            with travaux():
                Serveur(adresse, port).run()
    except (postgres.BaseIndisponible, CommandError) as erreur:
        print(erreur, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def load() -> None:
    from django.db import connections

    from pilotage.demonstration.chargement import charger_accord
    from pilotage.demonstration.garde import refuse_real_base

    refuse_real_base()
    print("Préparation de la base…", flush=True)
    os.environ["PGOPTIONS"] = "-c synchronous_commit=off"  # twice as fast; what is loaded here can be loaded again
    call_command("migrate", verbosity=0, interactive=False)
    charger_accord(ACCORD)
    call_command("charger_demo")
    connections.close_all()  # the workers are forked from here, with the base’s usual guarantees
    del os.environ["PGOPTIONS"]


@contextmanager
def travaux() -> Iterator[None]:
    """Background jobs are done inside this block; one still under way at its end has some seconds to finish."""
    # inherited: Ctrl-C is for this process, which stops the other
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # no Popen: the forked workers of the web server would destroy their copy of it while they are told to stop
        command = [sys.executable, str(RACINE / "manage.py"), "travaux", "--verbosity=0"]
        ouvrier = os.posix_spawn(sys.executable, command, os.environ)
    finally:
        signal.signal(signal.SIGINT, before)
    pid = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == pid:  # not in a forked worker
            stop(ouvrier)


def stop(process: int) -> None:
    """Ask it to end, then end it: its job is put back by the next worker."""
    with suppress(ProcessLookupError, ChildProcessError):  # the web server may have collected it
        os.kill(process, signal.SIGTERM)
        for _attempt in range(50):
            if os.waitpid(process, os.WNOHANG)[0]:
                return
            time.sleep(0.1)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


class Serveur(BaseApplication):
    def __init__(self, adresse: str, port: int):
        self.adresse, self.port = adresse, port
        super().__init__()

    def load_config(self):
        for key, value in {
            "bind": f"{self.adresse}:{self.port}",
            "worker_class": "gthread",
            "workers": 2,
            "threads": 4,
            "preload_app": True,
            "timeout": 120,  # a pack of a hundred pages takes its time
            "graceful_timeout": 3,  # Ctrl-C does not wait for an open page
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self.announce,
        }.items():
            self.cfg.set(key, value)

    def load(self):
        from django.core.wsgi import get_wsgi_application

        return get_wsgi_application()

    def announce(self, _arbiter):
        print(f"\nOuvrez http://{self.adresse}:{self.port}/ dans un navigateur. Ctrl-C arrête tout.", flush=True)


def is_free(adresse: str, port: int) -> bool:
    with socket.socket() as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind((adresse, port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
