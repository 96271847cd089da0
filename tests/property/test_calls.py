"""Rules that call a function: what the function is given, what may come back, and what becomes of everything else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.engines.polars import streaming
from peakguard.engines.polars.in_memory import Prepared, gather
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.violation import RuleOutcome, Verdict
from tests.property.test_streaming_agreement import source_of

POLICY = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns: {k: int64, x: {type: int64, nullable: true}, y: int64}
key: [k]
exempt: [{key: {k: 1}, rule: whole, reason: known, until: 2100-01-01}]
rules:
  whole: {call: 'checks_of_a_test:above', reads: [x, y]}
  batch: {call: 'checks_of_a_test:above', reads: [x, y], per: batch, on_null: pass}
  written: {expr: x > y, on_null: pass}
  across: {call: 'checks_of_a_test:Across.rises', reads: [x], max_fail_rate: 0.5, severity: warning}
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Across:
    """A function below another name, which needs all rows at once."""

    @staticmethod
    def rises(frame: pl.DataFrame) -> pl.Series:
        return frame["x"].fill_null(0) >= frame["x"].fill_null(0).shift(1, fill_value=0)


@pytest.fixture(autouse=True)
def module() -> Iterator[ModuleType]:
    made = ModuleType("checks_of_a_test")
    made.above = lambda frame: frame["x"] > frame["y"]  # type: ignore[attr-defined] # a module made by hand
    made.Across = Across  # type: ignore[attr-defined] # likewise
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


@cache
def contract() -> Contract:
    with TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "bars.yaml").write_text(POLICY)
        return peakguard.load(folder).contract("bars")


def verdicts(frame: pl.DataFrame, cuts: Sequence[int]) -> list[Verdict]:
    plan = contract()._plan
    whole = gather(Prepared(plan), frame, is_text=False, examples=2, today="2026-01-01")
    batched = streaming.gather(plan, source_of(frame, cuts), examples=2, today="2026-01-01")
    return [verdict_of(plan, evidence, NOW) for evidence in (whole, batched)]


def rules(verdict: Verdict) -> dict[str, RuleOutcome]:
    return {rule.id.removeprefix("rules."): rule for rule in verdict.rules}


def against(rule: RuleOutcome) -> list[int]:
    return list(rule.violation.rows) if rule.violation is not None else []


SCHEMA = dict.fromkeys("kxy", pl.Int64)
VALUES = st.one_of(st.none(), st.integers(-2, 2))
ROWS = st.lists(st.tuples(VALUES, st.integers(-2, 2)), max_size=12)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 5), max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_function_judges_the_rows_that_a_rule_would(rows: list[tuple[Any, int]], cuts: list[int]) -> None:
    frame = pl.DataFrame([(k, *row) for k, row in enumerate(rows)], schema=SCHEMA, orient="row")
    whole, batched = verdicts(frame, cuts)
    assert batched == whole
    found = rules(whole)
    assert against(found["batch"]) == against(found["written"])
    assert found["batch"][5:8] == found["written"][5:8]
    # Nothing is known of a missing value, which counts against the rule; row 1 is exempted.
    assert against(found["whole"]) == [k for k, (x, y) in enumerate(rows) if k != 1 and (x is None or x <= y)]
    filled = [x or 0 for x, _ in rows]
    assert against(found["across"]) == [k for k, x in enumerate(filled) if x < (filled[k - 1] if k else 0)]
    for rule in found.values():
        assert (rule.unproven is not None) is (rule.id in ("rules.whole", "rules.batch", "rules.across"))


FRAME = pl.DataFrame({"k": [1, 2], "x": [2, 0], "y": [1, 1]})


@pytest.mark.parametrize(
    "made",
    [
        lambda _: [True, False],
        lambda _: np.array([True, False]),
        lambda _: pa.array([True, False]),
        lambda frame: (frame["x"] > frame["y"]).to_pandas(),
        lambda frame: frame.select(pl.col("x") > pl.col("y")).to_series(),
    ],
)
def test_arrays_of_every_library_will_do(module: ModuleType, made: Callable[[Any], Any]) -> None:
    module.above = made  # type: ignore[attr-defined] # a module made by hand
    found = rules(contract().inspect(FRAME))
    assert against(found["whole"]) == against(found["batch"]) == [1]


def boom(_: Any) -> Any:
    raise RuntimeError("no\nluck")


def leave(_: Any) -> Any:
    raise SystemExit(0)


@pytest.mark.parametrize(
    "made",
    [
        boom,
        leave,
        lambda _: True,
        lambda _: None,
        lambda _: "no",
        lambda _: [True, True, True],
        lambda _: [1, 0],
        lambda _: [[True], [False]],
        lambda frame: frame,
        lambda _: pl.col("x") > 0,
        lambda frame: frame["x"],
        lambda frame: frame["nope"],
    ],
)
def test_whatever_else_comes_is_a_finding_that_refuses(module: ModuleType, made: Callable[[Any], Any]) -> None:
    module.above = made  # type: ignore[attr-defined] # a module made by hand
    for verdict in verdicts(FRAME, [1]):
        for name in ("whole", "batch"):
            rule = rules(verdict)[name]
            assert (rule.error, rule.state, rule.refuses, rule.unproven) == (
                "PG456",
                "run",
                True,
                "checks_of_a_test:above",
            )
            assert rule.violation is not None
            assert rule.violation.counts == "frames"
    with pytest.raises(peakguard.ContractViolation) as raised:
        contract().validate(FRAME)
    assert raised.value.code == "PG456"


def test_a_function_that_is_not_there_is_a_finding() -> None:
    del sys.modules["checks_of_a_test"].above
    assert rules(contract().inspect(FRAME))["whole"].error == "PG456"
    sys.modules["checks_of_a_test"] = None  # type: ignore[assignment] # as if it could not be found
    assert rules(contract().inspect(FRAME))["across"].error == "PG456"
    sys.modules["checks_of_a_test"] = ModuleType("checks_of_a_test")


def test_a_check_imports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contracts").mkdir()
    text = POLICY.replace("checks_of_a_test", "loud_checks_of_a_test")
    (tmp_path / "contracts" / "bars.yaml").write_text(text)
    (tmp_path / "loud_checks_of_a_test.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert peakguard.check(tmp_path) == []
    peakguard.load(tmp_path)
    assert "loud_checks_of_a_test" not in sys.modules
