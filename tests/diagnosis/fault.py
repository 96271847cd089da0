"""A fault that is planted in a program, and what an error has to say of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from peakguard.runtime.policy_set import PolicySet

Program = Callable[[], object]
"""It returns where all is well, and raises or prints what is wrong; a command gives its exit code as SystemExit."""


class Programs(NamedTuple):
    """The same program without peakguard and with it; `planted` is entered before any guard is put on."""

    bare: Program
    guarded: Program
    planted: AbstractContextManager[object] = nullcontext()


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    `setup(folder, policies, is_mended)` gives the programs, with the fault or after it was mended as the hint says.
    Any of the patterns in `place` names the file and the line where the fault is or comes in; every one of `values`
    (patterns too) is a part of the offending value; `hint` is the part of a hint that says what `is_mended` did.
    """

    id: str
    title: str
    group: str
    code: str
    place: tuple[str, ...]
    values: tuple[str, ...]
    hint: str
    setup: Callable[[Path, PolicySet, bool], Programs]
    mended_like: str = ""
    """Faults that say the same here are the same program once they are mended, which is then run once."""
