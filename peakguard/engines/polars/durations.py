"""Lengths of time from text, as policies write them: `1h30m`, `250ms`, `-2d`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_NANOSECONDS = {
    "w": 7 * 86_400 * 10**9,
    "d": 86_400 * 10**9,
    "h": 3600 * 10**9,
    "m": 60 * 10**9,
    "s": 10**9,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
_FORM = "^(?<sign>-)?" + "".join(rf"(?:(?<{unit}>[0-9]+){unit})?" for unit in _NANOSECONDS) + "$"
_UNIT = {"ns": 1, "us": 10**3, "ms": 10**6}


def read_duration(values: pl.Series, wanted: Any) -> pl.Series:
    """Whole numbers with units, the longest first, as counts of the unit of a type.

    Null for text of another form, for what lies beyond int64, and for what the unit cannot hold exactly.
    """
    library = polars()
    parts = values.str.extract_groups(_FORM).struct.unnest()
    counted = [library.col(unit).cast(library.Int128, strict=False) * size for unit, size in _NANOSECONDS.items()]
    nothing = library.all_horizontal(library.col(list(_NANOSECONDS)).is_null())
    # A number too long for 128 bits is null by itself, and must not count as none.
    lost = library.any_horizontal(
        library.col(unit).is_not_null() & library.col(unit).cast(library.Int128, strict=False).is_null()
        for unit in _NANOSECONDS
    )
    total = library.sum_horizontal(counted) * library.when(library.col("sign").is_null()).then(1).otherwise(-1)
    unit = _UNIT[wanted.time_unit]
    read = library.when(~nothing & ~lost & (total % unit == 0)).then(total // unit).cast(library.Int64, strict=False)
    found: pl.Series = parts.select(read.cast(wanted).alias(values.name)).to_series()
    return found
