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


def clean_own_fields(objet: Model) -> None:
    """Check each field of an object read from a form or a file: its form, its choices, what is missing.

    The rules between columns or rows are those of the database: `save_checked` says them in French when it refuses. A
    link to an object that was read needs no second look, so a file of a thousand lines costs a few statements each.
    """
    lus = [c.name for c in objet._meta.concrete_fields if c.is_relation and getattr(objet, c.attname) is not None]
    objet.full_clean(exclude=lus, validate_unique=False, validate_constraints=False)


def save_checked(objet: Model, **options) -> None:
    """Save an object whose fields were checked.

    What the database refuses (a rule between columns, or somebody who entered the same unique thing since) is said as
    the check of the model says it.
    """
    try:
        with transaction.atomic():
            objet.save(**options)
    except IntegrityError:
        objet.validate_unique()
        objet.validate_constraints()
        raise
