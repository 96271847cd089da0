"""Mutants drawn by a seed, each against the whole gate: the command that stands in front of every change."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.mutation import record
from tests.mutation.mutant import Mutant
from tests.mutation.workspace import REPOSITORY, Workspace

GATE = ("peakguard", "gate", "--profile", "smoke", "--format", "json")
"""What runs in the copy, as a module of this Python. Its exit code decides: 0 lets a change in, 1 refuses it."""
POLICY = REPOSITORY / "policies" / "gate.yaml"
LONGEST = 900
_GIT = ("git", "-c", "user.name=mutants", "-c", "user.email=mutants@example.com", "-c", "commit.gpgsign=false")


class Verdict(NamedTuple):
    """What the gate said: its exit code, and the checks that did not pass, each with what it found."""

    code: int
    checks: tuple[str, ...]
    seconds: float


def draw(mutants: Sequence[Mutant], count: int, seed: int) -> int:
    """Plant drawn stability faults one at a time; exits 1 unless the gate refuses each and lets the clean tree pass.

    Drawn are those of the gate's catalogue of critical paths: what it does not name it does not promise to catch.
    A change makes what is recorded of its file stale, which alone would turn the gate red. The copy's record is renewed
    as whoever made the change could have done it, so that a test has to notice.
    """
    pool = [each for each in mutants if each.is_of_stability and each.id in _catalogue()]
    drawn = random.Random(seed).sample(pool, count)
    with tempfile.TemporaryDirectory(prefix="gate.") as folder:
        workspace = Workspace(Path(folder))
        _commit(workspace)
        print(f"gate: {' '.join(GATE)}; drawn from {len(pool)} mutants", flush=True)
        clean = _ask(workspace)
        _show("without a fault", clean)
        caught = 0
        for mutant in drawn:
            with workspace.planted(mutant):
                _renew(workspace, mutant.file)
                verdict = _ask(workspace)
            _renew(workspace, mutant.file)
            caught += verdict.code == 1
            _show(mutant.id, verdict)
    print(f"{caught} of {count} drawn mutants (seed {seed}) are refused by the gate", flush=True)
    if clean.code:
        print("the gate refuses the tree without any fault: its refusals show nothing")
    return 0 if caught == count and clean.code == 0 else 1


def _catalogue() -> set[str]:
    rows = yaml.safe_load(POLICY.read_text())["critical_paths"]["catalogue"]
    return {row["mutant"] for row in rows if "mutant" in row}


def _show(what: str, verdict: Verdict) -> None:
    word = {0: "passes", 1: "refused"}.get(verdict.code, f"BROKEN (exit code {verdict.code})")
    print(f"{word:8} {what} ({verdict.seconds:.0f} s)", *verdict.checks, sep="\n    ", flush=True)


def _commit(workspace: Workspace) -> None:
    """The clean tree as the main branch, which a change is compared with."""
    shutil.copy(record.RECORD, workspace.root / "tests" / "mutation")
    (workspace.root / ".gitignore").write_text(".peakguard/\n__pycache__/\noutput.txt\nfailed.txt\n")
    for words in (("init", "--quiet", "--initial-branch=main"), ("add", "."), ("commit", "--quiet", "-m", "clean")):
        subprocess.run([*_GIT, *words], cwd=workspace.root, check=True, capture_output=True)


def _renew(workspace: Workspace, file: str) -> None:
    """Let the record of the copy know the present content of a file."""
    path = workspace.root / "tests" / "mutation" / record.RECORD.name
    entries = record.read(path)
    for entry in entries.values():
        if file in entry["files"]:
            entry["files"][file] = record.digest_of(workspace.root / file)
    record.write(entries, path)


def _ask(workspace: Workspace) -> Verdict:
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(workspace.root)}
    done = subprocess.run(
        [sys.executable, "-m", *GATE],
        cwd=workspace.root, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST,
    )  # fmt: skip # a line each would be longer
    try:
        rows = json.loads(done.stdout)["checks"]
    except (ValueError, KeyError):
        return Verdict(done.returncode, (done.stderr.strip()[-500:],), time.monotonic() - started)
    failed = [f"{each['check']}: {each['found']}" for each in rows if each["state"] not in ("passed", "skipped")]
    return Verdict(done.returncode, tuple(failed), time.monotonic() - started)
