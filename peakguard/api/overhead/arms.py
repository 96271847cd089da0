"""What is timed: a program that is run, or a function that is called."""

from __future__ import annotations

import os
import resource
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from peakguard.api.overhead.measure import CLOCKS, Arm
from peakguard.api.processes import path_with_us, run_to_end
from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

LEAST = 0.005
"""Seconds of calls in a row; clocks are too coarse for less."""
SAMPLES = 5
"""How often these are timed; the least counts, for what comes on top of it is of other programs."""


def command_arms(
    command: str, root: str, folder: str, clock: str = "cpu", *, seconds: float | None = None
) -> tuple[Arm, Arm]:
    """A program bare, and under `peakguard run`, each in a process of its own; one run may take so many `seconds`.

    Raises PeakguardError (PG2142) when it is run and does not end well.
    """
    words = split(command)
    guarded = [sys.executable, "-m", "peakguard", "run", "--root", root, "--", *words]
    given = {**os.environ, "PATH": path_with_us()}
    return (
        _program(words, folder, clock, given, "bare", seconds),
        _program(guarded, folder, clock, given, "guarded", seconds),
    )


def split(command: str) -> list[str]:
    """The words of a command. Raises PeakguardError (PG2142) for quotes that do not end."""
    try:
        return shlex.split(command)
    except ValueError as error:
        raise PeakguardError(codes.OVERHEAD_UNMEASURED, what=command, problem=str(error).lower()) from error


def function_arms(
    work: Callable[[], object], guards: Callable[[], AbstractContextManager[object]], clock: str
) -> tuple[Arm, Arm]:
    """A function called bare, and inside `guards()`; putting guards on and the first call inside are not timed.

    It is called as often as the clock needs, five times over; the least of the five counts.
    """
    now = CLOCKS[clock]
    begun = now()
    work()
    calls = max(1, round(LEAST / max(now() - begun, 1e-7)))

    def timed() -> float:
        start = now()
        for _ in range(calls):
            work()
        return now() - start

    def bare() -> float:
        return min(timed() for _ in range(SAMPLES))

    def guarded() -> float:
        with guards():
            work()
            return bare()

    return bare, guarded


def _program(
    words: Sequence[str], folder: str, clock: str, environment: Mapping[str, str], which: str, seconds: float | None
) -> Callable[[], float]:
    def run() -> float:
        begun, before = time.perf_counter(), _children()
        try:
            done = run_to_end(words, folder, environment, seconds=seconds)
        except OSError as error:
            raise _unmeasured(words[0], which, (error.strerror or str(error)).lower()) from error
        taken = time.perf_counter() - begun if clock == "wall" else _children() - before
        if done.code is None:
            raise _unmeasured(words[0], which, f"it took more than {seconds or 0:.0f} s")
        if done.code:
            raise _unmeasured(words[0], which, f"exit code {done.code}: {done.last_words}")
        return taken

    return run


def _unmeasured(word: str, which: str, problem: str) -> PeakguardError:
    return PeakguardError(codes.OVERHEAD_UNMEASURED, what=f"{os.path.basename(word)}, {which}", problem=problem)


def _children() -> float:
    """Seconds that processes which have ended kept the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
