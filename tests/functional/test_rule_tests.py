"""`peakguard test`: cases of every kind, what a report says of them, and that a weakened policy turns its test red."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from peakguard.api.rule_tests import run_rule_tests
from peakguard.cli import main
from tests.functional.conftest import Project
from tests.functional.policies import CONTRACT, ERRORS

REPOSITORY = Path(__file__).resolve().parents[2]
HEAD = "peakguard: 1\nkind: test\nname: cases\nversion: 1.0.0\ntests:\n"
GOOD = """\
  - name: upside down
    contract: bars
    rows: |
      symbol,high,low
      A,1,2
      B,2,1
    expect: [{row: 0, fails: ordered}, {verdict: fail, error: PT-1001}]
"""
CASH = """\
peakguard: 1
kind: invariants
name: cash
version: 1.0.0
state: {cash: float64}
invariants: {covered: {expr: cash >= 0}}
"""
OVERDRAWN = "  - {invariants: cash, steps: [{cash: -1}], expect: [{step: 1, fails: covered}]}\n"
INST = """\
peakguard: 1
kind: contract
name: inst
version: 1.0.0
columns: {symbol: string}
key: [symbol]
"""
TRADES = """\
peakguard: 1
kind: contract
name: trades
version: 1.0.0
columns:
  symbol: string
  time: 'datetime[us, UTC]'
  size: {type: int64, ge: 1}
coerce: true
references: {symbol: {contract: inst, column: symbol}}
freshness: {column: time, max_age: 1h}
cadence: {every: 1h, column: time}
on_violation: drop
"""
TRADES_TEST = """\
peakguard: 1
kind: test
name: trades
version: 1.0.0
tests:
  - contract: trades
    now: 2026-01-02T12:30:00Z
    references: {inst: [{symbol: A}, {symbol: B}]}
    rows: |
      symbol,time,size
      A,2026-01-02T10:00:00Z,5
      C,2026-01-02T11:00:00Z,5
      B,2026-01-02T12:00:00Z,0
    expect:
      - {row: 0, dropped: false, values: {size: 5}}
      - {row: 1, dropped: true, fails: references.symbol}
      - {row: 2, dropped: true, fails: columns.size.ge}
      - {passes: [freshness, cadence], kept: 1}
  - name: stale and with a gap
    contract: trades
    now: 2026-01-02T20:00:00Z
    references: {inst: [{symbol: A}]}
    rows: [{symbol: A, time: 2026-01-02T10:00:00Z, size: 1}, {symbol: A, time: 2026-01-02T14:00:00Z, size: 2.0}]
    expect: [{fails: freshness, verdict: fail}, {row: 1, fails: cadence}]
"""
Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process: its exit code, what it prints, and what it prints on stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def bars(project: Project) -> Callable[[str], str]:
    """A project with a small contract and the given cases."""

    def make(cases: str, contract: str = CONTRACT) -> str:
        files: dict[str, str | bytes] = {"policies/errors.yaml": ERRORS, "contracts/bars.yaml": contract}
        lock = "test PT-1001 bar_bad active 1.0.0 symbol:string\n"
        return str(project({**files, "policies/errors.lock": lock, "contracts/bars.test.yaml": HEAD + cases}))

    return make


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policies of this repository, to be changed."""
    root = tmp_path_factory.mktemp("own")
    for folder in ("policies", "contracts"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    return root


def test_the_policies_of_this_repository_are_shown_in_full(cli: Cli) -> None:
    code, out, _ = cli("test", "--root", str(REPOSITORY), "--min-coverage", "100%", "--format", "json")
    report = json.loads(out)
    assert code == 0
    assert report["coverage"]["missing"] == []
    assert report["coverage"]["share"] == 1.0
    assert report["summary"]["failed"] == 0
    assert report["summary"]["cases"] >= 100
    policies = {case["policy"].partition(" ")[0] for case in report["cases"]}
    assert policies == {"contract", "invariants", "resilience", "config", "error", "exception"}
    by_policy = {case["policy"]: set(case["back_ends"]) for case in report["cases"]}
    assert by_policy["contract ohlcv"] == {"polars", "polars in batches", "reference", "python", "sql"}
    assert by_policy["invariants book"] == {"monitor", "polars", "reference"}


WEAKENED = [
    ("contracts/ohlcv.yaml", "high >= max(open, close, low)", "high >= low", "ohlcv", "rules.high_is_highest of row 0"),
    ("policies/account.yaml", "0.95 * day_start", "0.5 * day_start", "account", "invariants.daily_loss of step 3"),
    ("policies/settings.yaml", "expr: fast < slow", "expr: fast != slow", "settings", "rules.slow_is_slower"),
    ("policies/resilience.yaml", "max_attempts: 5", "max_attempts: 6", "providers", "attempt 6"),
    ("policies/errors.yaml", "equity is {equity}, but", "equity is not {equity}, and", "errors", "message"),
]


@pytest.mark.parametrize(("file", "old", "new", "suite", "what"), WEAKENED, ids=[each[3] for each in WEAKENED])
def test_a_weakened_policy_turns_its_test_red(
    own: Path, cli: Cli, file: str, old: str, new: str, suite: str, what: str
) -> None:
    path = own / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    try:
        code, out, _ = cli("test", suite, "--root", str(own), "--format", "json")
    finally:
        path.write_text(text)
    assert code == 1
    assert what in [each["what"] for case in json.loads(out)["cases"] for each in case["mismatches"]]


def test_a_failing_case_says_where_what_and_what_came_instead(bars: Callable[[str], str], cli: Cli) -> None:
    root = bars(GOOD.replace("row: 0, fails", "row: 1, fails"))
    code, out, _ = cli("test", "--root", root)
    assert code == 1
    assert "contracts/bars.test.yaml:12:30: not as expected: contract bars, rules.ordered of row 1" in out
    assert "  expected fails\n  got      passes\n" in out
    assert "not expected: contract bars, rules.ordered of row 0" in out
    assert "1 test: 0 passed, 1 failed" in out


def test_all_forms_tell_the_same(bars: Callable[[str], str], cli: Cli, tmp_path: Path) -> None:
    root = bars(GOOD + GOOD.replace("upside down", "wrong").replace("fails: ordered", "passes: ordered"))
    report = json.loads(cli("test", "--root", root, "--format", "json")[1])
    assert [case["ok"] for case in report["cases"]] == [True, False]
    xml = ET.fromstring(cli("test", "--root", root, "--format", "junit")[1])
    assert [(case.get("name"), len(case)) for case in xml.iter("testcase")] == [("upside down", 0), ("wrong", 1)]
    assert xml[0].get("failures") == "1"
    page = cli("test", "--root", root, "--format", "markdown")[1]
    assert page.startswith("### FAIL: 2 rule tests, 1 failed")
    assert "`rules.ordered` was never seen passing" not in page
    kept = tmp_path / "report.xml"
    code, out, _ = cli("test", "--root", root, "--format", "junit", "--output", str(kept))
    assert code == 1
    assert "2 tests: 1 passed, 1 failed" in out
    assert ET.fromstring(kept.read_text())[0].get("tests") == "2"


def test_cases_are_chosen_by_names_files_and_words(bars: Callable[[str], str], cli: Cli) -> None:
    root = bars(GOOD + GOOD.replace("upside down", "once more"))
    for words, count in (
        (["cases"], 2),
        (["bars"], 2),
        (["once more"], 1),
        (["cases#1"], 1),
        ([f"{root}/contracts"], 2),
        (["-k", "bars and not once"], 1),
        (["-k", "upside or once"], 2),
        (["bars", "-k", "UPSIDE"], 1),
    ):
        code, out, _ = cli("test", *words, "--root", root, "--format", "json")
        assert (code, json.loads(out)["summary"]["cases"]) == (0, count), words


def test_nothing_chosen_is_refused(bars: Callable[[str], str], cli: Cli) -> None:
    code, _, err = cli("test", "case", "--root", bars(GOOD))
    assert code == 2
    assert "PG2120" in err
    assert "Did you mean `cases`?" in err


def test_policies_with_errors_are_refused(bars: Callable[[str], str], cli: Cli) -> None:
    code, _, err = cli("test", "--root", bars(GOOD.replace("fails: ordered", "fails: orderd")))
    assert code == 2
    assert "PG920" in err


def test_coverage_below_what_is_asked_fails(bars: Callable[[str], str], cli: Cli) -> None:
    root = bars(GOOD)
    code, out, _ = cli("test", "--root", root, "--min-coverage", "0.9")
    assert code == 1
    assert "contracts/bars.yaml:6:3: columns.symbol.not_null was never seen failing" in out
    assert cli("test", "--root", root, "--min-coverage", "0.3")[0] == 0
    with pytest.raises(SystemExit):
        cli("test", "--root", root, "--min-coverage", "nine")


def test_the_environment_decides_nothing(project: Project, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under PEAKGUARD_MODE=off a monitor sees nothing."""
    root = project({"policies/cash.yaml": CASH, "policies/cash.test.yaml": HEAD + OVERDRAWN})
    monkeypatch.setenv("PEAKGUARD_MODE", "off")
    assert cli("test", "--root", str(root))[0] == 0


def test_the_value_of_the_api(bars: Callable[[str], str]) -> None:
    tests = run_rule_tests(bars(GOOD))
    assert tests.ok
    assert tests.counts == {"cases": 1, "passed": 1, "failed": 0}
    assert 0 < tests.coverage.share < 1
    assert {item.rule for item in tests.coverage.missing} >= {"key", "columns.high.gt"}


def test_what_is_missing_is_written_into_new_files_that_pass(bars: Callable[[str], str], cli: Cli) -> None:
    root = bars(GOOD)
    theirs = Path(root) / "contracts" / "bars.missing.test.yaml"
    theirs.write_text(HEAD.replace("name: cases", "name: mine") + GOOD)
    before = theirs.read_text()
    code, _, err = cli("test", "--write-missing", "--root", root)
    assert code == 0
    assert "wrote contracts/bars.missing-2.test.yaml" in err
    assert "not found" not in err
    assert theirs.read_text() == before
    code, out, _ = cli("test", "--root", root, "--min-coverage", "100%")
    assert (code, "(100.0%)" in out) == (0, True)
    assert cli("check", "--strict", "--root", root)[0] == 0
    files = sorted(path.name for path in (Path(root) / "contracts").iterdir())
    cli("test", "--write-missing", "--root", root)
    assert sorted(path.name for path in (Path(root) / "contracts").iterdir()) == files


def test_missing_cases_are_about_all_tests(bars: Callable[[str], str]) -> None:
    with pytest.raises(SystemExit):
        main(["test", "bars", "--write-missing", "--root", bars(GOOD)])


def test_a_failing_case_has_shown_nothing(bars: Callable[[str], str]) -> None:
    tests = run_rule_tests(bars(GOOD.replace("row: 0, fails", "row: 1, fails")))
    assert not tests.ok
    assert tests.coverage.seen == 0


@pytest.mark.slow
def test_pytest_collects_the_cases_where_it_is_asked_to(bars: Callable[[str], str]) -> None:
    root = bars(GOOD + GOOD.replace("upside down", "wrong").replace("row: 0, fails", "row: 1, fails"))
    (Path(root) / "pytest.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "peakguard", "-p", "no:cacheprovider", "contracts"]

    def out(*words: str) -> str:
        done = subprocess.run(
            [*command, *words], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout

    told = out("--peakguard-rule-tests")
    assert "1 failed, 1 passed" in told
    assert "contracts/bars.test.yaml:19:30: expectation: rules.ordered of row 1: expected fails, got passes" in told
    assert "no tests ran" in out()


def test_other_data_the_time_and_rows_that_are_dropped(project: Project, cli: Cli) -> None:
    root = project(
        {"contracts/inst.yaml": INST, "contracts/trades.yaml": TRADES, "contracts/trades.test.yaml": TRADES_TEST}
    )
    code, out, _ = cli("test", "--root", str(root))
    assert (code, "2 tests: 2 passed" in out) == (0, True)
    (root / "contracts" / "trades.test.yaml").write_text(
        TRADES_TEST.replace("dropped: false", "dropped: true")
        .replace("kept: 1", "kept: 2")
        .replace("size: 5}", "size: 6}")
    )
    code, out, _ = cli("test", "--root", str(root), "--format", "json")
    told = [(each["what"], each["got"]) for each in json.loads(out)["cases"][0]["mismatches"]]
    assert (code, told) == (1, [("row 0", "kept"), ("size of row 0", "5"), ("kept", "1")])
