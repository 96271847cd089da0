"""`peakguard chaos`: a program under planted faults, and the verdict on each beside a run without any."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

import peakguard
from peakguard.api.chaos import ScenarioReport, run_scenario
from peakguard.cli import main
from peakguard.kinds.chaos.permission import VARIABLE, hand_over
from peakguard.runtime.event_form import plain
from peakguard.runtime.events import Event
from tests.functional.conftest import Project

REPOSITORY = Path(__file__).resolve().parents[2]
WORK = """
import json
def fetch(n):
    return n * 2
def save(found):
    with open("out/result.json", "w") as file:
        json.dump(found, file)
"""
MAIN = """
import os, subprocess, sys
from multiprocessing import get_context
import work
open("started", "a").write("x")

def total():
    return sum(tried(n) for n in range(4))

def tried(n):
    for _ in range(2):
        try:
            return work.fetch(n)
        except ConnectionError:
            pass
    return 0

def pooled(n):
    work.fetch(n)
    os._exit(0)

found = total()
if "pool" in sys.argv:
    process = get_context("fork").Process(target=pooled, args=(1,))
    process.start(); process.join()
    found += process.exitcode
if "child" in sys.argv:
    found += subprocess.run([sys.executable, "-c", "import time; time.sleep(0.3)"]).returncode
os.makedirs("out", exist_ok=True)
work.save(found)
print("total", found)
"""
ERRORS = """\
peakguard: 1
kind: errors
name: desk
version: 1.0.0
domain: desk
categories: {provider: {codes: 3000-3999, exit_code: 75}}
errors:
  DK-3001:
    slug: key_missing
    title: A key is missing
    category: provider
    severity: error
    message: no key
    hints: [Look at the answer]
    matches: [KeyError]
    since: 1.0.0
"""
CHAOS = """\
peakguard: 1
kind: chaos
name: faults
version: 1.0.0
scenarios:
  verdicts:
    command: python main.py
    outputs: [out/result.json]
    timeout: 20s
    expect: absorbed
    together: clear_error
    faults:
      reset: {target: 'work:fetch', raises: ConnectionError, at: 2}
      twice: {target: 'work:fetch', raises: ConnectionError, at: 3, times: 2, expect: wrong_result}
      missing: {target: 'work:fetch', error: DK-3001, expect: clear_error}
      odd: {target: 'work:fetch', raises: ValueError, expect: unclear_error}
      full: {disk: full, paths: [out/result.json], expect: unclear_error}
      lost: {disk: lost, paths: [out/result.json], expect: wrong_result}
      slow_start: {target: 'main:total', latency: 20ms}
  hangs:
    command: python main.py
    outputs: [out/result.json]
    timeout: 2s
    expect: hang
    faults: {silent: {target: 'work:fetch', hang: 1m}}
  never:
    command: python main.py
    expect: absorbed
    faults: {late: {target: 'work:fetch', latency: 1ms, at: 100}}
  chance:
    command: python main.py
    seed: 7
    stdout: ignore
    outputs: [out/result.json]
    expect: absorbed
    faults: {late: {target: 'work:fetch', latency: 1ms, at: {probability: 0.5}, times: 2}}
  worker:
    command: python main.py pool
    expect: wrong_result
    faults: {killed: {kill: worker, target: 'work:fetch'}}
  child:
    command: python main.py child
    expect: wrong_result
    faults: {killed: {kill: subprocess}}
"""
FILES: dict[str, str | bytes] = {
    "work.py": WORK, "main.py": MAIN, "policies/errors.yaml": ERRORS, "policies/chaos.yaml": CHAOS,
}  # fmt: skip # a table


@pytest.fixture
def root(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = project(FILES)
    monkeypatch.chdir(found)
    monkeypatch.delenv("PEAKGUARD_PROFILE", raising=False)
    monkeypatch.setenv("PATH", os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))
    return found


def verdicts(report: ScenarioReport) -> dict[str, str]:
    return {each.fault: each.verdict for each in report.faults}


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The code of the one error that refuses a command line."""
    assert main(list(words)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    return told.err.partition("[")[2].partition("]")[0]


def test_every_verdict_is_the_one_that_is_due(root: Path) -> None:
    (root / "out").mkdir()
    (root / "out" / "result.json").write_text("yesterday")
    report = run_scenario("verdicts")
    assert verdicts(report) == {
        "reset": "absorbed", "twice": "wrong_result", "missing": "clear_error", "odd": "unclear_error",
        "full": "unclear_error", "lost": "wrong_result", "slow_start": "absorbed", "all": "clear_error",
    }  # fmt: skip # a table
    assert report.ok
    by_name = {each.fault: each for each in report.faults}
    assert [(note["place"], note["call"]) for note in by_name["twice"].injected] == [
        ("work:fetch", 3),
        ("work:fetch", 4),
    ]
    assert [note["fault"] for note in by_name["all"].injected] == ["slow_start", "missing"]
    assert by_name["missing"].because == "DK-3001 key_missing"
    assert {each: by_name[each].left for each in ("reset", "full", "missing")} == {
        "reset": "right", "full": "other", "missing": "before",
    }  # fmt: skip # a table
    assert all(each.run_id and each.injected[0]["run_id"] == each.run_id for each in report.faults)
    # The files are as they were, and the program has run once more than there are runs under faults, and once again.
    assert (root / "out" / "result.json").read_text() == "yesterday"
    assert (root / "started").read_text() == "x" * 10


@pytest.mark.usefixtures("root")
def test_a_program_that_hangs_is_ended() -> None:
    (each,) = run_scenario("hangs").faults
    assert (each.verdict, each.exit_code, each.ok) == ("hang", None, True)
    assert each.seconds < 10


@pytest.mark.usefixtures("root")
def test_a_fault_that_never_comes_is_not_green(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chaos", "never", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["faults"][0]["verdict"], found["faults"][0]["injected"]) == (False, "not_reached", [])
    assert found["faults"][0]["repeat"] == "peakguard chaos never --seed 0 --fault late"


@pytest.mark.slow
@pytest.mark.usefixtures("root")
def test_the_same_seed_meets_the_same_calls() -> None:
    calls = [[note["call"] for note in run_scenario("chance", seed=seed).faults[0].injected] for seed in (7, 7, 8, 11)]
    assert calls[0] == calls[1]
    assert len({tuple(each) for each in calls}) > 1


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("scenario", [pytest.param("worker"), pytest.param("child", marks=pytest.mark.slow)])
def test_workers_and_programs_that_are_started_are_killed(scenario: str) -> None:
    (each,) = run_scenario(scenario).faults
    assert (each.verdict, len(each.injected)) == ("wrong_result", 1)


def test_a_run_in_another_profile_is_refused_before_anything_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for profile in ("live", "production", "staging"):
        monkeypatch.setenv("PEAKGUARD_PROFILE", profile)
        assert refusal(capsys, "chaos", "never") == "PG2130"
    assert not (root / "started").exists()


def test_a_policy_that_is_off_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("version: 1.0.0", "version: 1.0.0\nmode: off"))
    assert refusal(capsys, "chaos", "never") == "PG2130"
    assert not (root / "started").exists()


@pytest.mark.slow
def test_a_policy_that_observes_tells_and_lets_pass(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("version: 1.0.0", "version: 1.0.0\nmode: observe"))
    assert main(["chaos", "never"]) == 0
    assert "0 of 1 runs" in capsys.readouterr().out


@pytest.mark.slow
def test_a_program_is_told_that_it_is_in_a_test(root: Path) -> None:
    (root / "main.py").write_text("import os, work\nwork.fetch(1)\nassert os.environ['PEAKGUARD_PROFILE'] == 'test'\n")
    report = run_scenario("never", ["main.py"])
    assert report.profile == "test"


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "value", ["foreign", pytest.param("1", marks=SLOW), pytest.param("word:/nowhere/handle.json", marks=SLOW)]
)
def test_a_variable_that_is_left_over_plants_nothing(value: str, root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    if value == "foreign":
        # Whole orders, as `peakguard chaos` writes them: for a child of this process, not for a grandchild.
        orders = {"policy": "faults", "scenario": "verdicts", "seed": 0, "bare": False, "faults": ["odd"]}
        value = hand_over(str(folder), {**orders, "folder": str(folder)})
    command = [sys.executable, "-m", "peakguard", "run", "main.py"]
    script = f"import subprocess, sys; sys.exit(subprocess.run({command!r}).returncode)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env={**os.environ, VARIABLE: value}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip # one option a word
    assert (done.returncode, done.stdout) == (0, "total 12\n")
    assert "PG2131" in done.stderr
    assert os.listdir(folder) in ([], ["handle.json"])


def test_nothing_of_chaos_is_loaded_where_none_is_asked_for(root: Path) -> None:
    program = "import sys, io\nprint(*[m for m in sys.modules if 'chaos' in m], open is io.open)\n"
    (root / "main.py").write_text(program)
    command = [sys.executable, "-m", "peakguard", "run", "main.py"]
    for _ in range(2):  # the first time the policies are compiled
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout == "True\n"


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("import work; work.fetch(1)", "leaves no file"),
        pytest.param("import work; 1 / 0", "ZeroDivisionError", marks=SLOW),
        pytest.param("import time; time.sleep(60)", "had not ended", marks=SLOW),
    ],
)
def test_a_program_that_fails_by_itself_is_refused(
    program: str, problem: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "main.py").write_text(program)
    assert main(["chaos", "hangs"]) == 2
    told = capsys.readouterr().err
    assert "PG2132" in told
    assert problem in told


@pytest.mark.slow
def test_a_program_that_gives_something_else_each_time_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "main.py").write_text("import os, work\nwork.fetch(1)\nprint(os.urandom(8))\n")
    text = CHAOS.replace("latency: 1ms, at: 100", "latency: 1ms")
    (root / "policies" / "chaos.yaml").write_text(text)
    assert refusal(capsys, "chaos", "never") == "PG2132"


def test_unknown_names_are_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "chaos", "verdict") == "PG2133"
    assert refusal(capsys, "chaos", "verdicts", "--fault", "rset") == "PG2133"
    assert refusal(capsys, "chaos", "--fault", "rset", "verdicts") == "PG2133"
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("    command: python main.py\n", ""))
    assert refusal(capsys, "chaos", "never") == "PG2133"


@pytest.mark.usefixtures("root")
def test_options_stand_before_or_behind_the_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--fault", "reset", "--seed", "3", "--format", "markdown"]
    for line in (
        ["chaos", *words, "verdicts"],
        ["chaos", "verdicts", *words, "--", "python", "main.py", "--fault", "x"],
    ):
        assert main(line) == 0
        told = capsys.readouterr().out
        assert "seed 3" in told
        assert "| reset | work:fetch raises ConnectionError, call 2" in told
    with pytest.raises(SystemExit) as left:
        main(["chaos", "verdicts", "--timeout", "soon"])
    assert left.value.code == 2


def test_reports_say_what_was_planted_and_how_it_is_repeated(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("at: 2}", "at: 2, expect: clear_error}"))
    assert main(["chaos", "verdicts", "--fault", "reset", "--format", "junit"]) == 1
    suite = ET.fromstring(capsys.readouterr().out)[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert "repeat: peakguard chaos verdicts --seed 0 --fault reset" in (suite[0][0].text or "")
    assert main(["chaos", "verdicts", "--fault", "reset"]) == 1
    told = capsys.readouterr().out
    assert "reset: work:fetch raises ConnectionError, call 2" in told
    assert "repeat: peakguard chaos verdicts --seed 0 --fault reset\n" in told


@pytest.mark.usefixtures("root")
def test_without_guards_nothing_is_classified() -> None:
    assert verdicts(run_scenario("verdicts", fault="missing", bare=True)) == {"missing": "unclear_error"}


@pytest.mark.parametrize(("said", "verdict"), [("str(error)", "clear_error"), ("'failed'", "unclear_error")])
def test_a_program_that_handles_an_error_and_leaves_is_heard(said: str, verdict: str, root: Path) -> None:
    handled = f"try:\n    found = total()\nexcept Exception as error:\n    sys.exit({said})\n"
    (root / "main.py").write_text(MAIN.replace("found = total()\n", handled))
    (root / "policies" / "errors.yaml").write_text(ERRORS.replace("    matches: [KeyError]\n", ""))
    assert verdicts(run_scenario("verdicts", fault="missing")) == {"missing": verdict}


@pytest.mark.slow
def test_an_exception_that_is_nowhere_is_not_reached(root: Path) -> None:
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("raises: ValueError", "raises: 'no.such:Error'"))
    (each,) = run_scenario("verdicts", fault="odd").faults
    assert (each.verdict, "No module named 'no'" in each.because) == ("not_reached", True)


@pytest.mark.slow
def test_what_outlives_the_program_is_no_hang(root: Path) -> None:
    more = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(50)'])\n"
    (root / "main.py").write_text(MAIN + more)
    (each,) = run_scenario("verdicts", fault="reset", timeout=15).faults
    assert (each.verdict, each.seconds < 14) == ("absorbed", True)


def test_targets_that_the_program_does_not_have_are_found(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "chaos.yaml").write_text(CHAOS.replace("'work:fetch', latency", "'work:fetched', latency"))
    (root / "main.py").write_text("def total(): return 1\n")
    assert main(["check", "--format", "json"]) == 0
    capsys.readouterr()
    assert main(["check", "--resolve", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert Counter(each["code"] for each in found) == {"PG951": 2}


@pytest.mark.slow
def test_tests_of_a_program_plant_faults(root: Path) -> None:
    (root / "test_work.py").write_text(
        "import pytest, work\n"
        "def test_it(peakguard_chaos):\n"
        "    with peakguard_chaos('verdicts', fault='reset') as chaos:\n"
        "        assert work.fetch(1) == 2\n"
        "        with pytest.raises(ConnectionError): work.fetch(1)\n"
        "    assert [note['call'] for note in chaos.injected] == [2]\n"
        "    assert work.fetch(1) == 2\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "peakguard", "-p", "no:cacheprovider", "test_work.py"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


SCHEMA = REPOSITORY / "docs" / "event.schema.json"


def test_whoever_listens_hears_of_every_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEAKGUARD_PROFILE", "test")
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.delitem(sys.modules, "work", raising=False)
    policies, told = peakguard.load(root), list[Event]()
    work = import_module("work")
    with policies.on_event(told.append), policies.chaos("verdicts", fault="reset"):
        assert work.fetch(1) == 2
        with pytest.raises(ConnectionError):
            work.fetch(1)
    (event,) = [plain(each) for each in told if each.name == "fault_injected"]
    assert list(Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(event)) == []
    assert event["attributes"]["call"] == 2
    monkeypatch.delitem(sys.modules, "work")


SCENARIOS = ("flaky_exchange", "slow_exchange", "wrong_bars", "full_disk", "clock_jump", "killed_worker")


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_example_bears_what_its_policy_says(scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEAKGUARD_PROFILE", raising=False)
    root = tmp_path / "project"
    for name in ("policies", "contracts", "docs/example"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "cases", "*.json"))
    report = run_scenario(scenario, root=str(root))
    assert report.ok, [each for each in report.faults if not each.ok]
    assert not list((root / "docs" / "example").glob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_bare_the_example_does_not(scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEAKGUARD_PROFILE", raising=False)
    root = tmp_path / "project"
    for name in ("policies", "contracts", "docs/example"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "cases", "*.json"))
    report = run_scenario(scenario, root=str(root), bare=True)
    # The program never reads the wall clock, so that it has nothing to be guarded against there.
    assert report.ok is (scenario == "clock_jump")


def test_every_scenario_of_the_example_is_tried() -> None:
    from peakguard.pipeline.bundle import load_bundle
    from peakguard.pipeline.project import find_project

    specs: list[Any] = [document.spec for document in load_bundle(find_project(str(REPOSITORY))).of_kind("chaos")]
    assert sorted(SCENARIOS) == sorted(name for spec in specs for name in spec.scenarios)


def test_what_a_policy_calls_python_is_the_one_that_peakguard_runs_in(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 97\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("PEAKGUARD_PROFILE", raising=False)
    assert run_scenario("verdicts", root=str(root), fault="reset").faults
