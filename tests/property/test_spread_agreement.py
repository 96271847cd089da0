"""How a row stands among all rows, or those of its group: Polars and SQL agree with the reference, null and NaN too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.engines.polars.expressions import expression
from peakguard.expression import types
from peakguard.expression.check import check
from peakguard.expression.emit.polars import emit
from peakguard.expression.grammar import parse
from peakguard.expression.reference.interpreter import evaluate
from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed
from tests.property import duckdb_backend

COLUMNS = {
    "k": types.Column(types.STRING, nullable=True),
    "n": types.Column(types.INT64, nullable=True),
    "x": types.Column(types.FLOAT64, nullable=True, finite=True),
    "wild": types.Column(types.FLOAT64, nullable=True, finite=False),
}
SCOPE = Scope(COLUMNS, ordered=True, whole=True)
TEXTS = [
    "zscore({})",
    "abs(zscore({})) <= 1.2",
    "{} - median({})",
    "abs({} - median({})) <= 3 * mad({})",
    "quantile({}, 0.75) - {}",
    "mean({})",
    "prev(zscore({}))",
    "zscore(delta({}))",
    "zscore(prev({}))",
    "rolling_mean({} - mean({}), 2)",
    "median(cum_max({})) - {}",
    "std(float({})) + rolling_sum({}, 2)",
    "cum_max(median({}) + {})",
    "(std({}) if {} > mean({}) else 0.0)",
]
WILD = st.sampled_from([None, 1.0, -3.0, 2.5, math.nan, math.inf])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "k": st.sampled_from(["a", "b", None]),
            "n": st.sampled_from([None, 1, 2, -4, 7]),
            "x": st.sampled_from([None, 1.0, 2.5, -3.0, 64.0]),
            "wild": WILD,
        }
    ),
    max_size=12,
)
WITHIN = st.sampled_from([(), ("k",)])
SCHEMA: dict[str, Any] = {"k": pl.String, "n": pl.Int64, "x": pl.Float64, "wild": pl.Float64}


def typed(text: str, scope: Scope = SCOPE) -> Typed:
    node, faults = parse(text)
    assert node is not None, faults
    found, faults = check(node, scope, want=None)
    assert found is not None, (text, faults)
    return found.root


def polars(root: Typed, data: pl.DataFrame, within: Sequence[str]) -> list[Any]:
    values = data.select(expression(emit(root, {}, within)).alias("value"))["value"]
    is_one = not within and values.len() == 1
    return (values.new_from_index(0, data.height) if is_one and data.height else values.head(data.height)).to_list()


def assert_alike(text: str, ours: Sequence[Any], theirs: Sequence[Any]) -> None:
    for mine, other in zip(ours, theirs, strict=True):
        if isinstance(mine, float) and isinstance(other, float):
            both = math.isnan(mine) and math.isnan(other)
            assert both or math.isclose(mine, other, rel_tol=1e-9, abs_tol=1e-9), (text, ours, theirs)
        else:
            assert (type(mine), mine) == (type(other), other), (text, ours, theirs)


@pytest.mark.parametrize("column", ["n", "x", "wild"])
@pytest.mark.parametrize("text", TEXTS)
@given(rows=ROWS, within=WITHIN)
@settings(max_examples=25, deadline=None)
def test_polars_agrees(text: str, column: str, rows: list[dict[str, Any]], within: tuple[str, ...]) -> None:
    root = typed(text.replace("{}", column))
    data = pl.DataFrame(rows, schema=SCHEMA)
    assert_alike(text, evaluate(root, rows, within), polars(root, data, within))


@pytest.mark.parametrize("column", ["n", "x"])
@pytest.mark.parametrize("text", TEXTS)
@given(rows=ROWS, within=WITHIN)
@settings(max_examples=15, deadline=None)
def test_sql_agrees(text: str, column: str, rows: list[dict[str, Any]], within: tuple[str, ...]) -> None:
    root = typed(text.replace("{}", column))
    data = pl.DataFrame(rows, schema=SCHEMA)
    assert_alike(text, evaluate(root, rows, within), duckdb_backend.run(root, data, within))


@pytest.mark.parametrize("text", ["sum(n) > 3", "share(n > 1) > 0.5", "n_unique(n) > 1", "count() > 1"])
def test_totals_are_no_business_of_a_row(text: str) -> None:
    node, _ = parse(text)
    assert node is not None
    found, faults = check(node, SCOPE, want=None)
    assert found is None
    assert {fault.code for fault in faults} == {codes.FUNCTION_NOT_HERE}


@pytest.mark.parametrize("text", ["zscore(zscore(n)) > 3", "median(mean(n)) > 3"])
def test_a_statistic_of_a_statistic_is_refused_as_before(text: str) -> None:
    node, _ = parse(text)
    assert node is not None
    _, faults = check(node, SCOPE, want=None)
    assert ("mean(" in text) == (codes.NESTED_DATASET in {fault.code for fault in faults})
