"""The launcher, on real bases: the first one in starts it, the last one out stops it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from config import RACINE, postgres

# a program that uses the base of argv[1] until its standard input closes
PROGRAMME = """
import sys
from pathlib import Path
from config import postgres
postgres.exit_on_signals()
with postgres.base_ouverte(Path(sys.argv[1]), durable=False):
    print("ouverte", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _embedded(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def dossier():
    """A base at rest, the same for all: creating one takes longer than the tests."""
    with temporary_folder() as dossier:
        with postgres.base_ouverte(dossier, durable=False):
            pass
        yield dossier


@pytest.fixture(scope="module")
def copie(dossier):
    """A second one, that a test may move or spoil, then mend."""
    with temporary_folder() as copie:
        subprocess.run(["cp", "-a", f"{dossier}/.", copie], check=True)
        yield copie


@contextmanager
def temporary_folder():
    dossier = Path(tempfile.mkdtemp(prefix="accord-essai-"))  # pytest’s own are closed to « nobody »
    dossier.chmod(0o711)
    try:
        yield dossier
    finally:
        shutil.rmtree(dossier)


@contextmanager
def user_of(dossier):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAMME, dossier],
        cwd=RACINE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "ouverte\n"
            yield process
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def close(process):
    process.stdin.close()
    process.wait(timeout=60)


def is_running(dossier) -> bool:
    return postgres.Cluster(dossier).answers()


@contextmanager
def replaced(path, text):
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


@contextmanager
def query(dossier):
    with closing(postgres.Cluster(dossier).connect(postgres.NOM)) as connection, connection.cursor() as cursor:

        def ask(sql):
            cursor.execute(sql)
            return cursor.fetchone()

        yield ask


def server_pid(dossier) -> int:
    return int((dossier / "postgres" / "base" / "postmaster.pid").read_text().split()[0])


def test_the_base_answers_inside_the_block_only(dossier):
    with postgres.base_ouverte(dossier, durable=False), query(dossier) as ask:
        assert ask("SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database") == (
            ("b", "C.UTF-8", "UTF8")
        )
        assert ask(
            "SELECT count(*) FROM pg_available_extensions WHERE name IN ('unaccent', 'pg_trgm', 'btree_gist')"
        ) == (3,)
        assert ask("SHOW listen_addresses") == ("",)
    assert not is_running(dossier)


def test_the_last_user_stops_it_whoever_started_it(dossier):
    with user_of(dossier) as first, user_of(dossier) as second:
        close(first)
        assert is_running(dossier)
        close(second)
    assert not is_running(dossier)


def test_two_starts_at_once_share_one_server(dossier):
    with user_of(dossier), user_of(dossier):
        pid = server_pid(dossier)
        with postgres.base_ouverte(dossier, durable=False):
            assert server_pid(dossier) == pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it(dossier, number):
    with user_of(dossier) as process:
        process.send_signal(number)
        process.wait(timeout=30)
        assert not is_running(dossier)


def test_an_exception_stops_it(dossier):
    with pytest.raises(ZeroDivisionError), postgres.base_ouverte(dossier, durable=False):
        raise ZeroDivisionError
    assert not is_running(dossier)


def test_what_a_killed_user_left_is_taken_over_then_stopped(dossier):
    with user_of(dossier) as process:
        process.kill()
        process.wait()
        assert is_running(dossier)
        with postgres.base_ouverte(dossier, durable=False):
            pass
    assert not is_running(dossier)


def test_starts_again_after_the_server_was_killed(dossier):
    with user_of(dossier):
        os.kill(server_pid(dossier), signal.SIGKILL)
        time.sleep(0.1)
        with postgres.base_ouverte(dossier, durable=False):
            assert is_running(dossier)


def test_starts_when_the_recorded_pid_is_another_program(dossier):
    record = dossier / "postgres" / "base" / "postmaster.pid"
    record.write_text(f"{os.getpid()}\n{record.parent}\n0\n5432\n\n\n")
    shutil.chown(record, record.parent.owner(), record.parent.group())
    with postgres.base_ouverte(dossier, durable=False):
        assert is_running(dossier)


def test_two_folders_run_side_by_side(dossier, copie):
    with postgres.base_ouverte(dossier, durable=False), postgres.base_ouverte(copie, durable=False):
        assert server_pid(dossier) != server_pid(copie)


def test_a_long_path_listens_in_a_short_folder(copie):
    dossier = copie.rename(copie / ".." / ("très-long " * 12))  # with spaces and accents
    try:
        with postgres.base_ouverte(dossier, durable=False):
            assert is_running(dossier)
            assert len(os.fsencode(postgres.socket_folder(dossier))) < 60
        assert not postgres.socket_folder(dossier).exists()
    finally:
        dossier.rename(copie)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its base to another account")
def test_root_in_a_closed_folder_keeps_the_base_in_a_system_folder(tmp_path, monkeypatch, capsys):
    with temporary_folder() as systeme:
        monkeypatch.setattr(postgres, "DOSSIER_SYSTEME", systeme)
        tmp_path.chmod(0o700)
        with postgres.base_ouverte(tmp_path / "var", durable=False):
            assert is_running(tmp_path / "var")
        assert (tmp_path / "var" / "postgres").resolve().parent == systeme
        assert str(systeme) in capsys.readouterr().err


def test_data_of_another_major_is_refused(copie):
    with replaced(copie / "postgres" / "base" / "PG_VERSION", "9\n"):
        with pytest.raises(postgres.BaseIndisponible, match="créées par PostgreSQL 9"), postgres.base_ouverte(copie):
            pass


def test_without_any_postgresql_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "find_binaries", list)
    with pytest.raises(postgres.BaseIndisponible, match="DATABASE_URL"), postgres.base_ouverte(tmp_path / "var"):
        pass


def test_a_failed_start_shows_the_log_and_lets_go(copie, monkeypatch):
    monkeypatch.setattr(postgres, "ESSAIS", 1)
    with replaced(copie / "postgres" / "base" / "postgresql.conf", "inconnu = 1\n"):
        with pytest.raises(postgres.BaseIndisponible, match="inconnu"), postgres.base_ouverte(copie, durable=False):
            pass


def test_database_url_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://ailleurs/accord")
    with postgres.base_ouverte(tmp_path / "var"):
        assert not (tmp_path / "var").exists()


def test_the_wheel_comes_before_the_system():
    assert postgres.find_binaries()[0].packaged
    assert [one.packaged for one in postgres.find_binaries()].count(True) == 1


def test_psycopg_3_stays_out():
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert is_psycopg3 is False
    assert psycopg2.__version__.startswith("2.9")


@pytest.mark.parametrize("reason", ["--help", "--ds=config.settings.absent"])
def test_pytest_leaves_no_base_behind_when_it_stops_early(reason):
    with temporary_folder() as temporaire:
        subprocess.run(
            [sys.executable, "-m", "pytest", reason],
            cwd=RACINE,
            env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
            | {"TMPDIR": str(temporaire)},
            capture_output=True,
        )
        assert list(temporaire.iterdir()) == []
