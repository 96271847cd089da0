"""Plants mutants and asks the tests that are named for each, several at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from tests.mutation import record
from tests.mutation.mutant import Mutant
from tests.mutation.workspace import DidNotRun, Workspace


class Judged(NamedTuple):
    """What became of a mutant: `killed_by` names the test, `problem` why nothing is shown; `seen` what it stood in."""

    mutant: Mutant
    killed_by: str
    problem: str
    seconds: float
    seen: dict[str, Any]

    @property
    def is_caught(self) -> bool:
        """Whether a test fails with it."""
        return bool(self.killed_by) and not self.problem


def judge(mutant: Mutant, workspace: Workspace) -> Judged:
    """Run the tests of a mutant with it, until one fails."""
    seen = record.seen_in(mutant, workspace.root)
    try:
        with workspace.planted(mutant):
            ran = workspace.run(mutant.tests, "-x")
    except DidNotRun as error:
        return Judged(mutant, "", f"its tests did not run: {error}", 0.0, seen)
    return Judged(mutant, ran.failed[0] if ran.failed else "", "", ran.seconds, seen)


def judge_all(mutants: Sequence[Mutant], workers: int, tell: Callable[[Judged], None]) -> None:
    """Judge mutants, each worker in a copy of its own; `tell` hears each as it ends, in one thread at a time.

    In the end the tests that failed are run without any fault: `tell` hears again of a mutant whose test fails then.
    """
    with tempfile.TemporaryDirectory(prefix="mutants.") as folder:
        free: SimpleQueue[Workspace] = SimpleQueue()
        made = [_workspace(Path(folder) / str(number)) for number in range(min(workers, len(mutants)))]
        for each in made:
            free.put(each)

        def one(mutant: Mutant) -> Judged:
            workspace = free.get()
            try:
                return judge(mutant, workspace)
            finally:
                free.put(workspace)

        caught = []
        try:
            with ThreadPoolExecutor(workers) as pool:
                for future in as_completed([pool.submit(one, mutant) for mutant in mutants]):
                    tell(future.result())
                    caught += [future.result()] if future.result().is_caught else []
            for judged in _unfit(caught, made):
                tell(judged)
        finally:
            for each in made:
                each.close()


def _workspace(root: Path) -> Workspace:
    root.mkdir()
    return Workspace(root)


def _unfit(caught: Sequence[Judged], workspaces: Sequence[Workspace]) -> Iterable[Judged]:
    """Those whose tests fail without the fault too: what they say of it is nothing."""
    if not caught:
        return
    failed = set(workspaces[0].run(sorted({each.killed_by for each in caught})).failed)
    for each in caught:
        if each.killed_by in failed:
            yield each._replace(problem=f"{each.killed_by} fails without the fault too")
