"""The tables of the tests, made once: each worker copies them, and the next run finds them while no migration changed.

Running the migrations takes most of the start of a run, for each of its workers.
"""

import fcntl
import hashlib
import os
import subprocess
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections

from config import RACINE, postgres

NOM = "modele_essais"
CACHE = RACINE / ".pytest_cache" / "modele"
GARDES = 8  # several branches of work find theirs


def preparer() -> str:
    """Name of a migrated database, made by the first worker that asks for it."""
    verrou = postgres.donnees() / "modele.verrou"
    with verrou.open("w") as fichier:
        fcntl.flock(fichier, fcntl.LOCK_EX)
        if not _existe():
            _creer()
    return NOM


def _sans_base(requete: str, *valeurs) -> list:
    with connection._nodb_cursor() as curseur:  # in autocommit, as Django creates its own test databases
        curseur.execute(requete, valeurs)
        return curseur.fetchall() if curseur.description else []


def _existe() -> bool:
    return bool(_sans_base("SELECT 1 FROM pg_database WHERE datname = %s", NOM))


def _creer() -> None:
    brouillon = f"{NOM}_brouillon"
    _sans_base(f"DROP DATABASE IF EXISTS {brouillon}")
    _sans_base(f"CREATE DATABASE {brouillon}")
    garde = CACHE / f"{_empreinte()}.sql"
    if garde.exists():
        _client("psql", brouillon, "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={garde}")
    else:
        _migrer(brouillon)
        _garder(brouillon, garde)
    _sans_base(f"ALTER DATABASE {brouillon} RENAME TO {NOM}")


def _migrer(base: str) -> None:
    reglages = connection.settings_dict
    nom, reglages["NAME"] = reglages["NAME"], base
    connection.close()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connections.close_all()
        reglages["NAME"] = nom


def _garder(base: str, garde: Path) -> None:
    """Keep the tables for the next run, where the client of PostgreSQL is at hand."""
    if not _programme("pg_dump").exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    gardes = sorted(CACHE.glob("*.sql"), key=lambda chemin: chemin.stat().st_mtime)
    for ancien in gardes[: -GARDES + 1]:
        ancien.unlink(missing_ok=True)
    provisoire = garde.with_suffix(f".{os.getpid()}")
    _client("pg_dump", base, "--no-owner", f"--file={provisoire}")
    provisoire.rename(garde)


def _programme(nom: str) -> Path:
    return postgres.find_binaries()[0].folder / nom


def _client(nom: str, base: str, *options: str) -> None:
    reglages = connection.settings_dict
    subprocess.run(
        [
            _programme(nom),
            f"--host={reglages['HOST']}",
            f"--port={reglages['PORT']}",
            f"--username={reglages['USER']}",
            f"--dbname={base}",
            *options,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _empreinte() -> str:
    """Of all that makes the tables: migrations, packages, version of the base."""
    condense = hashlib.sha256(postgres.find_binaries()[0].folder.as_posix().encode())
    siennes = [chemin for app in apps.get_app_configs() for chemin in Path(app.path).glob("migrations/*.py")]
    fichiers = [RACINE / "requirements" / "run.txt", *siennes]
    for chemin in sorted(fichiers):
        condense.update(chemin.name.encode() + chemin.read_bytes())
    return condense.hexdigest()[:16]
