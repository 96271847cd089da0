"""Who may plant faults: test profiles only, and only a process that `peakguard chaos` has started for it.

Two locks, for a fault in production must be impossible, not unlikely: the profile, and a handle that nobody can hold
by accident.
"""

from __future__ import annotations

import hmac
import json
import os
import stat
from collections.abc import Mapping, MutableMapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import write_atomic

VARIABLE = "PEAKGUARD_CHAOS"
"""Names the handle, with a word that only its file holds too."""
PROFILE = "PEAKGUARD_PROFILE"
_FILE = "handle.json"


def permitted(table: Mapping[str, Any], scenario: str, profile: str | None) -> str:
    """The profile under which a scenario may run. Raises PeakguardError (PG2130) where it may not."""
    if table["mode"] == "off":
        problem = f"policy `{table['name']}` has `mode: off`"
    elif not profile:
        problem = f"{PROFILE} is not set"
    elif profile not in table["profiles"]:
        problem = f"the profile is `{profile}`"
    else:
        return profile
    raise PeakguardError(codes.CHAOS_REFUSED, scenario=scenario, problem=problem, profiles=", ".join(table["profiles"]))


def hand_over(folder: str, orders: Mapping[str, Any]) -> str:
    """Leave orders for a child of this process; gives the value of the variable that the child needs."""
    token = os.urandom(16).hex()
    path = os.path.join(folder, _FILE)
    old = os.umask(0o077)
    try:
        write_atomic(path, json.dumps({**orders, "token": token, "parent": os.getpid()}).encode(), durability="rename")
    finally:
        os.umask(old)
    return f"{token}:{path}"


def take_over(environment: MutableMapping[str, str]) -> Mapping[str, Any] | None:
    """The orders of this process; None where it has none. The variable is taken away, so that no child inherits it.

    Raises PeakguardError (PG2131) for a handle that is not of this process: of a process that is gone, of another
    user, copied, or changed.
    """
    value = environment.pop(VARIABLE, None)
    if value is None:
        return None
    token, _, path = value.partition(":")
    try:
        with open(path, "rb") as file:
            held = os.fstat(file.fileno())
            orders: Mapping[str, Any] = json.loads(file.read())
        given, parent = str(orders["token"]), orders["parent"]
    except (OSError, ValueError, KeyError, TypeError):
        raise PeakguardError(codes.CHAOS_HANDLE_STRAY, problem="names no orders") from None
    problem = None
    if not hmac.compare_digest(given.encode(), token.encode()):
        problem = "has another word than its orders"
    elif held.st_uid != os.geteuid() or stat.S_IMODE(held.st_mode) & 0o077:
        problem = "names orders that others could have written"
    elif parent != os.getppid():
        problem = "was given to another process"
    if problem is not None:
        raise PeakguardError(codes.CHAOS_HANDLE_STRAY, problem=problem)
    return orders
