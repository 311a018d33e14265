"""The hours of an agenda: each item starts when the one before ends."""

from datetime import date, datetime, time, timedelta


def compute_horaires(debut: time, durees: list[int]) -> list[time]:
    """Return the start of each item, then the end of the last one; durations are in minutes."""
    instant = datetime.combine(date(2000, 1, 1), debut)
    heures = [instant.time()]
    for duree in durees:
        instant += timedelta(minutes=duree)
        heures.append(instant.time())
    return heures
