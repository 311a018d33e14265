"""The one clock that services read for the instant they record."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_instant: ContextVar[datetime | None] = ContextVar("instant", default=None)


def maintenant() -> datetime:
    """Return the aware instant at which an act is recorded."""
    return _instant.get() or timezone.now()


@contextmanager
def a_l_instant(instant: datetime) -> Iterator[None]:
    """Record what happens inside as of a past instant.

    Only the demonstration set tells such a story, and production refuses to load it.
    """
    jeton = _instant.set(instant)
    try:
        yield
    finally:
        _instant.reset(jeton)
