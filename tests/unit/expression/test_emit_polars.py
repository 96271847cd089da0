"""The text for Polars: plain where types promise enough, guarded where they do not."""

import pytest

from peakguard.expression import compile_text, emit_polars
from tests.unit.expression.scopes import DATASET, ROWS

PLAIN = [
    ("high >= max(open, close_)", '(pl.col("high") >= pl.col("open")) & (pl.col("high") >= pl.col("close_"))'),
    ("volume >= 0", 'pl.col("volume") >= 0.0'),
    ("count_ // 2 == 1", '(pl.col("count_") // 2) == 1'),
    ("high / 2 > 1", '(pl.col("high") / 2.0) > 1.0'),
    ("hour(nano) + 1 > 3", '(pl.col("nano").dt.hour().cast(pl.Int64) + 1) > 3'),
    ("side == 'buy'", 'pl.col("side").cast(pl.String) == "buy"'),
    ("flag", 'pl.col("flag")'),
    ("flag and not flag", 'pl.col("flag") & (~pl.col("flag"))'),
    ("price > 0.01", 'pl.col("price") > pl.lit("0.01").cast(pl.Decimal(38, 8))'),
    ("matches(symbol, r'\\d')", 'pl.col("symbol").str.contains("^(?:[0-9])$")'),
    ("symbol == 'it''s\"'", 'pl.col("symbol") == \'its"\''),
]


@pytest.mark.parametrize(("text", "emitted"), PLAIN)
def test_promises_spare_guards(text: str, emitted: str) -> None:
    typed, faults = compile_text(text, ROWS)
    assert typed is not None, faults
    assert emit_polars(typed, {}) == emitted


GUARDED = [
    ("wild > 1", ".is_not_nan()"),
    ("wild == wild", ".is_nan()"),
    ("max(high, volume) > 1", ".is_null()"),
    ("max(high, wild) > 1", ".is_nan()"),
    ("count_ + 1 > 1", "is_between"),
    ("high / open > 1", '- pl.col("high")'),
    ("year(at) > 1", "is_between(1, 9999)"),
    ("(1 if volume > 1 else 2) > 1", ".when(~"),
]


@pytest.mark.parametrize(("text", "guard"), GUARDED)
def test_a_guard_stands_where_no_promise_does(text: str, guard: str) -> None:
    typed, faults = compile_text(text, ROWS)
    assert typed is not None, faults
    assert guard in emit_polars(typed, {})


def test_the_caller_chooses_physical_columns() -> None:
    typed, _ = compile_text("high > prev(open)", ROWS)
    assert typed is not None
    columns = {"high": 'pl.col("High Price")', "symbol": 'pl.col("Ticker")'}
    wanted = 'pl.col("High Price") > pl.col("open").shift(1).over([pl.col("Ticker")])'
    assert emit_polars(typed, columns, ["symbol"]) == wanted


def test_groups_are_opened_once_by_the_outermost_ordered_function() -> None:
    typed, _ = compile_text("cum_max(prev(high)) > rolling_min(open, 2)", ROWS)
    assert typed is not None
    emitted = emit_polars(typed, {}, ["symbol"])
    assert emitted.count(".over(") == 2
    assert '.shift(1).cum_max().over([pl.col("symbol")])' in emitted


def test_a_dataset_rule_opens_no_groups_itself() -> None:
    typed, _ = compile_text("share(high == prev(high)) < 0.2", DATASET)
    assert typed is not None
    assert emit_polars(typed, {}) == '(pl.col("high") == pl.col("high").shift(1)).mean() < 0.2'


def test_only_the_outermost_parentheses_are_dropped() -> None:
    typed, _ = compile_text("(flag or flag) and (flag or not flag)", ROWS)
    assert typed is not None
    flag = 'pl.col("flag")'
    assert emit_polars(typed, {}) == f"({flag} | {flag}) & ({flag} | (~{flag}))"


def test_a_long_sum_is_no_long_text() -> None:
    """A guard repeats its operands, so the text must not double with every operation."""
    for text in (
        "+".join(["count_"] * 90) + " > 1",
        "+".join(["count_ * 3"] * 40) + " > 1",
        "1 + " * 90 + "count_ > 1",
    ):
        typed, faults = compile_text(text, ROWS, bounded=False)
        assert typed is not None, faults
        assert len(emit_polars(typed, {})) < 40 * len(text)
