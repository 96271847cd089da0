"""A function of the program, with guards on and off, in a process of its own: timed, or run for callgrind to count.

`python -m peakguard.api.overhead.inside` reads what to do from standard input as JSON.
"""

from __future__ import annotations

import json
import os
import re
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

COUNTED_SECONDS = 0.25
"""What is counted takes about so long under valgrind, before it counts."""

_COUNT = re.compile(r"^\s*Th \d+\s+([\d,]+)", re.MULTILINE)


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked: `time`, or `count`, which needs callgrind around this process."""
    policies = load(asked["root"])
    work = _function(asked["target"])
    if asked["do"] == "time":
        arms = function_arms(work, lambda: policies.attached(mode="enforce"), asked["clock"])
        numbers = {name: asked[name] for name in ("limit", "plant", "first", "most", "seconds")}
        return measure(*arms, clock=CLOCKS[asked["clock"]], **numbers).plain()
    begun = time.process_time()
    work()
    calls = max(1, round(COUNTED_SECONDS / max(time.process_time() - begun, 1e-7)))
    bare = _counted(work, calls)
    with policies.attached(mode="enforce"):
        guarded = _counted(work, calls)
    return {"bare": bare, "guarded": guarded, "control": _counted(work, calls)}


def _counted(work: Callable[[], object], calls: int) -> int:
    """Instructions of some calls; what is loaded or made at the first of them is not counted."""
    for _ in range(3):
        work()
    _callgrind("-i", "on")
    _callgrind("-z")
    for _ in range(calls):
        work()
    said = _callgrind("-e")
    _callgrind("-i", "off")
    return sum(int(count.replace(",", "")) for count in _COUNT.findall(said))


def _callgrind(*words: str) -> str:
    """Tell callgrind, around this process, to start, to forget or to say what it counted."""
    command = ["callgrind_control", *words, str(os.getpid())]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 # beside valgrind


def _function(target: str) -> Callable[[], object]:
    module, _, name = target.partition(":")
    found: Callable[[], object] = getattr(import_module(module), name)
    return found


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(main(json.loads(sys.stdin.read()))))
    except PeakguardError as error:
        raise SystemExit(f"peakguard: {error}") from error
