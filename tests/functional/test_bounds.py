"""Bounds that are days and lengths of time, on every form of data, on arguments, and in data that are made up."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard as package
from peakguard.runtime.errors import PeakguardError
from tests.functional.conftest import Project, Run

CONTRACT = """\
peakguard: 1
kind: contract
name: orders
version: 1.0.0
columns:
  day: {type: date, ge: 2020-01-01, lt: 2026-01-01}
  at: {type: 'datetime[us, UTC]', ge: 1990-01-01, le: 2025-12-31}
  took: {type: duration, gt: 0s, le: 1h30m}
"""
FRAME = pl.DataFrame(
    {
        "day": [date(2020, 1, 1), date(2019, 12, 31), date(2026, 1, 1)],
        "at": [
            datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC),
            datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC),
        ],
        "took": [timedelta(minutes=90), timedelta(minutes=90, microseconds=1), timedelta(0)],
    },
    schema_overrides={"at": pl.Datetime("us", "UTC")},
)  # fmt: skip # a column each
BROKEN = {
    "columns.day.ge": [1], "columns.day.lt": [2], "columns.at.ge": [2], "columns.at.le": [1],
    "columns.took.gt": [2], "columns.took.le": [1],
}  # fmt: skip # a rule each


@pytest.mark.parametrize("form", ["polars", "pandas", "arrow", "lazy"])
def test_frames_are_held_to_days_and_lengths(project: Project, form: str) -> None:
    root = project({"contracts/orders.yaml": CONTRACT})
    pandas = FRAME.to_pandas().assign(day=FRAME["day"].to_list())  # it has no type of its own for days
    forms: dict[str, Any] = {"polars": FRAME, "pandas": pandas, "arrow": FRAME.to_arrow(), "lazy": FRAME.lazy()}
    found = package.load(root).contract("orders").collect_violations(forms[form])
    assert {each.rule: [row.row for row in each.examples] for each in found} == BROKEN


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_files_are_held_to_them(project: Project, peakguard: Run, form: str) -> None:
    root = Path(project({"contracts/orders.yaml": CONTRACT}))
    path = root / f"orders.{form}"
    if form == "parquet":
        FRAME.write_parquet(path)
    else:
        as_text = FRAME.with_columns(
            pl.col("at").dt.to_string("%Y-%m-%dT%H:%M:%SZ"), took=pl.Series(["1h30m", "1h30m1s", "0s"])
        )
        getattr(as_text, f"write_{form}")(path)
    done = peakguard("validate", "orders", path.name, "--format", "json", cwd=root)
    rules = {each["id"]: each for each in json.loads(done.stdout)["rules"] if each["failed"]}
    assert {name: [row["row"] for row in each["examples"]] for name, each in rules.items()} == BROKEN


def test_arguments_are_held_to_them(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    bindings = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - target: 'bounded_desk:fetch'
    arguments: {day: {type: date, ge: 1990-01-01}, wait: {type: duration, le: 1m}}
"""
    root = project(
        {"policies/program.yaml": bindings, "bounded_desk.py": "def fetch(day, wait):\n    return day, wait\n"}
    )
    monkeypatch.syspath_prepend(str(root))
    with package.load(root).attached():
        import bounded_desk  # type: ignore[import-not-found] # it was just written

        assert bounded_desk.fetch(date(1990, 1, 1), timedelta(minutes=1)) == (date(1990, 1, 1), timedelta(minutes=1))
        for day, wait in ((date(1989, 12, 31), timedelta(0)), (date(2000, 1, 1), timedelta(seconds=61))):
            with pytest.raises(PeakguardError) as caught:
                bounded_desk.fetch(day, wait)
            assert caught.value.code == "PG2085"


def test_data_that_are_made_up_keep_and_break_them(project: Project, peakguard: Run) -> None:
    root = Path(project({"contracts/orders.yaml": CONTRACT}))
    contract = package.load(root).contract("orders")
    for rule in (None, "columns.day.ge", "columns.at.le", "columns.took.le"):
        breaking = ["--break", rule] if rule else []
        done = peakguard(
            "sample", "orders", "-n", "50", "--format", "parquet", "--out", "made.parquet", *breaking, cwd=root
        )
        assert done.returncode == 0, done.stderr
        frame = pl.read_parquet(io.BytesIO((root / "made.parquet").read_bytes()))
        assert {each.rule for each in contract.collect_violations(frame)} == ({rule} if rule else set())
