"""Rows of plain values as a frame under the names that the data have, and as the bytes of a file."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import bytes_in, to_dtype

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("csv", "parquet", "ndjson")


def frame_of(rows: Sequence[Mapping[str, Any]], plan: Mapping[str, Any]) -> pl.DataFrame:
    """A frame of rows; times and durations are given as counts of their unit, from 1970 in UTC."""
    series = [_series(column, [row[column["name"]] for row in rows]) for column in plan["columns"]]
    frame: pl.DataFrame = polars().DataFrame(series)
    return frame


def reversed_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its last column first."""
    return frame.select(reversed(frame.columns))


def with_extra_column(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The frame with one more column."""
    return frame.with_columns(polars().lit(0).alias(name))


def with_wrong_type(frame: pl.DataFrame, name: str, plan: Mapping[str, Any]) -> Iterator[pl.DataFrame]:
    """The frame with a word among the values of a column, where text can hold them; and with numbers in their place."""
    library = polars()
    written = _as_text(frame, plan)
    with suppress(library.exceptions.PolarsError):
        texts = written[name].slice(1).cast(library.String)
        yield frame.with_columns(library.concat([library.Series(name, ["?"]), texts]).alias(name))
    yield frame.with_columns(library.int_range(library.len()).alias(name))


def without_column(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The frame without a column."""
    return frame.drop(name)


def encode(frame: pl.DataFrame, form: str, plan: Mapping[str, Any]) -> bytes:
    """The frame as a file; dates and times with `parse` are written as that says. Raises ValueError where it cannot."""
    library, buffer = polars(), io.BytesIO()
    if form == "parquet":
        frame.write_parquet(buffer)
        return buffer.getvalue()
    if (held := bytes_in(frame.schema)) is not None:
        raise ValueError(f"column {held} holds bytes")
    written = _as_text(frame, plan)
    try:
        if form == "csv":
            written.write_csv(buffer)
        else:
            written.write_ndjson(buffer)
    except library.exceptions.PolarsError as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return buffer.getvalue()


def _series(column: Mapping[str, Any], values: list[Any]) -> pl.Series:
    library = polars()
    name, dtype = column["names"][0], to_dtype(column["type"], column["values"])
    values = [_typed(value, dtype) for value in values]
    series: pl.Series
    try:
        series = library.Series(name, values, dtype=_counted(dtype)).cast(dtype)
    except (library.exceptions.PolarsError, TypeError):
        # A value that an enum does not have.
        series = library.Series(name, values, dtype=_counted(dtype)).cast(_replaced(dtype, times=False))
    return series


def _typed(value: Any, dtype: Any) -> Any:
    """The value with whole numbers as floats where the type has floats: inside records Polars goes by the first."""
    library = polars()
    if isinstance(dtype, library.List) and isinstance(value, list):
        return [_typed(each, dtype.inner) for each in value]
    if isinstance(dtype, library.Struct) and isinstance(value, dict):
        return {field.name: _typed(value.get(field.name), field.dtype) for field in dtype.fields}
    if isinstance(value, float) and isinstance(dtype, library.Int64):
        # The search moves numbers without regard to their type; the contract judges what comes of it.
        return round(value) if math.isfinite(value) else 0
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_whole and isinstance(dtype, library.Float64) else value


def _counted(dtype: Any) -> Any:
    """The type with text for enums and counts for times, also inside."""
    return _replaced(dtype, times=True)


def _replaced(dtype: Any, *, times: bool) -> Any:
    library = polars()
    if isinstance(dtype, library.Enum):
        return library.String()
    if times and isinstance(dtype, library.Datetime | library.Duration):
        return library.Int64()
    if isinstance(dtype, library.List):
        return library.List(_replaced(dtype.inner, times=times))
    if isinstance(dtype, library.Struct):
        return library.Struct({field.name: _replaced(field.dtype, times=times) for field in dtype.fields})
    return dtype


def _as_text(frame: pl.DataFrame, plan: Mapping[str, Any]) -> pl.DataFrame:
    library = polars()
    forms = {column["names"][0]: column["parse"] for column in plan["columns"] if column["parse"] is not None}
    temporal = (library.Date, library.Datetime)
    texts = [
        library.col(name).dt.strftime(form)
        for name, form in forms.items()
        if name in frame.columns and isinstance(frame.schema[name], temporal)
    ]
    return frame.with_columns(texts)


def like(data: pl.DataFrame, made: pl.DataFrame, names: Mapping[str, str], plan: Mapping[str, Any]) -> pl.DataFrame:
    """What was made of some data, under the names and types of these; `names` are those in `made` by those in `data`.

    A column that was made of another type on purpose keeps it. Columns that no plan knows are those of the data.
    """
    library = polars()
    declared = {column["names"][0]: to_dtype(column["type"], column["values"]) for column in plan["columns"]}
    order = [name for name in made.columns if name in names.values()]
    known = [name for name in data.columns if names.get(name) in made.columns]
    # Where the order of columns was changed on purpose, it is theirs.
    known.sort(key=lambda name: order.index(names[name])) if order != list(declared) else None
    columns = []
    for name in known:
        column = made[names[name]].alias(name)
        is_as_declared = column.dtype == declared[names[name]]
        columns.append(column.cast(data.schema[name], strict=False) if is_as_declared else column)
    columns += [made[name] for name in made.columns if name not in names.values()]
    if made.height == data.height:
        columns += [data[name] for name in data.columns if name not in names]
    result: pl.DataFrame = library.DataFrame(columns)
    return result
