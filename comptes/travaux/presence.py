"""Which workers are alive: each holds an advisory lock, which PostgreSQL drops with the session that holds it."""

import secrets

from django.db import connection

CLASSE = 1_953_653_110  # first key of the locks, ours among all advisory locks of the base

VIVANTS = """
    SELECT objid FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = %s
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def s_annoncer() -> str:
    """Take the lock of a new number, on the very connection that will do the work; return the number.

    The number is drawn: the id of a process, or of a session, comes back with another owner.
    """
    with connection.cursor() as curseur:
        # a worker killed during a long statement frees its lock, and the statement, without waiting for its end
        curseur.execute("SET client_connection_check_interval = '5s'")
        while True:
            numero = secrets.randbelow(2**31 - 1) + 1
            curseur.execute("SELECT pg_try_advisory_lock(%s, %s)", [CLASSE, numero])
            if curseur.fetchone()[0]:
                return str(numero)


def se_retirer(numero: str) -> None:
    with connection.cursor() as curseur:
        curseur.execute("SELECT pg_advisory_unlock(%s, %s)", [CLASSE, int(numero)])
        curseur.execute("RESET client_connection_check_interval")


def ouvriers_vivants() -> set[str]:
    """The numbers of the workers alive, in this base."""
    with connection.cursor() as curseur:
        curseur.execute(VIVANTS, [CLASSE])
        return {str(numero) for (numero,) in curseur.fetchall()}
