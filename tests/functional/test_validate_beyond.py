"""`peakguard validate` against what lies beyond the file: clock, calendars, other data, functions of the operator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Project, Run

REPOSITORY = Path(__file__).resolve().parents[2]
HEAD = "peakguard: 1\nkind: contract\nname: {}\nversion: 1.0.0\n"
BARS = (
    HEAD.format("bars")
    + """\
columns:
  symbol: string
  day: date
  close: {type: float64, gt: 0}
key: [symbol, day]
cadence: {every: 1d, column: day, within: [symbol], calendar: XNYS, max_gap: 1}
freshness: {column: day, max_age: 3d}
references: {symbol: {contract: instruments, column: symbol}}
rules:
  known: {call: 'bar_checks:known', reads: [symbol, close]}
"""
)
INSTRUMENTS = HEAD.format("instruments") + "columns: {symbol: string}\nkey: [symbol]\n"
CHECKS = """\
print('a function may print')


def known(frame):
    return frame['close'] < 1000
"""
CSV = """\
symbol,day,close
AA,2024-07-02,10
AA,2024-07-03,11
BB,2024-07-02,10
AA,2024-07-05,12
AA,2024-07-06,12
AA,2024-07-11,2000
BB,2024-07-12,10
"""
NOW = ("--now", "2024-07-13T00:00:00Z")
GIVEN = ("--reference", "instruments=instruments.csv")


@pytest.fixture
def root(project: Project) -> Path:
    return project(
        {
            "contracts/bars.yaml": BARS,
            "contracts/instruments.yaml": INSTRUMENTS,
            "bars.csv": CSV,
            "instruments.csv": "symbol\nAA\nCC\n",
            "bar_checks.py": CHECKS,
        }
    )


def report(peakguard: Run, root: Path, *options: str) -> dict[str, Any]:
    result = peakguard("validate", "bars", "bars.csv", "--format", "json", *options, cwd=root)
    assert "Traceback" not in result.stderr
    return {rule["id"]: rule for rule in json.loads(result.stdout)["rules"]}


def test_everything_beyond_the_file_is_judged(peakguard: Run, root: Path) -> None:
    found = report(peakguard, root, *NOW, *GIVEN)
    assert [each["row"] for each in found["references.symbol"]["examples"]] == [2, 6]
    assert [each["row"] for each in found["cadence.calendar"]["examples"]] == [4]
    assert [each["row"] for each in found["cadence"]["examples"]] == [5, 6]
    assert found["cadence"]["gaps"] == {
        "count": 2,
        "missing": 9,
        "examples": [
            {"row": 5, "key": {"symbol": "AA"}, "start": "2024-07-06", "end": "2024-07-11", "missing": 3},
            {"row": 6, "key": {"symbol": "BB"}, "start": "2024-07-02", "end": "2024-07-12", "missing": 6},
        ],
    }
    assert [each["row"] for each in found["rules.known"]["examples"]] == [5]
    assert found["rules.known"]["unproven"] == "bar_checks:known"
    assert found["freshness"]["failed"] == 0


def test_now_decides_what_is_fresh_and_nothing_else(peakguard: Run, root: Path) -> None:
    times = ("2024-07-15", "2024-07-15T00:00:01+00:00")
    fresh, stale = (report(peakguard, root, "--now", now, *GIVEN) for now in times)
    assert (fresh.pop("freshness")["failed"], stale.pop("freshness")["failed"]) == (0, 1)
    assert fresh == stale


def test_the_same_now_gives_the_same_bytes(peakguard: Run, root: Path) -> None:
    for page in ("a.html", "b.html"):
        peakguard("validate", "bars", "bars.csv", *NOW, *GIVEN, "--html", page, cwd=root)
    assert (root / "a.html").read_bytes() == (root / "b.html").read_bytes()


def test_a_reference_without_data_is_said_to_be_skipped(peakguard: Run, root: Path) -> None:
    result = peakguard("validate", "bars", "bars.csv", *NOW, cwd=root)
    assert "skipped references.symbol" in result.stdout
    assert report(peakguard, root, *NOW)["references.symbol"]["state"] == "skipped"


@pytest.mark.parametrize(
    ("options", "code", "place"),
    [
        (("--reference", "instrument=instruments.csv"), "PG160", "bars.csv"),
        (("--reference", "instruments=bar.csv"), "PG163", "bar.csv"),
        (("--reference", "instruments=bar_checks.py"), "PG163", "bar_checks.py"),
        (("--reference", "instruments=empty.csv"), "PG161", "empty.csv"),
    ],
)
def test_wrong_data_to_refer_to_are_refused(
    peakguard: Run, root: Path, options: tuple[str, ...], code: str, place: str
) -> None:
    (root / "empty.csv").write_text("ticker\nAA\n")
    result = peakguard("validate", "bars", "bars.csv", *options, cwd=root)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error[{code}]")
    assert f"--> {place}\n" in result.stderr


@pytest.mark.parametrize("option", [("--now", "yesterday"), ("--reference", "instruments"), ("--reference", "=x")])
def test_an_option_that_says_nothing_is_a_usage_error(peakguard: Run, root: Path, option: tuple[str, str]) -> None:
    result = peakguard("validate", "bars", "bars.csv", *option, cwd=root)
    assert result.returncode == 2
    assert option[0] in result.stderr


@pytest.mark.parametrize("form", ["text", "junit", "markdown"])
def test_every_report_lists_gaps_and_says_what_is_unproven(peakguard: Run, root: Path, form: str) -> None:
    result = peakguard("validate", "bars", "bars.csv", *NOW, *GIVEN, "--html", "page.html", "--format", form, cwd=root)
    for text in (result.stdout, (root / "page.html").read_text()):
        assert "2 gaps, 9 rows missing" in text
        assert "6 missing before row 6" in text
        assert "unproven" in text
    assert "a function may print" not in result.stdout
    assert "a function may print" in result.stderr


def test_a_function_that_fails_is_a_finding_with_a_page(peakguard: Run, root: Path) -> None:
    (root / "bar_checks.py").write_text("def known(frame):\n    return frame['volume'] > 0\n")
    result = peakguard("validate", "bars", "bars.csv", *NOW, *GIVEN, cwd=root)
    assert result.returncode == 1
    assert "error[PG456]: rules.known: " in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    assert peakguard("explain", "PG456", cwd=root).returncode == 0


INDEX = (
    HEAD.format("index")
    + """\
columns: {day: {type: date, source: Date, parse: '%m/%d/%Y'}}
extra_columns: allow
cadence: {every: 1d, column: day, calendar: XNYS}
"""
)


def test_twenty_years_of_an_index_keep_the_calendar_of_its_exchange(peakguard: Run, project: Project) -> None:
    quotes = (REPOSITORY / "docs" / "example" / "data" / "sp500.csv").read_text()
    lines = quotes.splitlines(keepends=True)
    root = project({"contracts/index.yaml": INDEX, "sp500.csv": quotes, "cut.csv": "".join([*lines[:9], *lines[12:]])})
    assert "5031 rows against index 1.0.0: 3 rules hold" in peakguard("validate", "index", "sp500.csv", cwd=root).stdout
    cut = peakguard("validate", "index", "cut.csv", cwd=root).stdout
    assert "1999-01-13 to 1999-01-20: 3 missing before row 8" in cut
