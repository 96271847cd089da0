"""Where two frames differ first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.canonical import digests_of_frame

if TYPE_CHECKING:
    import polars as pl


class FrameDifference(NamedTuple):
    """The first column, in order, that differs, its first row (from 0) that does, and both values.

    `rows` is how many rows of the column differ; `row` is None where the frames differ in their columns or lengths.
    """

    column: str | None
    row: int | None
    left: Any
    right: Any
    rows: int | None


def difference(left: pl.DataFrame, right: pl.DataFrame) -> FrameDifference | None:
    """The first difference, None where the content of the frames is the same."""
    if left.columns != right.columns:
        pairs = zip([*left.columns, None], [*right.columns, None], strict=False)
        column = next(one or other for one, other in pairs if one != other)
        return FrameDifference(column, None, ", ".join(left.columns), ", ".join(right.columns), None)
    one, two = digests_of_frame(left), digests_of_frame(right)
    column = next((name for name in left.columns if one[name] != two[name]), None)
    if column is None:
        return None
    if left.schema[column] != right.schema[column]:
        return FrameDifference(column, None, str(left.schema[column]), str(right.schema[column]), None)
    return _first_row(column, left[column], right[column])


def _first_row(column: str, left: pl.Series, right: pl.Series) -> FrameDifference:
    most = min(len(left), len(right))
    one, two = left.head(most), right.head(most)
    differs: pl.Series = one.ne_missing(two) | _signs_differ(one, two)
    rows = differs.arg_true()
    if not len(rows):
        return FrameDifference(column, None, f"{len(left)} rows", f"{len(right)} rows", None)
    row = int(rows[0])
    return FrameDifference(column, row, one[row], two[row], len(rows))


def _signs_differ(left: pl.Series, right: pl.Series) -> pl.Series:
    """0.0 and -0.0 are equal and not the same."""
    if not left.dtype.is_float():
        return left.is_null() & left.is_not_null()
    one, two = ((side == 0) & (1.0 / side < 0) for side in (left, right))
    differs: pl.Series = (one != two).fill_null(value=False)
    return differs
