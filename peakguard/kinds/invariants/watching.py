"""The monitors of a program under bindings: one for each object, or for each function that belongs to none."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from peakguard.kinds.invariants.monitor import Monitor
from peakguard.runtime.errors import InvariantViolation
from peakguard.runtime.invariant import Verification

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet

Key = tuple[str, str]


class _Held(NamedTuple):
    """A monitor, and the object whose state it watches: weakly where that can be, so that the object may go.

    Threads that share the object take turns; one that is inside already is let through, and the monitor refuses it.
    """

    owner: Any
    monitor: Monitor
    turn: threading.RLock

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
        self._making = threading.RLock()

    def step(self, key: Key, owner: Any, mode: Literal["enforce", "observe"], values: Mapping[str, Any]) -> None:
        """A step of the monitor for an object under a binding, a new one for an object that was not seen before.

        Raises what the monitor raises.
        """
        place = key, id(owner)
        held = self._held.get(place)
        if held is None or not held.is_of(owner):
            held = self._made(place, owner, mode)
        turn = held.turn
        if not (turn.acquire(blocking=False) or turn.acquire(timeout=_PATIENCE)):
            held.monitor.step(**values)  # refused, where the one that is inside does not come out
            return
        try:
            held.monitor.step(**values)
        finally:
            turn.release()

    def _made(self, place: tuple[Key, int], owner: Any, mode: Literal["enforce", "observe"]) -> _Held:
        with self._making:
            held = self._held.get(place)
            if held is not None and held.is_of(owner):
                return held  # by another thread
            if held is not None:
                self._end(place)
            monitor = self._policies.monitor(place[0][1], mode=mode)
            held = self._held[place] = _Held(self._reference(place, owner), monitor, threading.RLock())
            return held

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
_PATIENCE = 5.0
"""Seconds that a thread waits for its turn. A step takes microseconds; what takes longer waits for this one."""


def watching(policies: PolicySet) -> Watching:
    """The monitors of a set of policies."""
    made: Watching = policies.shared("watching", lambda: Watching(policies))
    return made


def finish(policies: PolicySet) -> None:
    """End every stream that bindings watch. Raises InvariantViolation for what is broken at an end."""
    watching(policies).finish()
