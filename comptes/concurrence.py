"""Several people at once: read as of one instant, enter what may exist only once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.db.models import Model


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


def save_checked(objet: Model, **options) -> None:
    """Save an object that `full_clean` accepted.

    When somebody else entered the same unique thing since, the refusal is the one the check would have given.
    """
    try:
        with transaction.atomic():
            objet.save(**options)
    except IntegrityError:
        objet.validate_unique()
        objet.validate_constraints()
        raise
