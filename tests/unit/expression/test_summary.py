"""What is known of a checked expression: the columns it reads, and when its verdict is unknown."""

import pytest

from peakguard.expression import compile_text
from peakguard.expression.scope import Scope
from peakguard.expression.typed import TypedExpression
from tests.unit.expression.scopes import DATASET, ROWS


def compiled(text: str, scope: Scope = ROWS) -> TypedExpression:
    typed, faults = compile_text(text, scope)
    assert typed is not None, faults
    return typed


def test_names_come_in_order_of_appearance_and_once() -> None:
    assert compiled("high >= max(open, close_, high) and open > 0").names == ("high", "open", "close_")


UNKNOWN = [
    ("volume >= 0", ("`volume` is null",)),
    ("volume * lots > high", ("`volume` is null", "`lots` is null")),
    ("high > prev(high)", ("there is no row before",)),
    ("delta(volume) > 0", ("`volume` is null", "there is no row before")),
    ("high > prev(high, 3)", ("there are fewer than 3 rows before",)),
    ("rolling_mean(high, 20) > 0", ("there are fewer than 20 rows yet",)),
    ("since(flag) < 3", ("the event has not happened yet",)),
    ("flag or volume > 0", ("`volume` is null",)),
    ("is_null(prev(volume)) or prev(volume) > 0", ("`volume` is null", "there is no row before")),
    ("is_null(volume) or prev(volume) > 0", ("`volume` is null", "there is no row before")),
]
KNOWN = [
    "high > 0",
    "count_ + 1 > 0",
    "count_ // 2 > high",
    "year(at) > 2000",
    "is_null(volume)",
    "coalesce(volume, 0) >= 0",
    "is_null(volume) or volume >= 0",
    "not is_null(volume) and volume >= 0",
    "(0 if is_null(volume) else volume) >= 0",
    "(volume if not is_null(volume) else 0) >= 0",
    "cum_max(high) >= high",
]


@pytest.mark.parametrize(("text", "where"), UNKNOWN)
def test_the_author_is_told_when_a_verdict_is_unknown(text: str, where: tuple[str, ...]) -> None:
    assert compiled(text).nullable
    assert compiled(text).unknown_where == where


@pytest.mark.parametrize("text", KNOWN)
def test_the_author_is_not_bothered_where_no_input_is_null(text: str) -> None:
    assert not compiled(text).nullable
    assert compiled(text).unknown_where == ()


def test_a_dataset_function_leaves_nulls_out() -> None:
    assert not compiled("mean(volume) > 0", DATASET).nullable
    assert not compiled("share(high == prev(high)) < 0.2", DATASET).nullable


def test_columns_that_may_hold_nan_are_named() -> None:
    assert compiled("wild > high").nan_names == ("wild",)
