"""Runs a program as a process would, and gives what a dying one prints."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import NamedTuple

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis.fault import Program

PATIENCE = 4.0
"""Seconds after which a bare program is taken to hang."""


class Printed(NamedTuple):
    """What was printed, and whether the program ended well; `run_id` is empty where there was no run."""

    text: str
    is_well: bool
    run_id: str = ""


def bare(program: Program) -> Printed:
    """Run a program without peakguard; in a thread, for it may hang."""
    ended: list[Printed] = []
    worker = threading.Thread(target=lambda: ended.append(_run(program)), daemon=True)
    worker.start()
    worker.join(PATIENCE)
    return ended[0] if ended else Printed("", is_well=False)


def guarded(program: Program, policies: PolicySet) -> Printed:
    """Run it under its policies, inside a run, with the hook that tells how a program dies."""
    hooks = policies.install_excepthook()
    try:
        with policies.attached(), policies.run("nightly") as run:
            run_id = run.run_id
            return _run(program)._replace(run_id=run_id)
    finally:
        hooks.undo()


def _run(program: Program) -> Printed:
    with _captured() as stream:
        try:
            program()
        except SystemExit as error:
            return Printed(stream.getvalue(), is_well=error.code in (0, None))
        except Exception as error:  # noqa: BLE001 # what it dies of is what is looked at
            try:
                sys.excepthook(type(error), error, error.__traceback__)
            except SystemExit:
                pass
            return Printed(stream.getvalue(), is_well=False)
        return Printed(stream.getvalue(), is_well=True)


@contextmanager
def _captured() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream
