"""A function of the program, with guards on and off, in a process of its own: timed, or run for callgrind to count.

`python -m peakguard.api.overhead.inside` reads what to do from standard input as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from peakguard.api.overhead.arms import function_arms
from peakguard.api.overhead.measure import CLOCKS, measure
from peakguard.api.policies import load
from peakguard.runtime.errors import PeakguardError

COUNTED_SECONDS = 0.05
"""What is counted takes about so long, without callgrind."""


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked: `time`, `calls` (how often a function is called for a count), or `count`."""
    policies = load(asked["root"])
    work = _function(asked["target"])
    if asked["do"] == "time":
        arms = function_arms(work, lambda: policies.attached(mode="enforce"), asked["clock"])
        numbers = {name: asked[name] for name in ("limit", "plant", "first", "most", "seconds")}
        return measure(*arms, clock=CLOCKS[asked["clock"]], **numbers).plain()
    if asked["do"] == "calls":
        begun = time.process_time()
        work()
        return {"calls": max(1, round(COUNTED_SECONDS / max(time.process_time() - begun, 1e-7)))}
    if asked["guarded"]:
        with policies.attached():
            _counted(work, asked["calls"])
    else:
        _counted(work, asked["calls"])
    return {}


def _counted(work: Callable[[], object], calls: int) -> None:
    """Call a function while callgrind counts; what is loaded or compiled at the first call is not counted."""
    for _ in range(3):
        work()
    _instrumentation("on")
    for _ in range(calls):
        work()
    _instrumentation("off")


def _instrumentation(how: str) -> None:
    command = ["callgrind_control", "-i", how, str(os.getpid())]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 # beside valgrind


def _function(target: str) -> Callable[[], object]:
    module, _, name = target.partition(":")
    found: Callable[[], object] = getattr(import_module(module), name)
    return found


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(main(json.loads(sys.stdin.read()))))
    except PeakguardError as error:
        raise SystemExit(f"peakguard: {error}") from error
