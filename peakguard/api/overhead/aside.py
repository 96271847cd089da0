"""Asking the process of `inside`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.processes import run_to_end
from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError


class Answer(NamedTuple):
    """What the process found, and what it wrote to stderr."""

    found: dict[str, Any]
    errors: str


def answer(
    asked: Mapping[str, Any], environment: Mapping[str, str], seconds: float | None, under: Sequence[str] = ()
) -> Answer:
    """Ask, `under` another program if it is given. Raises PeakguardError (PG2142) where there is no answer."""
    command = [*under, sys.executable, "-m", "peakguard.api.overhead.inside"]
    done = run_to_end(command, os.getcwd(), environment, seconds=seconds, given=json.dumps(asked))
    if done.code != 0:
        problem = done.last_words if done.code is not None else f"it took more than {seconds or 0:.0f} s"
        raise PeakguardError(codes.OVERHEAD_UNMEASURED, what=asked["target"], problem=problem)
    # The program may print, too; the answer is the last line.
    return Answer(json.loads(done.out.splitlines()[-1]), done.errors)
