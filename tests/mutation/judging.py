"""Plants mutants and asks the tests that are named for each, several at a time."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from tests.mutation import record
from tests.mutation.mutant import Mutant
from tests.mutation.workspace import DidNotRun, Ran, Workspace


class Judged(NamedTuple):
    """What became of a mutant: `killed_by` names the test, or `problem` says why nothing is shown; `seen` are digests."""

    mutant: Mutant
    killed_by: str
    problem: str
    seconds: float
    seen: dict[str, str]

    @property
    def is_caught(self) -> bool:
        """Whether a test that passes without the fault fails with it."""
        return bool(self.killed_by) and not self.problem


def judge(mutant: Mutant, workspace: Workspace) -> Judged:
    """Run the tests of a mutant with it, and the one that failed without it."""
    seen = record.digests(mutant, workspace.root)
    try:
        with workspace.planted(mutant):
            ran = workspace.run(mutant.tests)
        control = workspace.control(ran.failed) if ran.failed else Ran("", 0.0)
    except DidNotRun as error:
        return Judged(mutant, "", f"its tests did not run\n{error}", 0.0, seen)
    except subprocess.TimeoutExpired as error:
        return Judged(mutant, "", f"its tests did not end in {error.timeout:.0f} s", error.timeout, seen)
    problem = f"{ran.failed} fails without the fault too" if control.failed else ""
    return Judged(mutant, ran.failed, problem, ran.seconds + control.seconds, seen)


def judge_all(mutants: Sequence[Mutant], workers: int, tell: Callable[[Judged], None]) -> list[Judged]:
    """Judge mutants, each worker in a copy of its own; `tell` hears each as it ends, in one thread at a time."""
    with tempfile.TemporaryDirectory(prefix="mutants.") as folder:
        free: SimpleQueue[Workspace] = SimpleQueue()
        for number in range(min(workers, len(mutants))):
            root = Path(folder) / str(number)
            root.mkdir()
            free.put(Workspace(root))

        def one(mutant: Mutant) -> Judged:
            workspace = free.get()
            try:
                return judge(mutant, workspace)
            finally:
                free.put(workspace)

        with ThreadPoolExecutor(workers) as pool:
            found = []
            for each in as_completed([pool.submit(one, mutant) for mutant in mutants]):
                tell(each.result())
                found.append(each.result())
            return found
