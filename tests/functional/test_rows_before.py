"""Rules that look back, over files in batches: at the first rows of a group, and where zeros stand before a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.engines.polars import batches, files
from peakguard.runtime.policy_set import PolicySet

POLICY = """\
peakguard: 1
kind: contract
name: held
version: 1.0.0
columns: {k: {type: string}, n: {type: int64, nullable: true}, x: {type: float64, gt: 0}}
rules:
  filled: {expr: 'prev(coalesce(n, 1)) != 1', within: [k], on_null: fail}
  least: {expr: 'prev(max(x, 3.0)) > 3.5', within: [k], on_null: pass}
  anywhere: {expr: 'prev(max(x, 3.0)) > 3.5', on_null: fail}
  there: {expr: 'not prev(is_null(n))', within: [k], on_null: pass}
  two_back: {expr: 'prev(n, 3) > 0', within: [k], on_null: pass}
  ratio: {expr: 'x / prev(x) < 100', within: [k], on_null: pass}
"""


@pytest.fixture(params=[6, 16])
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> PolicySet:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "held.yaml").write_text(POLICY)
    monkeypatch.setattr(batches, "rows_per_batch", lambda _: request.param)
    monkeypatch.setattr(files, "SMALL_FILES", 0)
    monkeypatch.setattr(files, "ROWS_PER_BATCH", 1)
    return peakguard.load(tmp_path)


ROWS: dict[str, dict[str, Any]] = {
    "one group goes on": {"k": ["a"] * 8, "n": [5] * 8, "x": [5.0] * 8},
    "groups": {"k": [*"aaaabbbb", *"bbccccca"], "n": [5] * 16, "x": [5.0] * 16},
    "short ones": {"k": [*"abcabcaabbccabcd"], "n": [5, None] * 8, "x": [5.0, 2.0] * 8},
    "nulls": {"k": [None, None, "a", "a", None, "a"] * 2, "n": [None, 1, 2] * 4, "x": [5.0] * 12},
    "zeros": {"k": ["a"] * 9, "n": [5] * 9, "x": [1.0, 1.0, -0.0, 1.0, -0.0, 2.0, 1.0, -0.0, 2.0]},
}


@pytest.mark.parametrize("name", ROWS)
def test_batches_say_what_the_frame_says(name: str, policies: PolicySet, tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS[name], schema={"k": pl.String, "n": pl.Int64, "x": pl.Float64})
    frame.write_parquet(tmp_path / "held.parquet", row_group_size=2)
    whole = policies.contract("held").inspect(frame)
    found = policies.contract("held").inspect_file(str(tmp_path / "held.parquet"))
    for mine, theirs in zip(found.rules, whole.rules, strict=True):
        assert (mine.id, mine.passed, mine.failed, mine.unknown) == (
            theirs.id, theirs.passed, theirs.failed, theirs.unknown,
        )  # fmt: skip # a pair
        assert [*(mine.violation.rows if mine.violation else ())] == [
            *(theirs.violation.rows if theirs.violation else ())
        ]
