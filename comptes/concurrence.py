"""Several people at once: what must be read as of one instant."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def meme_instant() -> Iterator[None]:
    """Read everything as of one instant: an act recorded meanwhile cannot make two figures disagree.

    Inside a transaction already open, the reads are those of that transaction.
    """
    est_interieure = connection.in_atomic_block
    with transaction.atomic():
        if not est_interieure:
            with connection.cursor() as curseur:
                curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
