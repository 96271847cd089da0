"""`peakguard run` under an observability policy: programs that know nothing of it log with ids, and without secrets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run

FILES = {
    "policies/logs.yaml": """\
peakguard: 1
kind: observability
name: logs
version: 1.0.0
sinks:
  console: {to: stderr, level: warning}
  file: {to: .peakguard/logs/events.jsonl, level: debug}
levels: {vendor: info}
""",
    "program.py": """\
import logging, os, sys
logging.getLogger("vendor.http").info("GET https://me:hunter2@example.com/")
logging.getLogger("app").warning("key %s refused", os.environ["EXCHANGE_API_KEY"])
print("result")
if "--fail" in sys.argv:
    raise ValueError("password=" + os.environ["EXCHANGE_API_KEY"])
""",
}


@pytest.fixture
def root(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXCHANGE_API_KEY", "hunter2222")
    return project(FILES)


def test_a_program_that_knows_nothing_of_it(root: Path, peakguard: Run) -> None:
    done = peakguard("run", "--", "python", "program.py", cwd=root)
    assert (done.returncode, done.stdout) == (0, "result\n")
    shown = done.stderr.splitlines()[0].partition("Z ")[2]
    assert shown.startswith("[warning  ] key [redacted] refused")
    text = (root / ".peakguard" / "logs" / "events.jsonl").read_text()
    found = [json.loads(line) for line in text.splitlines()]
    assert [each.get("body", each["event_name"]) for each in found] == [
        "run_started", "GET https://[redacted]@example.com/", "key [redacted] refused", "run_ended",
    ]  # fmt: skip # one a line would be a page of its own
    assert len({each["run_id"] for each in found}) == 1
    assert "hunter2" not in text


def test_a_full_disk_of_the_log_changes_nothing(root: Path, peakguard: Run) -> None:
    text = FILES["policies/logs.yaml"].replace(".peakguard/logs/events.jsonl", "/dev/full")
    (root / "policies" / "logs.yaml").write_text(text)
    done = peakguard("run", "--", "python", "program.py", cwd=root)
    assert (done.returncode, done.stdout) == (0, "result\n")
    assert done.stderr.count("sink `file` cannot write") == 1


def test_a_closed_pipe_changes_nothing(root: Path) -> None:
    command = [sys.executable, "-m", "peakguard", "run", "--", sys.executable, "program.py"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.close()
        assert process.stdout is not None
        assert process.stdout.read() == "result\n"
    assert process.returncode == 0
