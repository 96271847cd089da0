"""One occurrence of a catalogued error, whichever exception carries it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from peakguard.runtime.failure.definition import Definition
from peakguard.runtime.failure.occurrence import Occurrence
from peakguard.runtime.failure.written import sentence

ATTRIBUTE = "peakguard"
"""Where a foreign exception carries what it was classified as."""


class Failure(NamedTuple):
    """What happened (`message`), under which code, and when.

    `policy_set` is the digest of the policies that judged it. `matched` is the entry of `matches:` that a foreign
    exception was recognised by, None for an error of the catalog's own.
    """

    definition: Definition
    context: Mapping[str, Any]
    message: str
    occurrence: Occurrence
    policy_set: str | None = None
    matched: str | None = None

    @property
    def code(self) -> str:
        """The code, such as PT-1103."""
        return self.definition.code

    @property
    def hints(self) -> tuple[str, ...]:
        """What to try, shortest way first."""
        return tuple(sentence(hint, self.context) for hint in self.definition.hints)

    @property
    def recovery(self) -> tuple[str, ...]:
        """Steps for the operator, in order."""
        return tuple(sentence(step, self.context) for step in self.definition.recovery)


def failure_of(error: BaseException) -> Failure | None:
    """What an exception is in the catalog: one of ours, or a foreign one that was classified."""
    found = getattr(error, ATTRIBUTE, None)
    return found if isinstance(found, Failure) else None
