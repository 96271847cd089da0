"""`peakguard simulate`: a policy under a script, from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import RESILIENCE

POLICY = (
    RESILIENCE
    + """\
  kraken:
    idempotent: true
    timeout: {total: 20s, attempt: 2s}
    retry: {max_attempts: 3, on: [OSError], budget: egress}
    breaker: {minimum_calls: 10, wait_duration_in_open: 5s}
budgets:
  egress: {capacity: 100}
"""
)
FALLBACK = "\n    fallback: {call: 'no_such_module:stand_in'}"
OUTAGE = """\
description: The exchange is down for a minute.
phases:
  - {for: 30s, latency: 80ms}
  - {for: 1m, fails: 1.0, error: OSError}
  - {for: 30s, latency: {median: 80ms, p99: 1s}}
"""
FILES = {"policies/resilience.yaml": POLICY, "outage.yaml": OUTAGE}


@pytest.fixture
def root(project: Project) -> Path:
    return project(FILES)


def test_a_timeline_and_what_it_adds_up_to(root: Path, peakguard: Run) -> None:
    done = peakguard("simulate", "kraken", "--outage", "outage.yaml", "--rps", "10", cwd=root)
    assert done.returncode == 0
    lines = {line.split("  ")[0].strip(): line for line in done.stdout.splitlines() if line}
    assert lines.keys() >= {"calls", "ok", "failed", "rejected", "attempts", "breaker", "tokens", "calls that end well"}
    states = re.sub(r"\s.*", "", lines["breaker"].removeprefix("breaker").strip())
    assert re.fullmatch(r"·{15,18}[Oh]{26,34}·{10,17}", states)


def test_the_json_form_and_the_page_say_the_same(root: Path, peakguard: Run) -> None:
    done = peakguard(
        "simulate", "kraken", "--outage", "outage.yaml", "--format", "json", "--html", "out/page.html", cwd=root
    )
    found = json.loads(done.stdout)
    assert found["breaker_opened"] >= 1
    page = (root / "out" / "page.html").read_text()
    assert f"{found['ok']:,} of {found['calls']:,}" in page
    assert "<script" not in page
    assert "Content-Security-Policy" in page


def test_two_versions_side_by_side_meet_the_same_callers(root: Path, peakguard: Run) -> None:
    other = root / "other" / "policies"
    other.mkdir(parents=True)
    (other / "resilience.yaml").write_text(POLICY.replace("wait_duration_in_open: 5s", "wait_duration_in_open: 1m"))
    arguments = ("simulate", "kraken", "--outage", "outage.yaml", "--against", "other")
    ours, theirs = json.loads(peakguard(*arguments, "--format", "json", cwd=root).stdout)["runs"]
    assert ours["calls"] == theirs["calls"]
    assert ours["breaker_opened"] > theirs["breaker_opened"] == 1
    text = peakguard(*arguments, cwd=root).stdout
    assert "this project" in text
    assert "against" in text


@pytest.mark.parametrize(
    ("script", "codes"),
    [
        ("phases:\n  - {for: 60, latncy: 80ms, fails: 2}\n", ["PG204", "PG208", "PG211"]),
        ("phases: []\n", ["PG221"]),
        ("phases:\n  - {for: 1m, latency: {min: 5ms}}\n", ["PG220"]),
        ("phases:\n  - {for: 1m, latency: {min: 9s, max: 5ms}}\n", ["PG208"]),
        ("phases:\n  - {for: 1m, latency: {median: 9s, p99: 5ms}}\n", ["PG208"]),
        (
            "phases:\n  - {for: 1m, fails: 1.0, error: PT-9999}\n  - {for: 1m, error: KeyboardInterrupt}\n",
            ["PG808"] * 2,
        ),
        ("phases:\n  - {for: 365d}\n", ["PG208"]),
        ("phases:\n  - {for: 1m\n", ["PG107"]),
        ("- a\n", ["PG121"]),
        (None, ["PG101"]),
    ],
)
def test_a_script_with_faults_is_refused_with_all_of_them(
    root: Path, peakguard: Run, script: str | None, codes: list[str]
) -> None:
    (root / "outage.yaml").unlink()
    if script is not None:
        (root / "outage.yaml").write_text(script)
    done = peakguard("simulate", "kraken", "--outage", "outage.yaml", cwd=root)
    assert done.returncode == 2
    assert sorted(re.findall(r"\[(PG\d+)\]", done.stderr)) == codes
    assert "Traceback" not in done.stderr


def test_nothing_of_the_host_and_of_the_program_is_touched(root: Path, peakguard: Run) -> None:
    policy = POLICY.replace("minimum_calls: 10", "minimum_calls: 10, scope: host")
    policy = policy.replace("budget: egress", "budget: egress, result: 'no_such_module:judge'")
    (root / "policies" / "resilience.yaml").write_text(policy.replace("\nbudgets", FALLBACK + "\nbudgets"))
    done = peakguard("simulate", "kraken", "--outage", "outage.yaml", "--format", "json", cwd=root)
    assert json.loads(done.stdout)["breaker_opened"] >= 1
    assert not (root / ".peakguard" / "breakers").exists()


def test_no_call_at_all_is_an_answer_too(root: Path, peakguard: Run) -> None:
    done = peakguard("simulate", "kraken", "--outage", "outage.yaml", "--rps", "0.0001", "--format", "json", cwd=root)
    assert json.loads(done.stdout)["calls"] == 0
    assert peakguard("simulate", "kraken", "--outage", "outage.yaml", "--rps", "0.0001", cwd=root).returncode == 0


def test_a_page_that_cannot_be_written_is_one_finding(root: Path, peakguard: Run) -> None:
    done = peakguard("simulate", "kraken", "--outage", "outage.yaml", "--html", "outage.yaml/page.html", cwd=root)
    assert done.returncode == 2
    assert re.findall(r"\[(PG\d+)\]", done.stderr) == ["PG2020"]
    assert "Traceback" not in done.stderr


def test_an_unknown_policy_and_an_odd_rate_are_refused(root: Path, peakguard: Run) -> None:
    done = peakguard("simulate", "krakn", "--outage", "outage.yaml", cwd=root)
    assert (done.returncode, "PG2005" in done.stderr, "kraken" in done.stderr) == (2, True, True)
    assert peakguard("simulate", "kraken", "--outage", "outage.yaml", "--rps", "0", cwd=root).returncode == 2
