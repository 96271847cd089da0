"""Mutants drawn by a seed, each against the whole gate: the command that stands in front of every change."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.mutant import Mutant
from tests.mutation.workspace import Workspace

TESTS = "{tests}"

GATE: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "peakguard"),
    ("mypy",),
    ("pytest", "-q", "-x", "-n", "0", TESTS),
)
"""What runs in the copy, as modules of this Python, until one refuses. `TESTS` stands for the tests of the mutant."""
LONGEST = 900


def draw(mutants: Sequence[Mutant], count: int, seed: int) -> int:
    """Plant drawn stability faults one at a time; exits 1 unless the gate refuses each and lets the clean tree pass."""
    drawn = random.Random(seed).sample([each for each in mutants if each.is_of_stability], count)
    with tempfile.TemporaryDirectory(prefix="gate.") as folder:
        workspace = Workspace(Path(folder))
        print("gate: " + "; ".join(" ".join(each) for each in GATE), flush=True)
        caught = 0
        for mutant in drawn:
            with workspace.planted(mutant):
                code, seconds, last = _gate(workspace, mutant)
            caught += code == 1
            print(
                f"{'refused' if code == 1 else f'PASSED (exit {code})'}  {mutant.id} ({seconds:.0f} s)\n    {last}",
                flush=True,
            )
        code, seconds, last = _gate(workspace, drawn[0])
    print(f"without a fault: {'passes' if code == 0 else f'REFUSED (exit {code})'} ({seconds:.0f} s)\n    {last}")
    print(f"{caught} of {count} drawn mutants (seed {seed}) are refused by the gate")
    return 0 if caught == count and code == 0 else 1


def _gate(workspace: Workspace, mutant: Mutant) -> tuple[int, float, str]:
    """The exit code of the gate, the seconds that it took, and the last line that it printed."""
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(workspace.root)}
    for command in GATE:
        words = [word for each in command for word in (mutant.tests if each == TESTS else [each])]
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=workspace.root, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST,
        )  # fmt: skip # a line each would be longer
        last = (done.stdout.strip() or done.stderr.strip() or "nothing").splitlines()[-1]
        if done.returncode:
            break
    return done.returncode, time.monotonic() - started, f"{command[0]}: {last}"
