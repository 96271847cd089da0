"""What becomes of rows: those that pass and those that are set aside are the input, always, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard import ContractViolation
from peakguard.api.policies import default_policies
from peakguard.engines.polars import batches, files
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.events import Event, subscribe
from tests.functional.conftest import Run

POLICY = """\
peakguard: 1
kind: contract
name: NAME
version: 1.0.0
columns:
  k: {type: string}
  t: {type: int64, source: T}
  x: {type: float64, gt: 0, nullable: true}
extra_columns: allow
key: [k, t]
rules:
  rises: {expr: x > prev(x), within: [k], on_null: pass}
  never: {expr: x < 90, on_null: fail, severity: warning}
  some: {expr: x != 7, on_null: pass, max_fail_rate: 0.5}
  few: {dataset: count() < 60}
on_violation: DOES
"""
OUTCOMES = ("raise", "quarantine", "drop", "observe")
SCHEMA = {"k": pl.String, "T": pl.Int64, "x": pl.Float64, "extra": pl.String}
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.integers(0, 4),
        st.sampled_from([None, -1.0, 1.0, 2.0, 7.0, 95.0, float("nan")]),
        st.sampled_from(["p", None]),
    ),
    max_size=12,
)


def write_policies(folder: Path) -> None:
    (folder / "contracts").mkdir()
    for does in OUTCOMES:
        text = POLICY.replace("NAME", f"bars-{does}").replace("DOES", does)
        (folder / "contracts" / f"{does}.yaml").write_text(text)


@cache
def contract(does: str) -> Contract:
    folder = Path(tempfile.mkdtemp())
    write_policies(folder)
    return peakguard.load(folder).contract(f"bars-{does}")


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, SCHEMA, orient="row")


def refused(verdict: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for violation in verdict.violations:
        for row in violation.rows if violation.is_of_rows else ():
            found.setdefault(row, []).append(violation.rule)
    return found


FORMS: dict[str, Callable[..., Any]] = {
    "parquet": pl.DataFrame.write_parquet,
    "arrow": pl.DataFrame.write_ipc,
    "ndjson": pl.DataFrame.write_ndjson,
}


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(list(FORMS)), st.sampled_from(["parquet", "arrow"]), st.booleans())
def test_both_files_together_are_the_input(rows: list[Any], form: str, out: str, is_large: bool) -> None:
    data = frame(rows)
    if form == "ndjson":
        # JSON has no NaN, and a file without rows no columns.
        data = data.with_columns(pl.col("x").fill_nan(None))
    if form == "ndjson" and data.select(pl.all().is_not_null().any()).row(0) != (True, True, True, True):
        return
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        if is_large:
            patch.setattr(files, "SMALL_FILES", 0)
            patch.setattr(batches, "rows_per_batch", lambda _: 3)
        folder = Path(place)
        FORMS[form](data, folder / f"data.{form}")
        valid, aside = folder / f"valid.{out}", folder / f"aside.{out}"
        settled = contract("quarantine").split_file(folder / f"data.{form}", valid=valid, quarantine=aside)
        readers: dict[str, Callable[..., pl.DataFrame]] = {"parquet": pl.read_parquet, "arrow": pl.read_ipc}
        read = readers[out]
        good, bad = read(valid), read(aside)
    rules = refused(settled.verdict)
    assert good.columns == ["k", "t", "x", "extra"]
    assert bad["peakguard_row"].to_list() == sorted(rules)
    assert dict(zip(bad["peakguard_row"], map(list, bad["peakguard_rules"]), strict=True)) == rules
    numbered = data.with_row_index("n")
    assert bad.select(data.columns).equals(numbered.filter(pl.col("n").is_in(list(rules))).drop("n"))
    kept = numbered.filter(~pl.col("n").is_in(list(rules))).drop("n").rename({"T": "t"})
    assert good.equals(kept)
    assert good.height + bad.height == data.height == settled.verdict.rows
    assert [each.rows for each in settled.outputs] == [bad.height, good.height]


GOOD = ("a", 1, 1.0, "p")
BAD = ("a", 2, -1.0, "p")


def test_each_outcome_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = frame([GOOD, BAD, ("b", 1, 95.0, None)])
    with pytest.raises(ContractViolation):
        contract("raise").validate(data)
    assert contract("observe").validate(data).height == 3
    assert contract("drop").validate(data)["k"].to_list() == ["a", "b"]
    monkeypatch.chdir(tmp_path)
    write_policies(tmp_path)
    events: list[Event] = []
    undo = subscribe(events.append)
    try:
        with peakguard.run("load") as run:
            found = peakguard.validate(data, "bars-quarantine")
    finally:
        undo()
        default_policies.cache_clear()
    assert found["k"].to_list() == ["a", "b"]
    (written,) = (tmp_path / ".peakguard" / "quarantine" / "bars-quarantine").iterdir()
    aside = pl.read_parquet(written)
    assert aside["peakguard_run_id"].to_list() == [run.run_id]
    assert aside["peakguard_contract"].to_list() == ["bars-quarantine 1.0.0"]
    assert [event.fields["rows"] for event in events if event.name == "rows_quarantined"] == [1]


def test_data_that_pass_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_policies(tmp_path)
    peakguard.load().contract("bars-quarantine").validate(frame([GOOD]))
    assert not (tmp_path / ".peakguard" / "quarantine").exists()


@pytest.mark.parametrize("does", ["quarantine", "drop"])
def test_what_breaks_the_data_as_a_whole_lets_no_row_pass(does: str, tmp_path: Path) -> None:
    data = frame([("a", number, 1.0 + number, "p") for number in range(60)])
    with pytest.raises(ContractViolation) as found:
        contract(does).validate(data)
    assert [each.rule for each in found.value.violations] == ["rules.few"]
    data.write_parquet(tmp_path / "data.parquet")
    valid = tmp_path / "valid.parquet"
    settled = contract(does).split_file(tmp_path / "data.parquet", valid=valid, quarantine=tmp_path / "aside.parquet")
    assert [(each.digest, "rules.few" in (each.reason or "")) for each in settled.outputs] == [(None, True)] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["data.parquet"]


def test_a_gap_cannot_be_set_aside(tmp_path: Path) -> None:
    text = (
        "peakguard: 1\nkind: contract\nname: ticks\nversion: 1.0.0\ncolumns: {t: 'datetime[us, UTC]', x: float64}\n"
        "cadence: {every: 1h, column: t}\nrules: {r: {expr: x > 0}}\non_violation: drop\n"
    )
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "ticks.yaml").write_text(text)
    ticks = peakguard.load(tmp_path).contract("ticks")
    times = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (0, 1, 2, 5)]
    with pytest.raises(ContractViolation) as found:
        ticks.validate(pl.DataFrame({"t": times, "x": [1.0, -1.0, 1.0, 1.0]}))
    assert [each.rule for each in found.value.violations] == ["cadence"]
    assert ticks.validate(pl.DataFrame({"t": times[:3], "x": [1.0, 1.0, -1.0]})).height == 2


def test_frames_come_back_as_what_they_were() -> None:
    data = frame([GOOD, BAD])
    found = contract("drop").validate(data.to_pandas())
    assert isinstance(found, pd.DataFrame)
    assert found["t"].tolist() == [1]
    table = contract("drop").validate(data.to_arrow())
    assert isinstance(table, pa.Table)
    assert table.num_rows == 1
    assert contract("drop").validate(data.lazy()).collect().height == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_policies(tmp_path)
    frame([GOOD, BAD, ("b", 1, 3.0, "p")]).write_parquet(tmp_path / "data.parquet")
    return tmp_path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_command_writes_both_and_says_so(peakguard: Run, project: Path) -> None:
    words = ["validate", "bars-raise", "data.parquet", "--out-valid", "out/v.csv", "--quarantine", "out/q.csv"]
    result = peakguard(*words, "--format", "json", cwd=project)
    assert result.returncode == 1
    outputs = json.loads(result.stdout)["outputs"]
    assert [(each["role"], each["file"], each["rows"]) for each in outputs] == [
        ("quarantine", "out/q.csv", 1),
        ("valid", "out/v.csv", 2),
    ]
    assert [each["sha256"] for each in outputs] == [digest(project / each["file"]) for each in outputs]
    assert (project / "out" / "v.csv").read_text() == "k,t,x,extra\na,1,1.0,p\nb,1,3.0,p\n"
    aside = (project / "out" / "q.csv").read_text().splitlines()
    assert aside[1] == "a,2,-1.0,p,1,columns.x.gt; rules.rises,bars-raise 1.0.0,"
    for form in ("text", "markdown", "junit"):
        assert peakguard(*words, "--format", form, cwd=project).returncode == 1
    assert "out/v.csv" in peakguard(*words, cwd=project).stdout


def test_a_contract_that_raises_lets_nothing_pass_by_itself(peakguard: Run, project: Path) -> None:
    result = peakguard("validate", "bars-raise", "data.parquet", "--out-valid", "v.csv", cwd=project)
    assert result.returncode == 1
    assert "v.csv was not written" in result.stdout
    assert not (project / "v.csv").exists()
    observed = peakguard("validate", "bars-observe", "data.parquet", "--out-valid", "v.csv", cwd=project)
    assert (observed.returncode, len((project / "v.csv").read_text().splitlines())) == (0, 4)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["data.parquet", "--out-valid", "v.xlsx"], "PG2021"),
        (["lists.parquet", "--out-valid", "v.csv"], "PG2022"),
        (["data.parquet", "lists.parquet", "--out-valid", "v.csv"], "PG2023"),
        (["data.parquet", "--out-valid", "./data.parquet"], "PG2024"),
        (["data.parquet", "--quarantine", "../PROJECT/data.parquet"], "PG2024"),
        (["*.parquet", "--quarantine", "data.parquet"], "PG2024"),
        (["data.parquet", "--out-valid", "v.csv", "--quarantine", "./v.csv"], "PG2024"),
        (["data.parquet", "--out-valid", "contracts"], "PG2021"),
        (["data.parquet", "--out-valid", "data.parquet/v.csv"], "PG2020"),
    ],
)
def test_what_cannot_be_written_is_one_clear_error(peakguard: Run, project: Path, words: list[str], code: str) -> None:
    frame([GOOD]).with_columns(more=pl.lit(pl.Series([[1, 2]]))).write_parquet(project / "lists.parquet")
    before = digest(project / "data.parquet")
    words = [word.replace("PROJECT", project.name) for word in words]
    result = peakguard("validate", "bars-quarantine", *words, cwd=project)
    assert result.returncode == 2
    assert f"error[{code}]" in result.stderr
    assert "Traceback" not in result.stderr
    assert digest(project / "data.parquet") == before
    assert {path.name for path in project.iterdir()} <= {"contracts", ".peakguard", "data.parquet", "lists.parquet"}


def large(path: Path, rows: int = 400_000) -> None:
    numbers = pl.int_range(rows, eager=True)
    x = pl.select(pl.when(numbers % 3 == 0).then(-1.0).otherwise(numbers + 1.0)).to_series()
    text = pl.Series(["some text of a row"]).new_from_index(0, rows)
    pl.DataFrame({"k": ["a"] * rows, "T": numbers, "x": x, "extra": text}).write_parquet(path)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def command(project: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "peakguard", "validate", "bars-quarantine", "large.parquet", "--examples", "0"),
        *("--out-valid", "valid.csv", "--quarantine", "aside.parquet", "--root", str(project)),
    ]


@pytest.fixture
def many(project: Path) -> Path:
    policy = project / "contracts" / "quarantine.yaml"
    policy.write_text(policy.read_text().replace("count() < 60", "count() > 0").replace("key: [k, t]\n", ""))
    large(project / "large.parquet")
    return project


def test_a_full_disk_leaves_nothing_half_written(many: Path) -> None:
    (many / "valid.csv").write_text("the old content")
    result = subprocess.run(
        command(many),
        cwd=many,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,  # no threads
    )
    assert result.returncode == 2, result.stderr
    assert "PG2020" in result.stderr
    assert (many / "valid.csv").read_text() == "the old content"
    assert {path.name for path in many.iterdir()} - {".peakguard"} == {
        "contracts",
        "data.parquet",
        "large.parquet",
        "valid.csv",
    }


def test_a_killed_command_leaves_whole_files_or_none(many: Path) -> None:
    started = time.monotonic()
    subprocess.run(command(many), cwd=many, capture_output=True, check=False)
    takes = time.monotonic() - started
    whole = {name: digest(many / name) for name in ("valid.csv", "aside.parquet")}
    seen = set()
    for step in range(5):
        for name in whole:
            (many / name).unlink(missing_ok=True)
        running = subprocess.Popen(command(many), cwd=many, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(takes * (0.3 + 0.14 * step))
        running.kill()
        running.wait()
        there = [name for name in whole if (many / name).exists()]
        assert all(digest(many / name) == whole[name] for name in there)
        # Rows are set aside before others pass, so that none is in neither file.
        assert there != ["valid.csv"]
        seen.add(len(there))
        for path in many.glob("*.tmp*"):
            os.unlink(path)
    assert len(seen) > 1
