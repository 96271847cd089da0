"""`set_testing`: tests of a program do not wait for what its policies wait for."""

from __future__ import annotations

from peakguard.runtime.clock import set_waiting


def set_testing(on: bool = True) -> None:
    """Whether retries and rate limits go on at once instead of waiting; for the tests of a program.

    Everything else stays: attempts are counted, breakers open, and a breaker that is open stays so for its time.
    """
    set_waiting(not on)
