"""Rows that an exemption names by their key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.align import read_text
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl


def exempted(frame: pl.DataFrame, key: Mapping[str, Any]) -> list[int]:
    """The numbers of the rows whose key columns have these values, as they are written in a policy."""
    pl = polars()
    if any(name not in frame.columns for name in key):
        return []
    matches = pl.Series([True] * frame.height, dtype=pl.Boolean)
    for name, value in key.items():
        wanted = read_text(pl.Series([str(value)]), frame.schema[name], None)
        if wanted is None or wanted[0] is None:
            return []
        matches &= (frame[name] == wanted[0]).fill_null(value=False)
    rows: list[int] = matches.arg_true().to_list()
    return rows
