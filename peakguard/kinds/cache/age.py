"""How old a value is, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from peakguard.kinds.cache.entry import Note

State = Literal["fresh", "refreshing", "spare", "expired", "future"]
CLOCKS = 2.0
"""Seconds by which the clocks of two processes may differ before a value counts as one of the future."""


def state_of(note: Note, table: Mapping[str, Any], now: float) -> State:
    """`fresh`: it is given; `refreshing`: given while a new one is fetched; `spare`: given if no new one can be had.

    A value of the future was written under another clock, and nobody knows how old it is.
    """
    age = now - note.created
    if age < -CLOCKS:
        return "future"
    ttl = lasts(note, table)
    if ttl is None or age < ttl:
        return "fresh"
    if note.form == "error":
        return "expired"
    if age < ttl + (table["stale_while_revalidate"] or 0.0):
        return "refreshing"
    return "spare" if age < ttl + (table["stale_if_error"] or 0.0) else "expired"


def lasts(note: Note, table: Mapping[str, Any]) -> float | None:
    """Seconds that a value is given without a call; None for ever."""
    negative = table["negative"]
    if negative is not None and (note.form == "error" or (note.rows == 0 and negative["empty"])):
        return float(negative["ttl"])
    if note.form == "error":
        return 0.0  # the policy no longer remembers them
    ttl: float | None = table["ttl"]
    return ttl
