"""What a seeded run is under: the table of the policy or the defaults, and the level that can be claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.kinds.reproducibility.generators import seed_globals
from peakguard.kinds.reproducibility.pinned import missing
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.seeding import Streams
from peakguard.runtime.streams import say

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet

LEVELS = ("recorded", "seeded", "strict")
DEFAULTS: Mapping[str, Any] = {
    "name": None,
    "mode": "enforce",
    "level": None,
    "globals": ["random", "numpy", "torch", "tensorflow"],
    "pin": {
        "hash_seed": 0, "threads": 1, "timezone": "UTC", "locale": "C.UTF-8",
        "clock": "system", "entropy": "system", "listing": "system",
    },
    "record": ["git", "packages", "platform", "inputs", "config", "policies"],
    "environment": [],
    "inputs": [],
    "outputs": [],
    "keep": 64 << 20,
}  # fmt: skip # a table
"""What holds where no policy says anything: nothing is demanded, and the run claims what it reaches."""

_INJECTED: dict[str, str] = {}
"""What stands in place of the system's in this process: `clock`, `entropy`, `listing`."""


def note_injected(what: str, how: str) -> None:
    """Let this process claim what was put in place."""
    _INJECTED[what] = how


def bind(table: Mapping[str, Any], _: PolicySet) -> Mapping[str, Any]:
    """The table itself."""
    return table


def table_of(policies: PolicySet) -> Mapping[str, Any]:
    """What the one policy of a project says, the defaults where there is none."""
    return next(iter(policies.tables("reproducibility").values()), DEFAULTS)


def reached(table: Mapping[str, Any], seed: int | None) -> tuple[str, list[str]]:
    """The level that this process can claim, and what it lacks for the next one."""
    lacking = ([] if seed is not None else ["it has no seed"]) + missing(table["pin"])
    if lacking:
        return "recorded", lacking
    pin = table["pin"]
    wanted = {"clock": "injected", "entropy": "injected", "listing": "sorted"}
    lacking = [f"{name} is not {value}" for name, value in wanted.items() if _INJECTED.get(name) != value]
    lacking += ["threads is not 1"] if pin["threads"] != 1 else []
    return ("seeded", lacking) if lacking else ("strict", [])


def demand(level: str | None, mode: str, found: tuple[str, Sequence[str]]) -> None:
    """Raises PeakguardError (PG2100) where a level is asked for and not reached; observed, it is said on stderr."""
    if level is None or mode == "off" or LEVELS.index(found[0]) >= LEVELS.index(level):
        return
    error = PeakguardError(codes.LEVEL_NOT_REACHED, reached=found[0], wanted=level, missing=", ".join(found[1]))
    if mode == "enforce":
        raise error
    say(f"peakguard: {error}\n")


def streams(policies: PolicySet, seed: int | None, level: str | None) -> Streams | None:
    """Seed the process, and give the streams of a run; none without a seed.

    Raises PeakguardError (PG2100) where the level is not reached, ValueError for a level or a seed that is none.
    """
    if level is not None and level not in LEVELS:
        raise ValueError(f"level {level!r} is none of {', '.join(LEVELS)}")
    if seed is not None and (type(seed) is not int or seed < 0):
        raise ValueError(f"seed {seed!r} is no whole number from 0 on")
    table = table_of(policies)
    demand(level or table["level"], "enforce" if level else table["mode"], reached(table, seed))
    if seed is None:
        return None
    seed_globals(seed, table["globals"])
    return Streams(seed)
