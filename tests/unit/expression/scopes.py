"""One scope with a column of every type."""

from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import BOOL, DATE, DURATION, FLOAT64, INT64, STRING, datetime, decimal, enum

ROWS = Scope(
    {
        "open": Column(FLOAT64),
        "high": Column(FLOAT64),
        "close_": Column(FLOAT64),
        "volume": Column(FLOAT64, nullable=True),
        "wild": Column(FLOAT64, finite=False),
        "count_": Column(INT64),
        "lots": Column(INT64, nullable=True),
        "flag": Column(BOOL),
        "symbol": Column(STRING),
        "side": Column(enum(("buy", "sell"))),
        "price": Column(decimal(18, 8)),
        "huge": Column(decimal(38, 18)),
        "day_": Column(DATE),
        "at": Column(datetime("us", "UTC")),
        "york": Column(datetime("us", "America/New_York")),
        "local": Column(datetime("us")),
        "nano": Column(datetime("ns", "UTC")),
        "held": Column(DURATION),
    },
    ordered=True,
)
CONFIG = ROWS._replace(ordered=False)
DATASET = ROWS._replace(dataset=True)
