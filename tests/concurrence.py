"""Somebody else acts at the worst moment, for real: in a thread and a transaction of their own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from django.db import connection, connections


@contextmanager
def au_moment_de(requete: str, acte: Callable[[], object]) -> Iterator[None]:
    """Let `acte` happen and be committed just before the first statement that holds `requete`.

    Needs a transactional test. What `acte` raises is raised at the end of the block, as is a statement never seen.
    """
    etat: dict[str, object] = {}

    def agir():
        try:
            acte()
            etat["erreur"] = None
        except Exception as erreur:
            etat["erreur"] = erreur
        finally:
            connections.close_all()

    def intercaler(execute, sql, *args):
        if not etat and requete in sql:
            etat["erreur"] = "commencé"
            fil = Thread(target=agir)
            fil.start()
            fil.join()
        return execute(sql, *args)

    with connection.execute_wrapper(intercaler):
        yield
    assert etat == {"erreur": None}, etat
