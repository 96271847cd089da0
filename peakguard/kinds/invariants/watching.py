"""The monitors of a program under bindings: one for each object, or for each function that belongs to none."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from peakguard.kinds.invariants.monitor import Monitor
from peakguard.runtime.errors import InvariantViolation
from peakguard.runtime.invariant import Verification

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet

Key = tuple[str, str]


class _Held(NamedTuple):
    """A monitor, and the object whose state it watches: weakly where that can be, so that the object may go."""

    owner: Any
    monitor: Monitor

    def is_of(self, owner: Any) -> bool:
        found = self.owner() if isinstance(self.owner, weakref.ref) else self.owner
        return found is owner


class Watching:
    """All monitors of a set of policies, by binding and object."""

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies
        self._held: dict[tuple[Key, int], _Held] = {}
        self.ended: list[Verification] = []
        self._late: list[InvariantViolation] = []

    def of(self, key: Key, owner: Any, mode: Literal["enforce", "observe"]) -> Monitor:
        """The monitor for an object under a binding, a new one for an object that was not seen before."""
        place = key, id(owner)
        held = self._held.get(place)
        if held is not None and held.is_of(owner):
            return held.monitor
        if held is not None:
            self._end(place)
        monitor = self._policies.monitor(key[1], mode=mode)
        self._held[place] = _Held(self._reference(place, owner), monitor)
        return monitor

    def _reference(self, place: tuple[Key, int], owner: Any) -> Any:
        try:
            return weakref.ref(owner, lambda _: self._end(place))
        except TypeError:
            return owner

    def _end(self, place: tuple[Key, int]) -> None:
        """The end of one stream; what it was broken at, at its end, is raised when all is over."""
        held = self._held.pop(place, None)
        if held is None:
            return
        try:
            held.monitor.close()
        except InvariantViolation as late:
            self._late.append(late)
        self.ended.append(held.monitor.outcome())
        # Programs may make any number of objects.
        del self.ended[:-_KEPT]

    def finish(self) -> None:
        """End every stream. Raises InvariantViolation for the first that breaks what is asked at its end."""
        for place in list(self._held):
            self._end(place)
        late, self._late = self._late, []
        if late:
            raise late[0].with_traceback(None)


_KEPT = 1000


def watching(policies: PolicySet) -> Watching:
    """The monitors of a set of policies."""
    made: Watching = policies.shared("watching", lambda: Watching(policies))
    return made


def finish(policies: PolicySet) -> None:
    """End every stream that bindings watch. Raises InvariantViolation for what is broken at an end."""
    watching(policies).finish()
