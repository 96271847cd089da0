"""Laws of contracts, over random frames full of nulls, NaN and infinities."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.kinds.contract.runtime import Contract
from tests.property.scale import SCALE

POLICY = """\
peakguard: 1
kind: contract
name: {name}
version: 1.0.0
on_violation: {action}
columns:
  k: {{type: string, matches: '[a-c]+'}}
  n: {{type: int64, ge: -5, lt: 100, nullable: true}}
  x: {{type: float64, gt: 0}}
  y: {{type: float64, finite: false, nullable: true}}
order: {{by: x, within: [k]}}
rules:
  above: {{expr: x >= y, on_null: fail}}
  below: {{expr: 'x <= max(y, 3.0) or n > 0', on_null: pass}}
  rising: {{expr: n >= prev(n), within: [k], on_null: pass, severity: warning}}
  spread: {{expr: x - y < 50, when: 'not is_null(y) and not is_nan(y)', on_null: pass, max_fail_rate: 0.4}}
  enough: {{dataset: count() < 4, within: [k]}}
  mostly: {{dataset: 'share(x > 1) > 0.1'}}
"""

FLOATS = st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0, 1e308, math.inf, -math.inf, math.nan, 49.0])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "k": st.sampled_from(["a", "b", "ab", "Z", None]),
            "n": st.sampled_from([None, -6, -5, 0, 7, 99, 100, 2**63 - 1]),
            "x": st.one_of(st.none(), FLOATS),
            "y": st.one_of(st.none(), FLOATS),
        }
    ),
    max_size=8,
)

SCHEMA = {"k": pl.String, "n": pl.Int64, "x": pl.Float64, "y": pl.Float64}


@cache
def contracts() -> dict[str, Contract]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "contracts").mkdir()
        for action in ("raise", "drop", "observe"):
            (root / "contracts" / f"{action}.yaml").write_text(POLICY.format(name=action, action=action))
        policies = peakguard.load(root)
    return {action: policies.contract(action) for action in ("raise", "drop", "observe")}


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


@pytest.mark.parametrize("action", ["raise", "drop", "observe"])
@given(rows=ROWS)
@settings(max_examples=70 * SCALE, deadline=None)
def test_validate_raises_exactly_when_there_are_violations(action: str, rows: list[dict[str, Any]]) -> None:
    contract, frame = contracts()[action], frame_of(rows)
    violations = contract.collect_violations(frame)
    if violations:
        with pytest.raises(peakguard.ContractViolation) as raised:
            contract.validate(frame)
        assert raised.value.violations == violations
    else:
        contract.validate(frame)


@given(rows=ROWS)
@settings(max_examples=70 * SCALE, deadline=None)
def test_the_three_counts_cover_every_row(rows: list[dict[str, Any]]) -> None:
    for rule in contracts()["raise"].inspect(frame_of(rows)).rules:
        if rule.state == "run" and rule.id.startswith(("columns.", "order", "rules.above", "rules.below")):
            assert rule.passed + rule.failed + rule.unknown == len(rows), rule.id


@given(rows=ROWS)
@settings(max_examples=100 * SCALE, deadline=None)
def test_the_rows_against_a_rule_are_those_that_speak_against_it(rows: list[dict[str, Any]]) -> None:
    """The rules once more, written by hand for one row."""
    verdict = contracts()["raise"].inspect(frame_of(rows))
    against = {rule.id: rule.violation.rows if rule.violation else () for rule in verdict.rules}
    for name, speaks_against in BY_HAND.items():
        assert against[name] == tuple(speaks_against(rows)), name


@given(rows=ROWS)
@settings(max_examples=50 * SCALE, deadline=None)
def test_what_drop_returns_is_what_no_rule_speaks_against(rows: list[dict[str, Any]]) -> None:
    contract, frame = contracts()["drop"], frame_of(rows)
    single = [violation for violation in contract.inspect(frame).violations if violation.is_of_rows]
    bad = {row for violation in single for row in violation.rows}
    kept = outcome_of(contract, frame)
    if isinstance(kept, peakguard.ContractViolation):
        assert all(not violation.is_of_rows for violation in kept.violations)
    else:
        assert kept.equals(frame[[row for row in range(len(rows)) if row not in bad]])


def outcome_of(contract: Contract, frame: pl.DataFrame) -> Any:
    try:
        return contract.validate(frame)
    except peakguard.ContractViolation as error:
        return error


@given(rows=ROWS)
@settings(max_examples=40 * SCALE, deadline=None)
def test_a_frame_is_judged_alike_whichever_library_holds_it(rows: list[dict[str, Any]]) -> None:
    contract, frame = contracts()["raise"], frame_of(rows)
    assert contract.inspect(frame.to_arrow()) == contract.inspect(frame)
    assert contract.inspect(frame.lazy()) == contract.inspect(frame)


def _rows(condition: Any) -> Any:
    def speak(rows: list[dict[str, Any]]) -> Iterator[int]:
        return (number for number, row in enumerate(rows) if condition(row))

    return speak


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _wide(x: float | None, y: float | None) -> bool:
    return x is not None and y is not None and not math.isnan(y) and not x - y < 50


BY_HAND = {
    "columns.k.not_null": _rows(lambda row: row["k"] is None),
    "columns.k.matches": _rows(lambda row: row["k"] == "Z"),
    "columns.n.ge": _rows(lambda row: row["n"] is not None and row["n"] < -5),
    "columns.n.lt": _rows(lambda row: row["n"] is not None and row["n"] >= 100),
    "columns.x.not_null": _rows(lambda row: row["x"] is None),
    "columns.x.finite": _rows(lambda row: row["x"] is not None and not math.isfinite(row["x"])),
    # An infinity is the business of `finite` alone.
    "columns.x.gt": _rows(lambda row: _finite(row["x"]) and row["x"] <= 0),
    # Asked only of rows whose y is a number; a NaN compares as in IEEE.
    "rules.spread": _rows(lambda row: _wide(row["x"], row["y"])),
    "rules.above": _rows(lambda row: row["x"] is None or row["y"] is None or not row["x"] >= row["y"]),
}
