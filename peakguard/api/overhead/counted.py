"""Instructions of a hot path with and without guards, counted by callgrind: a witness that no busy machine disturbs."""

from __future__ import annotations

import shutil
from typing import NamedTuple

from peakguard.api.overhead.aside import answer
from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

TOLERANCE = 0.01
"""Counts of one program differ by less than this from run to run."""


class Counts(NamedTuple):
    """Instructions of the bare function, of the guarded one, and of the bare one again."""

    bare: int
    guarded: int
    control: int

    @property
    def added(self) -> float:
        """The share of instructions that guards add."""
        return self.guarded / self.bare - 1

    @property
    def is_valid(self) -> bool:
        """Whether the bare function differs from itself by less than the tolerance."""
        return abs(self.control / self.bare - 1) <= TOLERANCE

    def exceeds(self, limit: float) -> bool:
        """Whether more is added than a bound allows, beyond what counts can differ by."""
        return self.added > limit + TOLERANCE


def lacking() -> str | None:
    """What is missing to count; None where nothing is."""
    missing = [name for name in ("valgrind", "callgrind_control") if shutil.which(name) is None]
    return f"{missing[0]} is not installed" if missing else None


def count(target: str, root: str, environment: dict[str, str], seconds: float | None = None) -> Counts:
    """Count one function, `module:name`, in a process. Raises PeakguardError (PG2142) where that fails."""
    given = {**environment, "PYTHONHASHSEED": "0"}
    found = answer({"do": "count", "root": root, "target": target}, given, seconds, _CALLGRIND).found
    if not all(found.values()):
        raise PeakguardError(codes.OVERHEAD_UNMEASURED, what=target, problem="callgrind gave no count")
    return Counts(**found)


_CALLGRIND = ("valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null")
