"""Runs a program as a process would, and gives what a dying one prints."""

from __future__ import annotations

import ctypes
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import NamedTuple

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis.fault import Program, Programs

PATIENCE = 10.0
"""Seconds after which a bare program is taken to hang."""


class Printed(NamedTuple):
    """What was printed, and whether the program ended well; `run_id` is empty where there was no run."""

    text: str
    is_well: bool
    run_id: str = ""


def bare(programs: Programs) -> Printed:
    """Run a program without peakguard; in a thread, for it may hang."""
    ended: list[bool] = []
    worker = threading.Thread(target=lambda: ended.append(_ends_well(programs.bare)), daemon=True)
    with programs.planted, _captured() as stream:
        worker.start()
        worker.join(PATIENCE)
        if worker.is_alive():
            # What waits for ever stays where it is; what runs in a circle would do so until the end.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), ctypes.py_object(SystemExit))
            worker.join(1)
    return Printed(stream.getvalue(), is_well=bool(ended) and ended[0])


def guarded(programs: Programs, policies: PolicySet) -> Printed:
    """Run it under its policies, inside a run, with the hook that tells how a program dies."""
    hooks = policies.install_excepthook()
    try:
        with programs.planted, policies.attached(), policies.run("nightly") as run, _captured() as stream:
            is_well = _ends_well(programs.guarded)
            return Printed(stream.getvalue(), is_well, run.run_id)
    finally:
        hooks.undo()


def _ends_well(program: Program) -> bool:
    try:
        program()
    except SystemExit as error:
        return error.code in (0, None)
    except Exception as error:  # noqa: BLE001 # what it dies of is what is looked at
        with suppress(SystemExit):
            sys.excepthook(type(error), error, error.__traceback__)
        return False
    return True


@contextmanager
def _captured() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream
