"""What a halted run leaves behind: its last steps in a file, which `peakguard verify` takes as data."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.runtime.context import current
from peakguard.runtime.context.run import current_seed
from peakguard.runtime.fsops import write_atomic
from peakguard.runtime.invariant import Step
from peakguard.runtime.streams import say

if TYPE_CHECKING:
    from peakguard.runtime.errors import InvariantViolation


def write_artifact(
    root: str, table: Mapping[str, Any], error: InvariantViolation, steps: Sequence[Step], digest: str | None
) -> str | None:
    """Write the steps below `.peakguard/halts`; gives the path, None where that cannot be written, which is told."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = os.path.join(root, ".peakguard", "halts", table["name"], f"{moment}-{os.urandom(4).hex()}.json")
    context = current()
    held = {
        "format": 1,
        "policy": table["name"],
        "version": table["version"],
        "policy_set": digest,
        "run_id": context.run_id if context is not None else None,
        "seed": current_seed(),
        "trace_id": context.trace_id if context is not None else None,
        "code": error.code,
        "broken": [breach.id for breach in error.breaches],
        "steps": [{"step": each.number, **each.values} for each in steps],
    }
    try:
        write_atomic(path, json.dumps(held, indent=1, default=str, ensure_ascii=False).encode())
    except OSError as problem:
        say(f"peakguard: the last steps of the halted run cannot be written to {path}: {problem}\n")
        return None
    return path
