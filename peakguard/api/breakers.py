"""The breakers that processes of a host share, from outside: what `peakguard breaker` shows and moves."""

from __future__ import annotations

import os
import time
from typing import Any

from peakguard.api.policies import load
from peakguard.diagnostics import codes
from peakguard.kinds.resilience.host_breaker import HostBreaker
from peakguard.kinds.resilience.host_memory import HostMemory
from peakguard.kinds.resilience.policy import breakers_folder
from peakguard.runtime.clock import REAL
from peakguard.runtime.errors import PeakguardError

MOVES = {"open": "forced_open", "close": "closed", "reset": "closed"}
"""What an operator says, and the state that a breaker goes into."""


def breakers(root: str | None) -> list[dict[str, Any]]:
    """Every breaker of a project: its scope, and where it is shared its state and the seconds to its next trial.

    Raises PolicyError for a project with errors.
    """
    policies = load(root)
    folder = breakers_folder(policies.root)
    rows = []
    for table in policies.tables("resilience").values():
        for name, policy in table["policies"].items():
            if "breaker" in policy:
                rows.append(_row(name, policy["breaker"], folder))
    return sorted(rows, key=lambda row: str(row["policy"]))


def move(name: str, action: str, root: str | None) -> dict[str, Any]:
    """Move a breaker for all processes of the host; each sees it at its next call.

    Raises PeakguardError (PG2005) for a policy that has no breaker, or one that is not shared.
    """
    policies = load(root)
    found = {
        each: policy["breaker"]
        for table in policies.tables("resilience").values()
        for each, policy in table["policies"].items()
        if policy.get("breaker", {}).get("scope") == "host"
    }
    if name not in found:
        from peakguard.diagnostics.wording import did_you_mean

        known = ", ".join(sorted(found)) or "none"
        data = {"kind": "breaker of `scope: host`", "name": name, "known": known}
        raise PeakguardError(codes.UNKNOWN_POLICY, suggestion=did_you_mean(name, list(found)), **data)
    folder = breakers_folder(policies.root)
    HostBreaker(name, found[name], REAL, policies.digest, folder).force(MOVES[action])  # type: ignore[arg-type] # a State
    return _row(name, found[name], folder)


def _row(name: str, settings: dict[str, Any], folder: str) -> dict[str, Any]:
    row: dict[str, Any] = {"policy": name, "scope": settings["scope"], "state": None, "trial_in_seconds": None}
    if settings["scope"] != "host":
        return row
    row["state"] = "closed"
    if os.path.exists(os.path.join(folder, f"{name}.breaker")):
        memory = HostMemory(folder, name)
        with memory.locked():
            record = memory.read()
        if record is not None:
            row["state"] = record.state
            if record.state == "open":
                row["trial_in_seconds"] = round(max(0.0, record.until - time.monotonic()), 3)
    return row
