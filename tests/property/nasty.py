"""Rows that hold the values on which engines are known to differ."""

import math
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from peakguard.engines.polars.rows import canonical_rows
from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import (
    BOOL,
    DATE,
    DURATION,
    FLOAT64,
    INT64,
    STRING,
    datetime,
    decimal,
    enum,
    list_of,
    record,
    records,
)

FINITE = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    0.7,
    3.0,
    10.0,
    2.5,
    -2.5,
    0.5,
    1.5,
    1e308,
    -1e308,
    5e-324,
    2.0**53,
    2.0**53 + 2,
    1e-9,
    9.3e18,
]
WILD = [*FINITE, math.nan, math.nan, math.inf, -math.inf]
WHOLE = [0, 1, -1, 2, 7, -3, 2**63 - 1, -(2**63), 2**53 + 1, 2**53 - 1, 2**62, -(2**62), 10, 100]
TEXT = [
    "",
    "a",
    "A",
    "BTC",
    "BTC/USD",
    "Ä𝒳",
    "ß",
    "ÄB",
    "a\nb",
    " ",
    "aΩ",
    "İ",
    "0",
    "42",
    "_x",
    "\U0001f600a",
    "a.b",
    "axb",
    "(",
    "[",
]
CENTS = [Decimal(each) for each in ("0.00", "0.01", "-0.01", "1.10", "99999999.99", "-99999999.99", "12.50")]
WIDE = [Decimal(each) for each in ("0", "0.00000001", "-123456789012345678.12345678", "99999999999999999999.99999999")]
LONG = [Decimal(each) for each in ("0", "123456789012345.6789", "-999999999999999.9999", "0.0001", "3.3333")]
SIDES = ["buy", "sell", "hold"]
DAYS = [
    date(2024, 2, 29),
    date(1970, 1, 1),
    date(1969, 12, 31),
    date(1, 1, 1),
    date(9999, 12, 31),
    date(2023, 12, 31),
    date(2000, 1, 3),
]
SECONDS = [
    0,
    -1,
    1,
    951_782_400,
    1_710_053_999,
    1_710_054_000,
    1_730_611_800,
    1_730_615_400,
    1_709_251_199,
    4_102_444_800,
    -2_208_988_800,
]
EXTREME_SECONDS = [-62_135_596_800, -62_135_596_801, 253_402_300_799, 253_402_300_800, 320_000_000_000]
HELD = [0, 1, -1, 86_400_000_000, 30_000_000, 2**63 - 1, -(2**63), 3_600_000_000]

LEG = {
    "qty": Column(INT64),
    "px": Column(FLOAT64),
    "fee_n": Column(FLOAT64, nullable=True, finite=False),
    "lots_n": Column(INT64, nullable=True),
    "name": Column(STRING),
    "side_n": Column(enum(tuple(SIDES)), nullable=True),
    "at_n": Column(datetime("us", "UTC"), nullable=True),
    "ok_n": Column(BOOL, nullable=True),
    "cost": Column(decimal(10, 2)),
}
"""A record with a field of most types."""

COINCIDENCES: list[dict[str, Any]] = [
    {"whole": 2**53 + 1, "whole_n": 2**53 + 1, "price": 2.0**53, "wild": 2.0**53, "wild_n": 2.0**53},
    {"whole": 2**63 - 1, "whole_n": 2**63 - 1, "price": 2.0**63, "price_n": 2.0**63, "wild": 2.0**63},
    {"whole": -(2**63), "whole_n": -(2**63), "tiny": -1, "price": -0.0, "price_n": 0.0, "wild": math.nan},
    {"wild": math.nan, "wild_n": math.nan, "price": 0.0, "price_n": None},
    {"wild": math.inf, "wild_n": math.inf, "price_n": 1e308, "price": 1e308},
    {"wild": math.nan, "wild_n": None, "price_n": None, "whole_n": None},
]
"""Values that matter only together, in the first rows of a frame."""

SCOPE = Scope(
    {
        "group": Column(STRING, nullable=True),
        "flag": Column(BOOL),
        "maybe": Column(BOOL, nullable=True),
        "whole": Column(INT64),
        "whole_n": Column(INT64, nullable=True),
        "tiny": Column(INT64, least=-2, most=3),
        "price": Column(FLOAT64, least=-1e308, most=1e308),
        "price_n": Column(FLOAT64, nullable=True),
        "wild": Column(FLOAT64, finite=False),
        "wild_n": Column(FLOAT64, nullable=True, finite=False),
        "constant": Column(FLOAT64, least=0, most=10),
        "cents": Column(decimal(10, 2)),
        "wide_n": Column(decimal(28, 8), nullable=True),
        "long": Column(decimal(19, 4)),
        "text": Column(STRING),
        "text_n": Column(STRING, nullable=True),
        "side": Column(enum(tuple(SIDES))),
        "side_n": Column(enum(tuple(SIDES)), nullable=True),
        "day_": Column(DATE),
        "day_n": Column(DATE, nullable=True),
        "utc": Column(datetime("us", "UTC")),
        "utc_n": Column(datetime("us", "UTC"), nullable=True),
        "york_n": Column(datetime("us", "America/New_York"), nullable=True),
        "naive_n": Column(datetime("ms"), nullable=True),
        "nano_n": Column(datetime("ns", "UTC"), nullable=True),
        "held": Column(DURATION),
        "held_n": Column(DURATION, nullable=True),
        "legs": Column(records(LEG)),
        "legs_n": Column(list_of(Column(record(LEG), nullable=True)), nullable=True),
        "tags_n": Column(list_of(Column(STRING, nullable=True)), nullable=True),
        "marks": Column(list_of(Column(FLOAT64, finite=False))),
        "deal_n": Column(record(LEG), nullable=True),
    },
    ordered=True,
)
NESTED = ("legs", "legs_n", "tags_n", "marks", "deal_n")


def frame(seed: int, height: int) -> pl.DataFrame:
    """A frame with every column of SCOPE; `constant` holds one value, stored as Polars stores such columns."""
    source = random.Random(seed)  # test data
    columns = {name: [_value(source, name) for _ in range(height)] for name in SCOPE.columns if name != "constant"}
    for row, coincidence in enumerate(COINCIDENCES if height > 2 * len(COINCIDENCES) else []):
        for name, value in coincidence.items():
            columns[name][row] = value
    made = pl.DataFrame({name: pl.Series(name, values, dtype=_SCHEMA[name]) for name, values in columns.items()})
    constant = source.choice([3.0, 10.0, 0.0, -0.0, 7.0])
    return made.with_columns(pl.lit(constant).alias("constant"))


def rows(data: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as the reference reads them: times as counts."""
    return canonical_rows(data)


def _value(source: random.Random, name: str) -> Any:
    if name.endswith("_n") and source.random() < 0.2:
        return None
    if name in NESTED:
        return _nested(source, name)
    if name in ("maybe", "group") and source.random() < 0.2:
        return None
    return source.choice(_POOLS[name])


def _nested(source: random.Random, name: str) -> Any:
    if name == "deal_n":
        return _leg(source)
    size = source.choice([0, 1, 1, 2, 3, 7])
    if name == "tags_n":
        return [None if source.random() < 0.2 else source.choice(TEXT) for _ in range(size)]
    if name == "marks":
        return [source.choice(WILD) for _ in range(size)]
    return [None if name == "legs_n" and source.random() < 0.1 else _leg(source) for _ in range(size)]


def _leg(source: random.Random) -> dict[str, Any]:
    leg = {name: source.choice(pool) for name, pool in _LEG_POOLS.items()}
    return {name: None if name.endswith("_n") and source.random() < 0.2 else value for name, value in leg.items()}


_TIMES = [second * 10**6 + extra for second in SECONDS for extra in (0, 1, 999_999)]
_US = [*_TIMES, *(second * 10**6 for second in EXTREME_SECONDS), 2**62]
_POOLS: dict[str, list[Any]] = {
    "group": ["x", "y", ""],
    "flag": [True, False],
    "maybe": [True, False],
    "whole": WHOLE,
    "whole_n": WHOLE,
    "tiny": [-2, -1, 0, 1, 2, 3],
    "price": FINITE,
    "price_n": FINITE,
    "wild": WILD,
    "wild_n": WILD,
    "cents": CENTS,
    "wide_n": WIDE,
    "long": LONG,
    "text": TEXT,
    "text_n": TEXT,
    "side": SIDES,
    "side_n": SIDES,
    "day_": DAYS,
    "day_n": [*DAYS, date(2024, 3, 1) + timedelta(days=1)],
    "utc": _US,
    "utc_n": _US,
    "york_n": [*_TIMES, 2**62, 2**63 - 1, -(2**63)],
    "naive_n": [each // 1000 for each in _US],
    "nano_n": [*(each * 1000 + 7 for each in _TIMES), 2**63 - 1, -(2**63) + 1],
    "held": HELD,
    "held_n": HELD,
}
_LEG_POOLS: dict[str, list[Any]] = {
    "qty": WHOLE,
    "px": FINITE,
    "fee_n": WILD,
    "lots_n": [-2, -1, 0, 1, 2, 3],
    "name": TEXT,
    "side_n": SIDES,
    "at_n": _US,
    "ok_n": [True, False],
    "cost": CENTS,
}
_LEG_TYPE = pl.Struct(
    {
        "qty": pl.Int64,
        "px": pl.Float64,
        "fee_n": pl.Float64,
        "lots_n": pl.Int64,
        "name": pl.String,
        "side_n": pl.String,
        "at_n": pl.Datetime("us", "UTC"),
        "ok_n": pl.Boolean,
        "cost": pl.Decimal(10, 2),
    }
)
_SCHEMA: dict[str, Any] = {
    "legs": pl.List(_LEG_TYPE),
    "legs_n": pl.List(_LEG_TYPE),
    "tags_n": pl.List(pl.String),
    "marks": pl.List(pl.Float64),
    "deal_n": _LEG_TYPE,
    "group": pl.String,
    "flag": pl.Boolean,
    "maybe": pl.Boolean,
    "whole": pl.Int64,
    "whole_n": pl.Int64,
    "tiny": pl.Int64,
    "price": pl.Float64,
    "price_n": pl.Float64,
    "wild": pl.Float64,
    "wild_n": pl.Float64,
    "cents": pl.Decimal(10, 2),
    "wide_n": pl.Decimal(28, 8),
    "long": pl.Decimal(19, 4),
    "text": pl.String,
    "text_n": pl.String,
    "side": pl.Enum(SIDES),
    "side_n": pl.Enum(SIDES),
    "day_": pl.Date,
    "day_n": pl.Date,
    "utc": pl.Datetime("us", "UTC"),
    "utc_n": pl.Datetime("us", "UTC"),
    "york_n": pl.Datetime("us", "America/New_York"),
    "naive_n": pl.Datetime("ms"),
    "nano_n": pl.Datetime("ns", "UTC"),
    "held": pl.Duration("us"),
    "held_n": pl.Duration("us"),
}
