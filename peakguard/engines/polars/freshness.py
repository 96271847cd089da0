"""How old the newest row of a frame is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def age_of_newest(times: pl.Series, now: datetime) -> int | None:
    """Age in nanoseconds; None where no row has a time. Times without a zone are taken as UTC."""
    newest = times.max()
    if newest is None:
        return None
    if isinstance(newest, datetime):
        moment = newest if newest.tzinfo is not None else newest.replace(tzinfo=UTC)
    else:
        assert isinstance(newest, date)
        moment = datetime.combine(newest, time(), UTC)
    age = now - moment
    return (age.days * 86_400 + age.seconds) * 10**9 + age.microseconds * 1000
