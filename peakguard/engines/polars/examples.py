"""Offending rows as plain values, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl


def examples_of(
    frame: pl.DataFrame, rows: Sequence[int], key: Sequence[str], reads: Sequence[str]
) -> tuple[Example, ...]:
    """The given rows with their key and the columns that a rule reads."""
    key = [name for name in key if name in frame.columns]
    values = [name for name in reads if name not in key]
    return tuple(
        Example(
            row,
            {name: plain(frame[name][row]) for name in key},
            {name: plain(frame[name][row]) for name in values},
        )
        for row in rows
    )


def plain(value: Any) -> Any:
    """A cell as a JSON value; what JSON cannot hold becomes text."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case timedelta() | Decimal():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            return str(value)
