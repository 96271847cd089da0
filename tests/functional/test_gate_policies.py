"""Checks of a gate about policies: their difference, their tests, and chaos; each red by a planted fault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peakguard.api.gate.subject import Subject
from peakguard.api.processes import Ended
from peakguard.cli import main
from tests.functional.policies import CONTRACT, ERRORS
from tests.functional.test_diff import ACCEPTED, TIGHTER
from tests.functional.test_gate import git

GATE = """\
peakguard: 1
kind: gate
name: ci
version: 1.0.0
profiles: {full: {checks: [diff, rule_tests, chaos], budget: 5m}}
chaos: [flaky]
"""
CASES = """\
peakguard: 1
kind: test
name: bars-cases
version: 1.0.0
tests:
  - contract: bars
    rows: |
      symbol,high,low
      A,2,1
      B,1,2
    expect: [{row: 0, passes: rules.ordered}, {row: 1, fails: rules.ordered}]
"""
CHAOS = """\
peakguard: 1
kind: chaos
name: faults
version: 1.0.0
scenarios:
  flaky:
    command: python job.py
    outputs: [out.txt]
    timeout: 30s
    expect: unclear_error
    faults: {broken: {target: 'prices:price', raises: ValueError}}
"""
FILES = {
    "policies/gate.yaml": GATE,
    "policies/errors.yaml": ERRORS,
    "policies/bars.test.yaml": CASES,
    "policies/chaos.yaml": CHAOS,
    "contracts/bars.yaml": CONTRACT,
    "prices.py": "def price():\n    return 2.0\n",
    "job.py": "from prices import price\nwith open('out.txt', 'w') as file:\n    file.write(str(price()))\n",
    ".gitignore": ".peakguard/\n__pycache__/\nout.txt\n",
}
Checked = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("policies")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git("init", "-q", cwd=root)
    git("add", "-A", cwd=root)
    git("commit", "-qm", "sound", cwd=root)
    return root


@pytest.fixture
def root(committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "project"
    shutil.copytree(committed, made)
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def checked(root: Path, capsys: pytest.CaptureFixture[str]) -> Checked:
    def run(check: str) -> dict[str, Any]:
        main(["gate", "--check", check, "--format", "json", "--quiet", "--root", str(root)])
        row: dict[str, Any] = json.loads(capsys.readouterr().out)["checks"][0]
        return row

    return run


def test_a_breaking_change_is_red_until_it_is_accepted_and_its_version_raised(root: Path, checked: Checked) -> None:
    assert checked("diff")["state"] == "passed"
    contract = root / "contracts" / "bars.yaml"
    contract.write_text(TIGHTER)
    row = checked("diff")
    assert row["state"] == "failed"
    assert "contracts/bars.yaml" in row["details"][0]
    assert "peakguard diff" in row["todo"]
    contract.write_text(ACCEPTED)
    assert checked("diff")["state"] == "passed"


def test_a_rule_test_that_fails_is_red(root: Path, checked: Checked) -> None:
    path = root / "policies" / "bars.test.yaml"
    path.write_text(CASES.replace("B,1,2", "B,2,1"))
    row = checked("rule_tests")
    assert (row["state"], row["data"]["failed"]) == ("failed", 1)
    assert row["details"][0].startswith("policies/bars.test.yaml:")


MISSING = [{"policy": "contract bars", "rule": "columns.high.gt", "outcomes": ["failing"]}]


@pytest.mark.parametrize(
    ("share", "least", "state"), [(1.0, 1, "passed"), (0.9, 1, "failed"), (0.9, 0.9, "passed"), (0.89, 0.9, "failed")]
)
def test_rules_that_no_test_has_shown_are_red_below_the_share_that_is_asked_for(
    share: float, least: float, state: str, root: Path, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "policies" / "gate.yaml").write_text(f"{GATE}rule_tests: {{min_coverage: {least}}}\n")
    report = {"cases": [{"ok": True}], "coverage": {"share": share, "missing": MISSING if share < 1 else []}}
    monkeypatch.setattr(Subject, "peakguard", lambda *_, **__: Ended(0, json.dumps(report), ""))
    row = checked("rule_tests")
    assert (row["state"], row["data"]["share"]) == (state, share)
    assert row["details"] == ([] if state == "passed" else ["contract bars: columns.high.gt: failing"])


@pytest.mark.slow
def test_a_project_without_rule_tests_is_red(root: Path, checked: Checked) -> None:
    (root / "policies" / "bars.test.yaml").unlink()
    assert checked("rule_tests")["state"] == "failed"


@pytest.mark.slow
@pytest.mark.parametrize(("expect", "state"), [("unclear_error", "passed"), ("absorbed", "failed")])
def test_a_fault_that_ends_otherwise_is_red(expect: str, state: str, root: Path, checked: Checked) -> None:
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("unclear_error", expect))
    row = checked("chaos")
    assert row["state"] == state, row
    assert row["data"] == {"faults": 1, "unexpected": int(state == "failed")}


FAULT = {"fault": "broken", "expected": ["absorbed"], "because": "for the test", "repeat": "peakguard chaos flaky"}


@pytest.mark.parametrize(
    ("ended", "state", "found"),
    [
        (Ended(0, json.dumps({"faults": [{**FAULT, "verdict": "absorbed", "ok": True}]}), ""), "passed", "1 of 1"),
        (Ended(1, json.dumps({"faults": [{**FAULT, "verdict": "hang", "ok": False}]}), ""), "failed", "flaky.broken"),
        (Ended(2, "", "error[PG2132]: the program fails\n  help"), "failed", "PG2132"),
        (Ended(None, "", ""), "failed", "stopped"),
    ],
)
def test_what_chaos_said_decides(
    ended: Ended, state: str, found: str, checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Subject, "peakguard", lambda *_, **__: ended)
    row = checked("chaos")
    assert (row["state"], found in row["found"]) == (state, True)


def test_a_scenario_that_there_is_not_is_a_finding(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "gate.yaml").write_text(GATE.replace("[flaky]", "[flakey]"))
    assert main(["gate", "--root", str(root)]) == 2
    assert "policies/gate.yaml:6:9" in capsys.readouterr().err
