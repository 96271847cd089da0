"""One fault that is put into the package on purpose."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

TABLE = "tests/property/test_agreement_table.py"
ROWS = "tests/property/test_expression_agreement.py"

PARTS = (
    "cache", "contracts", "errors", "seeds", "config", "run ids", "invariants", "registry", "retry", "breaker", "gate",
)  # fmt: skip # the parts of the plan, in its order
ENGINE = "language"
"""Back ends that must mean the same: no part of the plan, and no fault of stability."""


class Fault(StrEnum):
    """The classes of faults that a change may bring back."""

    DURABILITY = "durability"
    DAMAGE = "damage believed"
    SWALLOWED = "swallowed exception"
    BOUND = "retry bound"
    OFF_BY_ONE = "off by one"
    SCOPE = "lock scope"
    ORDER = "wrong order of steps"
    IDENTITY = "lost run id"
    UNKNOWN = "NaN or unknown passes"
    LEAK = "leaked resource"
    STALE = "stale value"
    SECRET = "secret shown"
    BARE = "guard lost"
    REPEAT = "run not repeatable"
    SILENT = "silent wrong answer"
    MEANING = "meaning of an expression"


class Mutant(NamedTuple):
    """One change: `old` stands exactly once in `file`.

    `tests` are the node ids (and pytest's own selection) of the check that must turn red. `path` is the critical path,
    its first word a part of the plan; `fault` the class.
    """

    id: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = (TABLE, ROWS)
    path: str = ENGINE
    fault: Fault = Fault.MEANING

    @property
    def part(self) -> str:
        """The part of the plan that the critical path belongs to."""
        return self.path.partition(": ")[0]

    @property
    def is_of_stability(self) -> bool:
        """Whether it is a stability fault of the product, not a slip in what an operator means."""
        return self.fault is not Fault.MEANING

    def applied(self, text: str) -> str:
        """The text of the file with the fault in it."""
        if text.count(self.old) != 1:
            raise SystemExit(f"{self.id}: {self.file} holds its text {text.count(self.old)} times, not once")
        return text.replace(self.old, self.new)
