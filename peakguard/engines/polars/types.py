"""The type grammar of policies as Polars data types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_DURATION = re.compile(r"duration(?:\[(ns|us|ms)\])?")
_DATETIME = re.compile(r"datetime\[(ns|us|ms)(?:,\s*([^\]]+))?\]")


def to_dtype(type_text: str, values: Sequence[str] | None) -> pl.DataType:
    """The data type that a column of a type must have; `values` are those of an enum."""
    return _dtype(type_text, tuple(values) if values is not None else None)


@lru_cache(maxsize=1024)
def _dtype(type_text: str, values: tuple[str, ...] | None) -> pl.DataType:
    library = polars()
    plain = {
        "bool": library.Boolean(),
        "int64": library.Int64(),
        "float64": library.Float64(),
        "string": library.String(),
        "date": library.Date(),
    }
    if type_text in plain:
        dtype: pl.DataType = plain[type_text]
        return dtype
    if type_text == "enum":
        enum: pl.DataType = library.Enum(list(values or ()))
        return enum
    if match := _DURATION.fullmatch(type_text):
        duration: pl.DataType = library.Duration(match[1] or "us")
        return duration
    if match := _DECIMAL.fullmatch(type_text):
        decimal: pl.DataType = library.Decimal(int(match[1]), int(match[2]))
        return decimal
    match = _DATETIME.fullmatch(type_text)
    if match is None:
        raise ValueError(type_text)
    moment: pl.DataType = library.Datetime(match[1], match[2])
    return moment


def holds(actual: pl.DataType, wanted: pl.DataType) -> bool:
    """Whether a column needs no conversion: the very type, or an enum held as text or categories."""
    library = polars()
    if isinstance(wanted, library.Enum):
        return isinstance(actual, library.Enum | library.Categorical | library.String)
    return actual == wanted
