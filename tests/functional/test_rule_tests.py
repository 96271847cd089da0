"""`peakguard test`: cases of every kind, what a report says of them, and that a weakened policy turns its test red."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

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
    xml = ElementTree.fromstring(cli("test", "--root", root, "--format", "junit")[1])  # noqa: S314 # our own report
    assert [(case.get("name"), len(case)) for case in xml.iter("testcase")] == [("upside down", 0), ("wrong", 1)]
    assert xml[0].get("failures") == "1"
    page = cli("test", "--root", root, "--format", "markdown")[1]
    assert page.startswith("### FAIL: 2 rule tests, 1 failed")
    assert "`rules.ordered` was never seen passing" not in page
    kept = tmp_path / "report.xml"
    code, out, _ = cli("test", "--root", root, "--format", "junit", "--output", str(kept))
    assert code == 1
    assert "2 tests: 1 passed, 1 failed" in out
    assert ElementTree.fromstring(kept.read_text())[0].get("tests") == "2"  # noqa: S314 # likewise


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


def test_the_environment_decides_nothing(bars: Callable[[str], str], cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEAKGUARD_MODE", "off")
    assert cli("test", "--root", bars(GOOD))[0] == 0


def test_the_value_of_the_api(bars: Callable[[str], str]) -> None:
    tests = run_rule_tests(bars(GOOD))
    assert tests.ok
    assert tests.counts == {"cases": 1, "passed": 1, "failed": 0}
    assert 0 < tests.coverage.share < 1
    assert {item.rule for item in tests.coverage.missing} >= {"key", "columns.high.gt"}
