"""The extremes of all values so far: between two new ones they stay as they are, which needs no look at every value."""

from __future__ import annotations

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
    same, so_far = 0, None
    for start in range(0, len(values), _PIECE):
        piece = values.slice(start, _PIECE)
        extreme = piece.max() if op == "cum_max" else piece.min()
        if so_far is not None and not _is_beyond(extreme, so_far, op):
            same += len(piece)
            continue
        first, last = _ends(piece, so_far, op)
        parts += _repeated(parts[-1], same + first) if parts else []
        parts.append(_whole(piece.slice(first, last + 1 - first), op))
        same, so_far = len(piece) - last - 1, extreme
    found: pl.Series = polars().concat([*parts, *_repeated(parts[-1], same)])
    return found


def _ends(piece: pl.Series, so_far: Any, op: Op) -> tuple[int, int]:
    """Where in a piece the first new extreme is, and from where on there is none any more."""
    last: Any = piece.arg_max() if op == "cum_max" else piece.arg_min()
    if so_far is None or _is_beyond(piece[0], so_far, op):
        return 0, last
    first: Any = (piece > so_far if op == "cum_max" else piece < so_far).arg_max()
    return first, last


def _repeated(part: pl.Series, rows: int) -> list[pl.Series]:
    """The last value of a part for so many rows: one piece again and again, so that little memory is written."""
    piece = part.new_from_index(len(part) - 1, min(rows, _PIECE))
    return [*[piece] * (rows // _PIECE), piece.slice(0, rows % _PIECE)] if rows else []


def _is_beyond(value: Any, so_far: Any, op: Op) -> bool:
    return bool(value > so_far if op == "cum_max" else value < so_far)


def _whole(values: pl.Series, op: Op) -> pl.Series:
    return values.cum_max() if op == "cum_max" else values.cum_min()
