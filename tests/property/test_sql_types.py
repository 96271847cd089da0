"""DuckDB and the reference agree on decimals of every width, and on the calendar of other zones and units."""

import itertools
from decimal import Decimal

import polars as pl
import pytest

from peakguard.expression.check import check
from peakguard.expression.grammar import parse
from peakguard.expression.reference.interpreter import evaluate
from peakguard.expression.scope import Column, Scope
from peakguard.expression.typed import Typed
from peakguard.expression.types import INT64, Type, datetime, decimal
from tests.property.duckdb_backend import run, sql
from tests.property.scale import SCALE
from tests.property.test_expression_agreement import assert_same


def rooted(text: str, scope: Scope) -> Typed | None:
    """The typed IR; None where the digits are too many, or folding left nothing."""
    node, faults = parse(text, bounded=False)
    assert node is not None, faults
    found, faults = check(node, scope, want=None)
    assert found is not None or {each.code for each in faults} <= {"PG325", "PG329", "PG335"}, (text, faults)
    return found.root if found is not None else None


WIDTHS = [(1, 0), (1, 1), (9, 2), (15, 15), (16, 3), (18, 0), (18, 18), (19, 8), (28, 8), (37, 5), (38, 0), (38, 38)]
TELLING = [(1, 1), (9, 2), (18, 0), (18, 18), (38, 0), (38, 38)]
PAIRS = list(itertools.product(WIDTHS, WIDTHS)) if SCALE > 1 else list(itertools.product(TELLING, TELLING[1:4]))
DECIMALS = [
    "a + b",
    "a - b",
    "a * b",
    "a * 3",
    "0.05 * a",
    "12345678901234567890 * a",
    "a + 0.5",
    "a - 7",
    "whole * a",
    "whole + a",
    "a * a * b",
    "pow(a, 3)",
    "-a",
    "abs(a - b)",
    "max(a, b)",
    "min(a, 0.5, b)",
    "coalesce(a, b)",
    "a < b",
    "a + b >= b",
    "a == 0.5",
    "a in (0.5, 1, -0.1)",
    "float(a)",
    "float(a * b)",
    "float(a) > 0.5",
]


def _table(a: Type, b: Type) -> pl.DataFrame:
    """The largest numbers of each width, and what lies between them."""
    columns = {}
    for name, type in (("a", a), ("b", b)):
        digits = [10**type.precision - 1, 1, 0, 10 ** (type.precision - 1) + 1, int("7" * type.precision)]
        signed = [Decimal((sign, tuple(map(int, str(each))), -type.scale)) for each in digits for sign in (0, 1)]
        values = [None, *signed]
        # The one runs through its values while the other stands still.
        pairs = [first if name == "a" else second for first in values for second in values]
        columns[name] = pl.Series(name, pairs, dtype=pl.Decimal(type.precision, type.scale))
    whole = [(-1) ** index * (2**63 - 1 - index) for index in range(len(columns["a"]))]
    return pl.DataFrame([*columns.values(), pl.Series("whole", whole)])


@pytest.mark.parametrize("text", DECIMALS)
def test_decimals_of_every_width_are_exact(text: str) -> None:
    for left, right in PAIRS:
        columns = {"a": Column(decimal(*left), nullable=True), "b": Column(decimal(*right), nullable=True)}
        root = rooted(text, Scope({**columns, "whole": Column(INT64)}))
        if root is None:
            continue
        data = _decimals(left, right)
        assert_same(text, evaluate(root, data.to_dicts()), run(root, data), sql(root, data))


_MADE: dict[tuple[tuple[int, int], tuple[int, int]], pl.DataFrame] = {}


def _decimals(left: tuple[int, int], right: tuple[int, int]) -> pl.DataFrame:
    if (left, right) not in _MADE:
        _MADE[left, right] = _table(decimal(*left), decimal(*right))
    return _MADE[left, right]


SECONDS = [
    *range(-3, 4),
    *(1_711_846_800 + each for each in (-1, 0, 1799, 1800, 3600)),
    *(1_728_144_000 + 900 * each for each in range(-8, 9)),
    *(951_782_400 + 43_200 * each for each in range(6)),
    *(86_399 + 86_400 * 365 * each for each in range(55)),
]
EDGES = [-62_135_596_800, 253_402_300_799]
"""The first and last second of the years that there are, in UTC."""
ZONES = ["", "UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati"]
PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
FIELDS = ["year", "month", "day", "weekday", "hour", "date"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("unit", PER_SECOND)
def test_the_calendar_agrees_in_every_unit_and_zone(unit: str, zone: str) -> None:
    per_second, type = PER_SECOND[unit], datetime(unit, zone)
    edges = [] if unit == "ns" else [edge + each * 1800 for edge in EDGES for each in range(-32, 33)]
    counts = [second * per_second + rest for second in [*SECONDS, *edges] for rest in (0, 1, per_second - 1)]
    data = pl.DataFrame({"x": pl.Series(counts, dtype=pl.Int64).cast(pl.Datetime(unit, zone or None))})  # type: ignore[arg-type] # a unit
    for text in [f"{field}({x})" for field in FIELDS for x in ("x", "(x + hours(1))", "max(x, x - days(1))")]:
        root = rooted(text, Scope({"x": Column(type)}))
        assert root is not None
        assert_same(text, evaluate(root, [{"x": each} for each in counts]), run(root, data), sql(root, data))
