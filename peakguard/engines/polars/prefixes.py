"""Look-ahead by experiment: what a function says of the first rows must not change when later rows are cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.frames import to_polars
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.prefix import Cut

if TYPE_CHECKING:
    import polars as pl

_COLUMN = "value"


class Tried(NamedTuple):
    """A function over some data: the number of rows, how many rows it gives for all of them, and every cut."""

    rows: int
    given: int
    cuts: tuple[Cut, ...]


def try_cuts(
    function: Callable[[Any], Any],
    data: pl.DataFrame,
    cuts: Sequence[int],
    *,
    form: str,
    tolerance: float,
    labels: str | None,
) -> Tried:
    """Call the function with all rows, then with the first of them alone, as often as there are cuts.

    `form` is the library that the frames are of, `tolerance` the relative difference that rounding may make, `labels`
    the column that names a row. Raises ValueError for a result that is no table, series or list.
    """
    whole = _table(function(_given(data, form)))
    found = []
    for rows in cuts:
        part = _table(function(_given(data.head(rows), form)))
        label = str(data[labels][rows - 1]) if labels is not None else None
        found.append(_compared(whole, part, rows, label, tolerance))
    return Tried(data.height, whole.height, tuple(found))


def _given(data: pl.DataFrame, form: str) -> Any:
    return {"polars": data.clone, "pandas": data.to_pandas, "arrow": data.to_arrow}[form]()


def _table(result: Any) -> pl.DataFrame:
    """A result as a table: a frame, a series, an array, or a list of numbers or records."""
    library = polars()
    if isinstance(result, library.Series):
        series: pl.DataFrame = result.alias(_COLUMN).to_frame()
        return series
    if hasattr(result, "to_frame") and not hasattr(result, "columns"):
        result = result.to_frame(_COLUMN)  # a series of pandas
    try:
        if hasattr(result, "columns") or hasattr(result, "__arrow_c_stream__"):
            return to_polars(result)[0]
        made: pl.DataFrame
        if isinstance(result, list | tuple) and result and isinstance(result[0], dict):
            made = library.DataFrame(list(result), infer_schema_length=None)
        else:
            made = library.DataFrame({_COLUMN: list(result)}, strict=False)
    except (TypeError, PeakguardError, library.exceptions.PolarsError) as error:
        raise ValueError(f"{type(result).__name__} is no table, series or list") from error
    return made


def _compared(whole: pl.DataFrame, part: pl.DataFrame, rows: int, label: str | None, tolerance: float) -> Cut:
    """The first difference between a result for the first rows and as much of the result for all of them."""
    if not part.height:
        return Cut(rows, label)
    if part.columns != whole.columns:
        return Cut(rows, label, 0, "columns", ", ".join(part.columns), ", ".join(whole.columns))
    if part.height > whole.height:
        return Cut(rows, label, whole.height, "rows", part.height, whole.height)
    first = min(_differences(whole.head(part.height), part, tolerance), default=None)
    if first is None:
        return Cut(rows, label)
    row, name = first
    return Cut(rows, label, row, name, part[name][row], whole[name][row])


def _differences(whole: pl.DataFrame, part: pl.DataFrame, tolerance: float) -> Iterator[tuple[int, str]]:
    library = polars()
    for name in part.columns:
        one, other = part[name], whole[name]
        if one.dtype.is_numeric() and other.dtype.is_numeric() and (one.dtype.is_float() or other.dtype.is_float()):
            same = _near(one.cast(library.Float64), other.cast(library.Float64), tolerance)
        else:
            same = one.cast(other.dtype, strict=False).eq_missing(other)
        places = (~same).arg_true()
        if len(places):
            yield int(places[0]), name


def _near(a: pl.Series, b: pl.Series, tolerance: float) -> pl.Series:
    """Where two series of floats are equal but for rounding; NaN equals NaN, and null null."""
    largest = polars().DataFrame({"a": a.abs(), "b": b.abs()}).max_horizontal()
    near = ((a - b).abs() <= tolerance * largest) | (a == b) | (a.is_nan() & b.is_nan())
    same: pl.Series = near.fill_null(value=False) | (a.is_null() & b.is_null())
    return same
