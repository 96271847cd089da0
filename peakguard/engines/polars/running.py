"""The extremes of all values so far: between two new ones they stay as they are, which needs no look at every value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_PIECE = 32_768
Op = Literal["cum_max", "cum_min"]


def running(values: pl.Series, op: Op) -> pl.Series:
    """What `cum_max` or `cum_min` gives, of values none of which is NaN."""
    if values.null_count() or not len(values):
        return _whole(values, op)
    parts: list[pl.Series] = []
    start, so_far = 0, None
    for length, extreme in _stretches(values, op):
        piece = values.slice(start, length)
        same = length if extreme is None else _until(piece, so_far, op)
        if same:
            # Of one value that is there already, for a query costs more than a short stretch.
            parts.append(parts[-1].new_from_index(len(parts[-1]) - 1, same))
        if extreme is not None:
            parts.append(_whole(piece.slice(same), op))
            so_far = extreme
        start += length
    found: pl.Series = polars().concat(parts)
    return found


def _until(piece: pl.Series, so_far: Any, op: Op) -> int:
    """How many rows come before the first new extreme."""
    if so_far is None or (piece[0] > so_far if op == "cum_max" else piece[0] < so_far):
        return 0
    return int((piece > so_far if op == "cum_max" else piece < so_far).arg_max() or 0)


def _stretches(values: pl.Series, op: Op) -> Iterator[tuple[int, Any]]:
    """Lengths of rows, with the new extreme that they bring, or with None."""
    extremes: list[tuple[int, Any]] = []
    so_far: Any = None
    for start in range(0, len(values), _PIECE):
        piece = values.slice(start, _PIECE)
        found: Any = piece.max() if op == "cum_max" else piece.min()
        is_new = so_far is None or (found > so_far if op == "cum_max" else found < so_far)
        extremes.append((len(piece), found if is_new else None))
        so_far = found if is_new else so_far
    for is_new, stretch in groupby(extremes, lambda each: each[1] is not None):
        lengths, last = zip(*stretch, strict=True)
        yield sum(lengths), last[-1] if is_new else None


def _whole(values: pl.Series, op: Op) -> pl.Series:
    return values.cum_max() if op == "cum_max" else values.cum_min()
