"""`peakguard verify` as a user types it: results of every form, every report, and functions that look ahead."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.functional.conftest import Project, Run

POLICY = """\
peakguard: 1
kind: invariants
name: book
version: 1.0.0
state: {day: date, cash: float64, legs: {list: {amount: float64}}}
invariants:
  solvent: {expr: cash >= 0}
  balanced: {expr: 'close(sum(leg.amount for leg in legs), 0.0, abs=0.01)'}
  rare: {expr: cash > 0, when: cash > 1000}
  low: {expr: cash > 50, severity: warning}
  days_rise: {expr: 'day > prev(day)', on_null: pass}
"""
DAYS = ["2020-01-01", "2020-01-02", "2020-01-03"]


def rows(*cash: float) -> list[dict[str, Any]]:
    legs = [{"amount": 5.0}, {"amount": -5.0}]
    return [{"day": day, "cash": each, "legs": legs} for day, each in zip(DAYS, cash, strict=False)]


def written(folder: Path, name: str, found: list[dict[str, Any]]) -> str:
    frame = pl.DataFrame(found).with_columns(pl.col("day").str.to_date())
    path = folder / name
    if name.endswith(".parquet"):
        frame.write_parquet(path)
    elif name.endswith(".arrow"):
        frame.write_ipc(path)
    elif name.endswith(".ndjson"):
        frame.write_ndjson(path)
    else:
        path.write_text(json.dumps(found))
    return name


@pytest.mark.parametrize("name", ["r.parquet", "r.arrow", "r.ndjson", "r.json"])
def test_every_form_of_results_is_verified_alike(name: str, peakguard: Run, project: Project) -> None:
    folder = project({"policies/book.yaml": POLICY})
    good = peakguard("verify", "book", written(folder, name, rows(100.0, 70.0, 51.0)), cwd=folder)
    assert (good.returncode, good.stderr) == (0, "")
    bad = peakguard("verify", "book", written(folder, name, rows(100.0, -1.0, 40.0)), "--format", "json", cwd=folder)
    assert bad.returncode == 1
    (file,) = json.loads(bad.stdout)["files"]
    found = {each["id"]: each for each in file["invariants"]}
    assert file["verdict"] == "fail"
    assert {id: each["status"] for id, each in found.items()} == {
        "state": "pass", "invariants.solvent": "error", "invariants.balanced": "pass", "invariants.rare": "idle",
        "invariants.low": "warning", "invariants.days_rise": "pass",
    }  # fmt: skip # a table
    first = found["invariants.solvent"]["first"]
    assert (first["step"], first["measure"], first["values"]) == (2, -1.0, {"cash": -1.0})
    assert found["invariants.solvent"]["closest"]["measure"] == 40.0


def test_cells_of_text_are_read_as_the_state_says(peakguard: Run, project: Project) -> None:
    policy = re.sub(r", legs: \{.*\}\}", "}", POLICY).replace("  balanced", "  # balanced")
    csv = "day,cash\n2020-01-01,100\n2020-01-02,many\n"
    folder = project({"policies/book.yaml": policy, "r.csv": csv})
    result = peakguard("verify", "book", "r.csv", cwd=folder)
    assert result.returncode == 1
    assert "state: 2 steps, 1 failed" in result.stdout
    assert "cash=many" in result.stdout


def test_reports_for_machines_and_pull_requests(peakguard: Run, project: Project) -> None:
    folder = project({"policies/book.yaml": POLICY})
    path = written(folder, "r.parquet", rows(100.0, -1.0))
    suites = ET.fromstring(peakguard("verify", "book", path, "--format", "junit", cwd=folder).stdout)  # our own
    assert [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None] == [
        "invariants.solvent"
    ]
    markdown = peakguard("verify", "book", path, "--format", "markdown", cwd=folder).stdout
    assert "| error | `invariants.solvent` |" in markdown
    html = folder / "page.html"
    peakguard("verify", "book", path, "--html", str(html), cwd=folder)
    page = html.read_text()
    assert 'id="invariants.solvent"' in page
    assert page.count("<svg") == 4
    assert "<script" not in page


def test_strict_counts_warnings_and_what_was_never_exercised(peakguard: Run, project: Project) -> None:
    folder = project({"policies/book.yaml": POLICY})
    path = written(folder, "r.parquet", rows(100.0))
    assert peakguard("verify", "book", path, cwd=folder).returncode == 0
    assert peakguard("verify", "book", path, "--strict", cwd=folder).returncode == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["bok", "r.parquet"], "PG2005"),
        (["book", "nothing.parquet"], "PG140"),
        (["book", "nothing.json"], "PG2003"),
        (["book", "other.parquet"], "PG2063"),
        (["book", "naive.parquet"], "PG2063"),
        (["book", "torn.parquet"], "PG149"),
        (["book"], "PG154"),
        (["--prefix-invariance", "nowhere:f", "other.parquet"], "PG2064"),
        (["--prefix-invariance", "signals:fails", "other.parquet"], "PG2064"),
        (["--prefix-invariance", "signals:VALUE", "other.parquet"], "PG2064"),
    ],
)
def test_what_cannot_be_verified_is_one_clear_error(
    words: list[str], code: str, peakguard: Run, project: Project
) -> None:
    policy = POLICY.replace("day: date", "day: 'datetime[us, UTC]'")
    signals = "VALUE = 1\ndef fails(frame):\n    raise KeyError('close')\n"
    folder = project({"policies/book.yaml": policy, "torn.parquet": b"PAR1 and no more", "signals.py": signals})
    pl.DataFrame({"cash": [1.0, 2.0, 3.0]}).write_parquet(folder / "other.parquet")
    times = pl.DataFrame(rows(1.0)).with_columns(pl.col("day").str.to_datetime())
    times.write_parquet(folder / "naive.parquet")
    result = peakguard("verify", *words, cwd=folder)
    assert result.returncode == 2, result.stdout
    assert f"error[{code}]" in result.stderr
    assert "Traceback" not in result.stderr


SIGNALS = """\
import polars as pl
def moving(frame):
    return frame["close"].rolling(3).mean()
def centred(frame):
    return frame["close"].rolling(3, center=True).mean()
def filled(frame):
    return frame.assign(signal=frame["close"].shift(-1).ffill())
def ranked(frame):
    return frame.select(pl.col("close").rank())
def grown(frame):
    return [10.0, *frame["close"]]
def trades(frame):
    return [{"row": n, "side": "buy"} for n, close in enumerate(frame["close"]) if close > 6]
"""


@pytest.mark.parametrize(
    ("name", "form", "holds"),
    [
        ("moving", "pandas", True),
        ("centred", "pandas", False),
        ("filled", "pandas", False),
        ("ranked", "polars", False),
        ("grown", "pandas", True),
        ("trades", "polars", True),
    ],
)
def test_what_looks_ahead_is_found(name: str, form: str, holds: bool, peakguard: Run, project: Project) -> None:
    folder = project({"policies/book.yaml": POLICY, "signals.py": SIGNALS})
    closes = [5.0, 3.0, 8.0, 1.0, 9.0, 2.0, 7.0, 4.0, 6.5, 0.5]
    pl.DataFrame({"close": closes}).write_parquet(folder / "bars.parquet")
    words = ("verify", "--prefix-invariance", f"signals:{name}", "bars.parquet", "--as", form, "--format", "json")
    result = peakguard(*words, cwd=folder)
    (file,) = json.loads(result.stdout)["files"]
    assert (result.returncode, file["verdict"]) == ((0, "pass") if holds else (1, "fail"))
    assert len(file["cuts"]) == 9
    text = peakguard(*words[:-2], "--cuts", "4", cwd=folder).stdout
    assert ("looks ahead" in text) is not holds
