"""`peakguard gate`: green on a sound project, and each check red where a fault is planted for it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from peakguard.api.gate.checks import critical_paths as checked_paths
from peakguard.api.gate.checks import documents as checked_documents
from peakguard.api.gate.checks import policies as checked_policies
from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.proving import RanTests, Told
from peakguard.api.gate.subject import Subject
from peakguard.api.processes import Ended
from peakguard.cli import main
from peakguard.runtime.journal.segments import Segments, folder_of
from tests.functional.policies import CONTRACT, ERRORS

REPOSITORY = Path(__file__).resolve().parents[2]
GATE = """\
peakguard: 1
kind: gate
name: ci
version: 1.2.0
profiles:
  smoke: {checks: [policies, documents, locks, critical_paths], budget: 60s, paths: critical}
  full: {checks: [policies, documents, locks, replay, critical_paths], budget: 5m}
replay: {command: python job.py, seed: 7}
critical_paths:
  min_proven: 0.6
  mutants: killed.jsonl
  renew: python -m mutants
  catalogue:
    - {path: add, fault: wrong sum, proven_by: 'tests/test_sums.py::test_sum', mutant: sum-off, critical: true}
    - {path: add, fault: order matters, proven_by: 'tests/test_sums.py::test_order', mutant: order-off}
    - {path: add, fault: bad text, proven_by: 'tests/test_sums.py::TestText::test_text', mutant: text-off}
"""
SUMS = "def add(a, b):\n    return a + b\n"
TESTS = """\
import pytest
from sums import add

@pytest.mark.parametrize("a", [1, 2])
def test_sum(a):
    assert add(a, 2) == a + 2

def test_order():
    assert add(1, 2) == add(2, 1)

class TestText:
    def test_text(self):
        with pytest.raises(TypeError):
            add(1, "a")
"""
JOB = "import random\nwith open('out.txt', 'w') as file:\n    file.write(str(random.random()))\n"
FILES = {
    "policies/gate.yaml": GATE,
    "policies/errors.yaml": ERRORS,
    "contracts/bars.yaml": CONTRACT,
    "sums.py": SUMS,
    "tests/test_sums.py": TESTS,
    "job.py": JOB,
    ".gitignore": ".peakguard/\n__pycache__/\n",
    "conftest.py": "",
}
KILLERS = {
    "sum-off": "tests/test_sums.py::test_sum[1]",
    "order-off": "tests/test_sums.py::test_order",
    "text-off": "tests/test_sums.py::TestText::test_text",
}


SCHEMA = Draft202012Validator(json.loads((REPOSITORY / "docs" / "event.schema.json").read_text()))


def git(*arguments: str, cwd: Path) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def record(root: Path, killers: dict[str, str] | None = None) -> None:
    """Write the record of mutants as the files are now."""
    digests = {
        name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in ("sums.py", "tests/test_sums.py")
    }
    rows = [{"id": id, "killed_by": test, "files": digests} for id, test in (killers or KILLERS).items()]
    (root / "killed.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose gate is green."""
    root = tmp_path_factory.mktemp("sound")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    record(root)
    assert main(["docs", "--root", str(root)]) == 0
    git("init", "-q", cwd=root)
    git("add", "-A", cwd=root)
    git("commit", "-qm", "sound", cwd=root)
    return root


@pytest.fixture
def root(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that a test may break."""
    made = tmp_path / "project"
    shutil.copytree(sound, made)
    monkeypatch.chdir(made)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # which takes longer than the tests
    return made


Gate = Callable[..., dict[str, Any]]


@pytest.fixture
def gate(capsys: pytest.CaptureFixture[str]) -> Gate:
    """Run `peakguard gate ARGUMENTS…`; gives its JSON, with the exit code and what was said on stderr."""

    def run(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        code = main(["gate", "--format", "json", *arguments])
        captured = capsys.readouterr()
        return {**json.loads(captured.out), "code": code, "said": captured.err}

    return run


def of(found: dict[str, Any], check: str) -> dict[str, Any]:
    row: dict[str, Any] = next(each for each in found["checks"] if each["check"] == check)
    return row


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new))


def test_a_sound_project_is_green(root: Path, gate: Gate) -> None:
    found = gate()
    assert [(row["check"], row["state"]) for row in found["checks"]] == [
        ("policies", "passed"), ("documents", "passed"), ("locks", "passed"), ("critical_paths", "passed"),
    ]  # fmt: skip # a table
    assert (found["code"], found["verdict"], found["profile"], found["over_budget"]) == (0, "passed", "smoke", False)
    assert of(found, "critical_paths")["data"] == {
        "rows": 3, "proven": 3, "critical": 1, "critical_proven": 1, "run": 1,
    }  # fmt: skip # a table
    assert found["said"].count("passed") == 4
    events = [event for event in Segments(folder_of(str(root))).read() if event is not None]
    assert [(event["event_name"], event["attributes"]["verdict"]) for event in events] == [("gate_ended", "passed")]
    assert [error.message for event in events for error in SCHEMA.iter_errors(event)] == []


@pytest.mark.usefixtures("passing")
def test_a_finding_in_a_policy_is_red_and_the_others_are_run(root: Path, gate: Gate) -> None:
    edit(root / "contracts" / "bars.yaml", "high >= low", "high >= lw")
    found = gate("--check", "policies", "--check", "documents", "--check", "critical_paths")
    assert [row["state"] for row in found["checks"]] == ["failed", "failed", "passed"]
    assert "contracts/bars.yaml:11" in of(found, "policies")["details"][0]
    assert found["code"] == 1


def test_a_warning_is_red_too(root: Path, gate: Gate) -> None:
    edit(root / "policies" / "gate.yaml", "budget: 60s", "budget: 90s")
    assert of(gate("--check", "policies"), "policies")["state"] == "failed"


@pytest.mark.parametrize("fault", ["stale", "missing"])
def test_a_document_that_is_not_what_the_policies_say_is_red(fault: str, root: Path, gate: Gate) -> None:
    page = root / "docs" / "ERROR_CODES.md"
    page.write_text(page.read_text() + "more\n") if fault == "stale" else page.unlink()
    row = of(gate("--check", "documents"), "documents")
    assert row["state"] == "failed"
    assert "docs/ERROR_CODES.md" in row["found"]


LINE = "test PT-1001 bar_bad active 0.1.0 symbol:string\n"


def code_removed(root: Path) -> None:
    """The code and its line go together: no check of the present files can see it."""
    (root / "policies" / "errors.yaml").unlink()
    (root / "policies" / "errors.lock").unlink()
    edit(root / "contracts" / "bars.yaml", ", error: PT-1001", "")


def line_removed(root: Path) -> None:
    (root / "policies" / "errors.lock").write_text("")


def name_changed(root: Path) -> None:
    for name in ("errors.yaml", "errors.lock"):
        edit(root / "policies" / name, "bar_bad", "bar_odd")


def since_changed(root: Path) -> None:
    lock = root / "policies" / "errors.lock"
    words = lock.read_text().split(" ")
    lock.write_text(" ".join([*words[:4], "9.9.9", *words[5:]]))


@pytest.mark.parametrize(
    ("plant", "problem"),
    [(code_removed, "gone"), (line_removed, "vanished"), (name_changed, "was bar_bad"), (since_changed, "9.9.9")],
)
def test_what_a_lock_file_said_before_stays(
    plant: Callable[[Path], None], problem: str, root: Path, gate: Gate
) -> None:
    assert of(gate("--check", "locks"), "locks")["state"] == "passed"
    plant(root)
    row = of(gate("--check", "locks"), "locks")
    assert row["state"] == "failed"
    assert problem in row["details"][-1]


def test_a_code_that_was_retired_stays_so(root: Path, gate: Gate) -> None:
    lock = root / "policies" / "errors.lock"
    retired = lock.read_text().replace("active", "retired")
    lock.write_text(retired)
    git("commit", "-qam", "retired", cwd=root)
    lock.write_text(retired.replace("retired", "active"))
    row = of(gate("--check", "locks"), "locks")
    assert (row["state"], "was retired" in row["details"][-1]) == ("failed", True)


def test_a_branch_is_compared_with_where_it_left_the_base(root: Path, gate: Gate) -> None:
    git("switch", "-qc", "change", cwd=root)
    line_removed(root)
    git("commit", "-qam", "a line less", cwd=root)
    assert of(gate("--check", "locks"), "locks")["state"] == "failed"


@pytest.mark.parametrize("fault", ["no branch", "no repository"])
def test_without_a_base_nothing_passes(fault: str, root: Path, gate: Gate) -> None:
    git("branch", "-m", "trunk", cwd=root) if fault == "no branch" else shutil.rmtree(root / ".git")
    row = of(gate("--check", "locks"), "locks")
    assert (row["state"], row["found"][:6]) == ("failed", "PG2143")
    assert "fetch" in row["todo"].lower()


def test_a_reference_run_that_differs_is_red(root: Path, gate: Gate) -> None:
    """The seed is given to `random`; the number of this process is none of what a run pins."""
    edit(root / "job.py", "str(random.random())", "str((random.random(), __import__('os').getpid()))")
    row = of(gate("--profile", "full", "--check", "replay"), "replay")
    assert (row["state"], "out.txt" in row["found"]) == ("failed", True)
    assert row["data"]["run_id"] in row["todo"]


@pytest.mark.slow
def test_a_reference_run_that_is_repeated_leaves_no_record(root: Path, gate: Gate) -> None:
    assert of(gate("--profile", "full", "--check", "replay"), "replay")["state"] == "passed"
    assert list((root / ".peakguard" / "runs" / "keys").iterdir()) == []


def test_a_reference_run_that_fails_is_red(root: Path, gate: Gate) -> None:
    (root / "job.py").write_text("raise KeyError('bars')\n")
    row = of(gate("--profile", "full", "--check", "replay"), "replay")
    assert (row["state"], "KeyError" in row["found"]) == ("failed", True)


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that are named pass, without being run."""

    def run(tests: list[str], *_: object) -> RanTests:
        return RanTests({test: Told("passed") for test in tests}, Ended(0, "", ""))

    monkeypatch.setattr(checked_paths, "run_tests", run)


def catalogue(gate: Gate, *words: str) -> tuple[str, list[str], dict[str, Any]]:
    row = of(gate("--check", "critical_paths", *words), "critical_paths")
    return row["state"], row["details"], row


def test_a_test_that_fails_is_red(root: Path, gate: Gate) -> None:
    edit(root / "sums.py", "a + b", "a + b + 1")
    state, details, row = catalogue(gate)
    assert state == "failed"
    assert "test_sum failed: " in details[0]
    assert row["data"]["run"] == 3, "a changed file has all of its rows run"


@pytest.mark.usefixtures("passing")
def test_a_test_that_was_deleted_is_red_though_the_share_is_kept(root: Path, gate: Gate) -> None:
    edit(root / "tests" / "test_sums.py", "def test_order", "def order")
    record(root)
    state, details, row = catalogue(gate)
    assert (state, row["data"]["proven"]) == ("failed", 2)
    assert details == ["add, order matters: tests/test_sums.py::test_order is not in the file: it has no `test_order`"]


def test_a_test_that_is_skipped_proves_nothing(root: Path, gate: Gate) -> None:
    edit(root / "tests" / "test_sums.py", "@pytest.mark.param", "@pytest.mark.skip('later')\n@pytest.mark.param")
    record(root)
    state, details, _ = catalogue(gate)
    assert (state, "test_sum skipped: " in details[0]) == ("failed", True)


def test_a_case_that_is_not_there_keeps_no_other_test_from_running(root: Path, gate: Gate) -> None:
    edit(root / "policies" / "gate.yaml", "test_sum'", "test_sum[9]'")
    state, details, row = catalogue(gate, "--profile", "full")
    assert (state, row["data"]["proven"]) == ("failed", 2)
    assert details == ["add, wrong sum: tests/test_sums.py::test_sum[9] not run: there is no such test"]
    assert "pytest" in row["todo"]


@pytest.mark.usefixtures("passing")
@pytest.mark.parametrize(
    ("killers", "problem"),
    [
        ({**KILLERS, "sum-off": ""}, "survives"),
        ({**KILLERS, "sum-off": KILLERS["order-off"]}, "was not seen to fail with sum-off; tests/test_sums.py::"),
        ({key: value for key, value in KILLERS.items() if key != "sum-off"}, "was not seen to fail"),
    ],
)
def test_a_critical_mutant_that_survives_is_red_whatever_the_share(
    killers: dict[str, str], problem: str, root: Path, gate: Gate
) -> None:
    record(root, killers)
    state, details, row = catalogue(gate)
    assert (state, row["data"]["proven"], row["data"]["critical_proven"]) == ("failed", 2, 0)
    assert problem in details[0]
    assert row["todo"].startswith("Run `python -m mutants sum-off`")


@pytest.mark.usefixtures("passing")
def test_a_record_of_other_texts_proves_nothing(root: Path, gate: Gate) -> None:
    with open(root / "sums.py", "a") as file:
        file.write("# another\n")
    state, details, row = catalogue(gate)
    assert (state, row["data"]["proven"]) == ("failed", 0)
    assert "stale: sums.py changed" in details[0]


@pytest.mark.usefixtures("passing")
def test_a_proof_that_names_no_files_proves_nothing(root: Path, gate: Gate) -> None:
    path = root / "killed.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(f"{json.dumps({**row, 'files': {}})}\n" for row in rows))
    state, details, row = catalogue(gate)
    assert (state, row["data"]["proven"]) == ("failed", 0)
    assert "names no files" in details[0]


@pytest.mark.usefixtures("passing")
def test_the_share_of_rows_that_are_not_critical_counts(root: Path, gate: Gate) -> None:
    record(root, {**KILLERS, "text-off": ""})
    assert catalogue(gate)[0] == "passed", "two of three are 67 %"
    edit(root / "policies" / "gate.yaml", "min_proven: 0.6", "min_proven: 0.7")
    assert catalogue(gate)[0] == "failed"


@pytest.mark.parametrize("text", [None, "{}\n", "[1]\n", "{\n", "x\n"])
def test_without_a_record_nothing_is_proven(text: str | None, root: Path, gate: Gate) -> None:
    (root / "killed.jsonl").unlink() if text is None else (root / "killed.jsonl").write_text(text)
    row = of(gate("--check", "critical_paths"), "critical_paths")
    assert (row["state"], row["found"][:5]) == ("failed", "PG984")


@pytest.mark.usefixtures("root")
def test_a_check_that_breaks_fails_by_itself(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Outcome:
        raise ZeroDivisionError("for the test")

    monkeypatch.setattr(checked_policies, "check", broken)
    found = gate("--check", "policies", "--check", "documents")
    assert [row["state"] for row in found["checks"]] == ["failed", "passed"]
    row = of(found, "policies")
    assert "ZeroDivisionError: for the test" in row["found"]
    assert "Traceback" in row["details"][0]
    assert found["code"] == 1


def test_beyond_its_budget_the_gate_is_red(root: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """All passes; what comes after the budget is used up is red too, and does not run."""
    edit(root / "policies" / "gate.yaml", "budget: 60s", "budget: 1ms")
    monkeypatch.setattr(checked_documents, "check", lambda _: pytest.fail("was run"))
    found = gate("--profile", "smoke", "--check", "policies", "--check", "documents")
    assert (found["over_budget"], found["verdict"], found["code"]) == (True, "failed", 1)
    assert "budget" in of(found, "documents")["found"]


def test_beyond_its_budget_the_gate_is_red_though_all_passed(
    root: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(root / "policies" / "gate.yaml", "budget: 60s", "budget: 1ms")
    monkeypatch.setattr(Subject, "is_over", lambda _: False)
    found = gate("--profile", "smoke", "--check", "policies")
    assert [row["state"] for row in found["checks"]] == ["passed"]
    assert (found["over_budget"], found["verdict"], found["code"]) == (True, "failed", 1)


def test_a_test_that_hangs_ends_with_the_budget(root: Path, gate: Gate) -> None:
    edit(root / "policies" / "gate.yaml", "budget: 60s", "budget: 2s")
    edit(root / "tests" / "test_sums.py", "assert add(a, 2) == a + 2", "__import__('time').sleep(60)")
    record(root)
    state, details, _ = catalogue(gate, "--profile", "smoke")
    assert (state, "the budget was used up" in details[0]) == ("failed", True)


SKIP = "skip: {documents: {reason: moved to another repository, until: 2030-01-31}}\n"


def test_a_skip_is_told_with_its_reason_and_ends(root: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "docs" / "ERROR_CODES.md").unlink()
    with open(root / "policies" / "gate.yaml", "a") as file:
        file.write(SKIP)
    monkeypatch.setenv("PEAKGUARD_TODAY", "2030-01-31")
    found = gate("--check", "documents")
    assert (of(found, "documents")["state"], found["code"]) == ("skipped", 0)
    assert of(found, "documents")["found"] == "moved to another repository (until 2030-01-31)"
    monkeypatch.setenv("PEAKGUARD_TODAY", "2030-02-01")
    assert of(gate("--check", "documents"), "documents")["state"] == "failed"


@pytest.mark.usefixtures("root")
def test_a_check_of_which_the_policy_says_nothing_is_red(gate: Gate) -> None:
    row = of(gate("--check", "overhead"), "overhead")
    assert (row["state"], row["todo"]) == ("failed", "Write `overhead:` into the gate")


def test_a_gate_that_observes_stops_nothing(root: Path, gate: Gate) -> None:
    (root / "docs" / "ERROR_CODES.md").unlink()
    edit(root / "policies" / "gate.yaml", "version: 1.2.0", "version: 1.2.0\nmode: observe")
    found = gate("--check", "documents")
    assert (found["verdict"], found["mode"], found["code"]) == ("failed", "observe", 0)


def test_every_form_says_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "docs" / "ERROR_CODES.md").unlink()
    words = ["gate", "--check", "policies", "--check", "documents", "--quiet"]
    assert main([*words, "--junit", "gate.xml", "--markdown", "gate.md", "--json", "gate.json"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert [line.split()[:2] for line in captured.out.splitlines() if line[:6] in ("passed", "failed")] == [
        ["passed", "policies"], ["failed", "documents"],
    ]  # fmt: skip # a table
    assert "-> Run `peakguard docs`" in captured.out
    suite = ET.parse(root / "gate.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "1")
    assert [case.attrib["name"] for case in suite if case.find("failure") is not None] == ["documents"]
    markdown = (root / "gate.md").read_text()
    assert markdown.count("| ❌ failed | documents |") == 1
    assert json.loads((root / "gate.json").read_text())["verdict"] == "failed"
    assert main([*words, "--format", "markdown", "--output", "again.md"]) == 1
    assert capsys.readouterr().out == ""
    assert (root / "again.md").read_text().splitlines()[2] == markdown.splitlines()[2]


@pytest.mark.parametrize(
    ("words", "old", "new", "code"),
    [
        (["--profile", "smok"], "", "", "PG2141"),
        ([], "kind: gate", "kind: gaet", "PG203"),
        ([], "budget: 60s", "budget: long", "PG211"),
    ],
)
def test_a_gate_that_cannot_be_run_is_refused(
    words: list[str], old: str, new: str, code: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if old:
        edit(root / "policies" / "gate.yaml", old, new)
    assert main(["gate", *words]) == 2
    assert code in capsys.readouterr().err


def test_a_project_without_a_gate_is_told_how_to_have_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "policies" / "gate.yaml").unlink()
    assert main(["gate"]) == 2
    assert "PG2140" in capsys.readouterr().err


def test_the_catalogue_is_held_against_tests_and_mutants_when_asked(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def codes() -> list[tuple[str, int]]:
        capsys.readouterr()
        main(["check", "--resolve", "--format", "json"])
        found = json.loads(capsys.readouterr().out)["diagnostics"]
        return sorted((each["code"], each["line"]) for each in found)

    assert codes() == []
    edit(root / "policies" / "gate.yaml", "::test_order", "::test_odd")
    edit(root / "policies" / "gate.yaml", "mutant: text-off", "mutant: text-of")
    assert codes() == [("PG982", 15), ("PG983", 15), ("PG983", 16)]
    (root / "killed.jsonl").unlink()
    assert codes() == [("PG982", 15), ("PG984", 11)]
