"""Generated Polars expressions beside those a person would write, over a million rows.

`python -m tests.benchmarks.columnar_rules` prints a table: nanoseconds a row, medians of interleaved rounds, and the
ratio of their medians. `by hand` is what people write, without thought for NaN; `with guards` what means the same as
the rule where a column may hold NaN. DuckDB runs the generated SQL on one thread, Polars on its own pool.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from peakguard.engines.polars.expressions import expression
from peakguard.expression import compile_text, emit_polars, emit_sql
from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import FLOAT64, INT64, STRING

ROWS = 1_000_000
ROUNDS = 15
FINITE = Scope(
    {
        "open": Column(FLOAT64),
        "high": Column(FLOAT64),
        "low": Column(FLOAT64),
        "close": Column(FLOAT64),
        "volume": Column(FLOAT64, nullable=True),
        "lots": Column(INT64),
        "symbol": Column(STRING),
    },
    ordered=True,
)
WILD = FINITE._replace(
    columns={name: each._replace(nullable=True, finite=False) for name, each in FINITE.columns.items()}
)
OPEN, HIGH, LOW, CLOSE, VOLUME, LOTS = map(pl.col, ("open", "high", "low", "close", "volume", "lots"))
INSIDE = "low <= min(open, close) and high >= max(open, close)"


class Rule(NamedTuple):
    """A rule, the columns as it sees them, and what a person would write."""

    name: str
    text: str
    scope: Scope
    by_hand: pl.Expr
    within: tuple[str, ...] = ()


def _or_null(verdict: pl.Expr, *columns: pl.Expr) -> pl.Expr:
    """A verdict with the guards that a person adds who thinks of nulls and NaN."""
    nulls, nans = columns[0].is_null(), columns[0].is_nan()
    for each in columns[1:]:
        nulls, nans = nulls | each.is_null(), nans | each.is_nan()
    return pl.when(nulls).then(None).when(nans).then(pl.lit(value=False)).otherwise(verdict)


_INSIDE = (pl.min_horizontal(OPEN, CLOSE) >= LOW) & (pl.max_horizontal(OPEN, CLOSE) <= HIGH)
RULES = [
    Rule("bar, all finite", INSIDE, FINITE, _INSIDE),
    Rule("bar, null and NaN", INSIDE, WILD, _or_null(_INSIDE, OPEN, HIGH, LOW, CLOSE)),
    Rule("nullable volume", "volume >= 0 and close > 0", FINITE, (VOLUME >= 0) & (CLOSE > 0)),
    Rule("integers", "lots * 3 + 1 > 10", FINITE, LOTS * 3 + 1 > 10),
    Rule("division", "high / low < 1.5", FINITE, HIGH / LOW < 1.5),
    Rule(
        "no jump",
        "abs(log(close / prev(close))) <= 0.5",
        FINITE,
        (CLOSE / CLOSE.shift(1).over("symbol")).log().abs() <= 0.5,
        ("symbol",),
    ),
]


def frame() -> pl.DataFrame:
    """Random bars of a hundred symbols."""
    source = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(source.normal(0, 0.001, ROWS)))
    open_ = close * source.normal(1, 0.001, ROWS)
    made = pl.DataFrame(
        {
            "open": open_,
            "high": np.maximum(open_, close) * 1.001,
            "low": np.minimum(open_, close) * 0.999,
            "close": close,
            "volume": source.uniform(0, 1e6, ROWS),
            "lots": source.integers(0, 1000, ROWS),
            "symbol": np.repeat([f"S{each:03}" for each in range(100)], ROWS // 100),
        }
    )
    return made.with_columns(volume=pl.when(pl.col("lots") > 50).then(pl.col("volume")))


def main() -> None:
    """Print the table."""
    data = frame()
    connection = duckdb.connect(config={"threads": 1})
    connection.register("arriving", data.with_row_index("position").to_arrow())
    connection.execute("CREATE TABLE bars AS FROM arriving")
    print("| rule | by hand, ns | generated, ns | ratio | generated SQL, ns |")
    print("|---|---|---|---|---|")
    for rule in RULES:
        typed, faults = compile_text(rule.text, rule.scope)
        assert typed is not None, faults
        made = expression(emit_polars(typed, {}, rule.within))
        inner = emit_sql(typed, "bars", within=rule.within, order=["position"]).partition(" ORDER BY position")
        query = f"SELECT COUNT(*) FILTER (value) FROM ({inner[0] if not rule.within else ''.join(inner)})"
        assert (data.select(made.sum()).item(), data.select(rule.by_hand.sum()).item())[0] == connection.execute(
            query
        ).fetchall()[0][0]
        hand, ours, sql = _measured(
            [
                lambda rule=rule: data.select(rule.by_hand),  # type: ignore[misc] # mypy and default arguments
                lambda made=made: data.select(made),  # type: ignore[misc] # likewise
                lambda query=query: connection.execute(query).fetchall(),  # type: ignore[misc] # likewise
            ]
        )
        print(f"| {rule.name} | {hand:.1f} | {ours:.1f} | {ours / hand:.2f} | {sql:.1f} |")


def _measured(runs: list[Callable[[], object]]) -> list[float]:
    """Nanoseconds a row of each, medians of interleaved rounds."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for taken, run in zip(times, runs, strict=True):
            start = time.perf_counter()
            run()
            taken.append((time.perf_counter() - start) / ROWS * 1e9)
    return [statistics.median(each) for each in times]


if __name__ == "__main__":
    main()
