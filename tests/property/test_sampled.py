"""Checks that look at some rows only: the same rows however the data come, about as many as asked, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.engines.polars import streaming
from peakguard.engines.polars.in_memory import Prepared, gather
from peakguard.engines.polars.sampled import picks
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.violation import Verdict
from tests.property.scale import SCALE
from tests.property.test_streaming_agreement import source_of

POLICY = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  k: int64
  x: {type: float64, gt: 0}
  n: {type: int64, nullable: true, le: 5, unique: true}
key: [k]
order: {by: k}
sample: {share: %s, seed: %d}
exempt: [{key: {k: 3}, rule: above, reason: known, until: 2100-01-01}]
rules:
  above: {expr: n >= x, on_null: fail}
  rises: {expr: n >= prev(n), on_null: pass}
  far: {expr: abs(x - median(x)) <= 2 * mad(x)}
  most: {dataset: share(x > 1) > 0.2}
"""
ONE_ROW = ["columns.x.gt", "columns.n.le", "rules.above"]
MANY = 10_000


@cache
def contract(share: float, seed: int) -> Contract:
    with TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "bars.yaml").write_text(POLICY % (share, seed))
        return peakguard.load(folder).contract("bars")


def verdicts(share: float, seed: int, frame: pl.DataFrame, cuts: Sequence[int]) -> list[Verdict]:
    plan = contract(share, seed)._plan
    whole = gather(Prepared(plan), frame, is_text=False, examples=99, today="2026-01-01")
    batched = streaming.gather(plan, source_of(frame, cuts), examples=99, today="2026-01-01")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [verdict_of(plan, evidence, now) for evidence in (whole, batched)]


ROWS = st.lists(
    st.tuples(
        st.sampled_from([-1.0, 2.0, 8.0, float("nan"), None]), st.sampled_from([None, 1, 7, 9]), st.integers(0, 99)
    ),
    max_size=14,
)


CUTS = st.lists(st.integers(0, 5), max_size=6)


@given(rows=ROWS, cuts=CUTS, share=st.sampled_from([0.3, 1.0]), seed=st.integers(0, 9))
@settings(max_examples=40 * SCALE, deadline=None)
def test_a_sample_finds_what_all_rows_would_say_of_its_rows(
    rows: list[tuple[float | None, int | None, int]], cuts: list[int], share: float, seed: int
) -> None:
    columns = {"k": list(range(len(rows))), "x": [row[0] for row in rows], "n": [row[1] for row in rows]}
    frame = pl.DataFrame(columns, schema={"k": pl.Int64, "x": pl.Float64, "n": pl.Int64})
    whole, batched = verdicts(share, seed, frame, cuts)
    assert batched == whole
    picked = set(picks(0, frame.height, share, seed).arg_true())
    complete, _ = verdicts(1.0, seed, frame, [])
    for rule, full in zip(whole.rules, complete.rules, strict=True):
        found, all_ = (list(each.violation.rows) if each.violation is not None else [] for each in (rule, full))
        if rule.id in ONE_ROW:
            assert rule.sampled == (len(picked), frame.height)
            assert found == [row for row in all_ if row in picked]
            assert rule.passed + rule.failed + rule.unknown == len(picked)
        else:
            assert rule.sampled is None
            assert rule == full


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("seed", [0, 1, 12345678901])
def test_about_as_many_rows_are_picked_as_asked_for(share: float, seed: int) -> None:
    picked = picks(0, MANY, share, seed)
    deviation = (MANY * share * (1 - share)) ** 0.5
    assert abs(int(picked.sum()) - MANY * share) <= 5 * deviation
    for base in (1, 77, 5000):
        assert picks(base, 100, share, seed).to_list() == picked[base : base + 100].to_list()


def test_which_rows_is_a_promise_between_versions() -> None:
    assert picks(0, 64, 0.1, 7).arg_true().to_list() == PROMISED
    assert picks(0, 64, 0.1, 8).arg_true().to_list() != PROMISED


PROMISED = [10, 22, 36, 37, 49]
