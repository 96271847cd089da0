"""How old the newest row of a frame is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def age_of(newest: date, now: datetime) -> int:
    """Age in nanoseconds. A time without a zone is taken as UTC, a date as its beginning."""
    if isinstance(newest, datetime):
        moment = newest if newest.tzinfo is not None else newest.replace(tzinfo=UTC)
    else:
        moment = datetime.combine(newest, time(), UTC)
    age = now - moment
    return (age.days * 86_400 + age.seconds) * 10**9 + age.microseconds * 1000
