"""What became of the invariants of a run, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Step(NamedTuple):
    """The values of one step; `number` counts from 1."""

    number: int
    values: Mapping[str, Any]


class Breach(NamedTuple):
    """An invariant that a step breaks.

    `is_unknown`: it could not be evaluated. `measure` is how far the step is beyond the bound, where that is known;
    `group` the values of the fields that divide the steps; `before` the steps ahead of it, oldest first.
    """

    id: str
    asks: str
    error: str | None
    severity: str
    message: str | None
    step: int
    group: tuple[Any, ...]
    is_unknown: bool
    measure: float | None
    values: Mapping[str, Any]
    before: tuple[Step, ...] = ()


class Call(NamedTuple):
    """The closest that an invariant came to its bound while it held, and what it reads at that `step`.

    `kind` is `distance`, in the unit of the values, or `used`, a share of the tolerance. Of integers beyond 2**53 a
    monitor tells it exactly, the query over a whole result as the difference of two floats.
    """

    kind: str
    measure: float
    step: int
    values: Mapping[str, Any]


class Nearest:
    """The closest call of an invariant, if there is one. Of a long result it is looked for when it is asked for."""

    __slots__ = ("_call", "_find")

    def __init__(self, call: Call | None, find: Callable[[], Call | None] | None = None) -> None:
        self._call = call
        self._find = find

    @property
    def call(self) -> Call | None:
        """The closest call; until it is looked for, what `find` holds is kept."""
        find = self._find
        if find is not None:
            self._call, self._find = find(), None
        return self._call

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.call,)

    def __eq__(self, other: object) -> bool:
        return self.call == other.call if isinstance(other, Nearest) else NotImplemented

    def __hash__(self) -> int:
        return 0 if self.call is None else hash(self.call[:3])

    def __repr__(self) -> str:
        return f"Nearest({self.call!r})"


class InvariantOutcome(NamedTuple):
    """What became of one invariant over all steps.

    `evaluations` are the steps it was asked of, `exercised` those at which its condition held: of an invariant
    without one all that it was asked of, of `after` the waits that began. `open` waits had not ended at the end.
    `failed` and `unknown` count single steps, `broken` those that counted against it, beyond its grace. `state` is
    `run` or `skipped`, with the `reason`.
    """

    id: str
    asks: str
    form: str
    error: str | None
    severity: str
    state: str
    reason: str | None = None
    evaluations: int = 0
    exercised: int = 0
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    open: int = 0
    broken: int = 0
    nearest: Nearest = Nearest(None)
    first: Breach | None = None
    is_enforced: bool = True

    @property
    def closest(self) -> Call | None:
        """The closest that it came to its bound; None where it has no measure, or was nowhere close.

        Of a long result it is looked for when it is asked for. Raises PeakguardError (PG2063) where it shows that the
        rows were changed since they were verified.
        """
        return self.nearest.call

    @property
    def refuses(self) -> bool:
        """Whether the run is refused for it."""
        return self.broken > 0 and self.is_enforced and self.severity in ("error", "halt")

    @property
    def is_idle(self) -> bool:
        """Whether nothing is known of it, because nothing that happened asked it anything."""
        return self.state == "run" and self.form != "at_end" and self.exercised == 0


class Verification(NamedTuple):
    """The outcome of all invariants of a policy over a number of steps."""

    policy: str
    version: str
    steps: int
    outcomes: tuple[InvariantOutcome, ...]
    is_enforced: bool = True

    def locate(self) -> None:
        """Look for each closest call now, not when somebody asks."""
        for each in self.outcomes:
            _ = each.closest

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """The first breach of every invariant for which the run is refused."""
        found = [each.first for each in self.outcomes if each.refuses and each.first is not None]
        return tuple(found) if self.is_enforced else ()

    @property
    def idle(self) -> tuple[str, ...]:
        """Invariants that were never exercised."""
        return tuple(each.id for each in self.outcomes if each.is_idle)


def describe(breach: Breach) -> str:
    """A breach in one line."""
    code = f" [{breach.error}]" if breach.error else ""
    words = f"{breach.message.rstrip('.')}: " if breach.message else ""
    verb = "is unknown" if breach.is_unknown else "does not hold"
    shown = ", ".join(f"{name} is {_short(value)}" for name, value in breach.values.items())
    group = f" of {', '.join(map(str, breach.group))}" if breach.group else ""
    return f"{breach.id}{code}: {words}`{breach.asks}` {verb} at step {breach.step}{group}: {shown}"


_LONGEST = 100


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
