"""manage.py: the base is there for the commands that need it, and only for them."""

import os
import subprocess
import sys

import pytest

from config import RACINE, postgres
from manage import needs_database


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["manage.py", "migrate"], True),
        (["manage.py", "situation", "pas-de-calais-2021-2027"], True),
        (["manage.py", "check", "--database", "default"], True),
        (["manage.py", "check"], False),
        (["manage.py", "migrate", "--help"], False),
        (["manage.py"], False),
    ],
)
def test_commands_that_need_the_base(argv, expected):
    assert needs_database(argv) is expected


def test_a_command_works_alone_and_leaves_nothing_running(tmp_path):
    tmp_path.chmod(0o711)
    code = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT 1'); print(k.fetchone())"
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=RACINE,
        env=environment | {"ACCORD_DONNEES": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "(1,)\n"
    assert not postgres.Cluster(tmp_path).answers()


def test_a_base_that_cannot_start_is_said_in_one_message(tmp_path):
    (tmp_path / "fichier").write_text("")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    base = tmp_path / "postgres" / "base"
    base.mkdir(parents=True)
    (base / "PG_VERSION").write_text("9\n")
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=RACINE,
        env=environment | {"ACCORD_DONNEES": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "créées par PostgreSQL 9" in done.stderr
    assert "Traceback" not in done.stderr
