"""A circuit breaker: it watches the outcomes of a dependency, and keeps calls away while that fails.

Each state is an `Epoch`. Every call remembers the epoch in which it was let through, and an outcome of another epoch
counts for nothing: a call that began before the breaker opened cannot close it. While the breaker is closed and has
seen enough calls, a success costs one append and no lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal

from peakguard.kinds.resilience.windows import FAILED, SLOW, Counts, CountWindow, TimeWindow
from peakguard.runtime.clock import Clock
from peakguard.runtime.events import emit
from peakguard.runtime.rejections import BreakerOpen

State = Literal["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"]


_NONE = Counts(0, 0, 0)


class Epoch:
    """One stay in a state. `is_free`: calls pass and successes are counted without asking the breaker."""

    __slots__ = (
        "add",
        "ended",
        "generation",
        "is_free",
        "is_warm",
        "opens",
        "permits",
        "refused",
        "since",
        "state",
        "until",
        "window",
    )

    def __init__(self, state: State, window: CountWindow | TimeWindow, since: float) -> None:
        self.state: State = state
        self.window = window
        self.since = since
        self.add: Callable[[int], object] | None = getattr(window, "add", None)
        self.is_free = False
        self.is_warm = False
        self.until = 0.0
        """When an open breaker lets a trial through."""
        self.opens = 0
        """How often in a row it has opened."""
        self.permits = 0
        """Calls that a trial still lets through."""
        self.ended = 0
        self.refused = 0
        """Calls that were kept away."""
        self.generation = 0
        """The number of the stay on its host, where breakers are shared."""


class Breaker:
    """The breaker of one policy. Thread-safe, and safe for tasks of any event loop; no lock is held during a call."""

    def __init__(self, name: str, settings: Mapping[str, Any], clock: Clock, policy_set: str | None = None) -> None:
        self.name = name
        self._settings = settings
        self._now = clock.now
        self._policy_set = policy_set
        self._lock = threading.Lock()
        self._moves: list[tuple[State, State, Counts, int]] = []
        self.slow_after: float | None = settings["slow_duration"]
        first: dict[str, State] = {
            "enforce": "closed", "metrics_only": "metrics_only", "disabled": "disabled", "forced_open": "forced_open"
        }  # fmt: skip # a table of four
        self.epoch = self._new(first[settings["mode"]])

    @property
    def state(self) -> State:
        """The state; an open breaker is so until a call asks after its time."""
        return self.epoch.state

    def counts(self) -> Counts:
        """What the window holds."""
        with self._exclusive():
            return self.epoch.window.counts(self._now())

    def admit(self) -> tuple[Epoch, BreakerOpen | None]:
        """The epoch that a call belongs to, and what to raise where it is kept away."""
        with self._exclusive():
            epoch, now = self._current(), self._now()
            is_let_through = epoch.state in ("closed", "disabled", "metrics_only")
            if epoch.state == "half_open" and epoch.permits > 0:
                epoch.permits -= 1
                is_let_through = True
            epoch.refused += not is_let_through
        self._tell()
        return epoch, None if is_let_through else self._refused(epoch, now)

    def succeeded(self, epoch: Epoch, seconds: float | None = None) -> None:
        """Count a success; `seconds` is how long it took, where that matters."""
        slow = seconds is not None and self.slow_after is not None and seconds > self.slow_after
        if epoch.is_free and not slow and epoch.add is not None:
            epoch.add(0)
            return
        self._count(epoch, SLOW if slow else 0)

    def failed(self, epoch: Epoch, seconds: float | None = None) -> None:
        """Count a failure."""
        slow = seconds is not None and self.slow_after is not None and seconds > self.slow_after
        self._count(epoch, FAILED | (SLOW if slow else 0))

    def ignored(self, epoch: Epoch) -> None:
        """A call ended in a way that says nothing of the dependency: a trial gets its permit back."""
        if epoch.state == "half_open":
            with self._exclusive():
                if epoch is self.epoch:
                    epoch.permits += 1

    def force(self, state: State) -> None:
        """Put it into a state by hand: `closed` and `open` go on from there, the others stay."""
        with self._exclusive():
            now = self._now()
            if state == "open":
                self._open(self.epoch, now)
            else:
                self._to(self._new(state), _NONE)
        self._tell()

    def change(self, settings: Mapping[str, Any]) -> None:
        """Go on under other settings. The state stays; of a window that is resized the newest outcomes stay too."""
        with self._exclusive():
            before, self._settings = self._settings, settings
            self.slow_after = settings["slow_duration"]
            epoch = self.epoch
            epoch.is_warm = epoch.is_free = False  # what is enough may have changed
            if epoch.state in ("closed", "metrics_only"):
                if settings["size"] is not None and before["size"] is not None:
                    assert isinstance(epoch.window, CountWindow)
                    epoch.window = epoch.window.resized(settings["size"])
                elif (settings["size"], settings["duration"]) != (before["size"], before["duration"]):
                    epoch.window = self._new(epoch.state).window
                epoch.add = getattr(epoch.window, "add", None)

    def _exclusive(self) -> AbstractContextManager[Any]:
        """Within the block nobody else reads or moves the state."""
        return self._lock

    def _current(self) -> Epoch:
        """The epoch at this moment: time ends an open one, and a trial that is stuck."""
        epoch, now = self.epoch, self._now()
        longest = self._settings["half_open"]
        if epoch.state == "half_open" and longest is not None and now - epoch.since >= longest:
            epoch = self._open(epoch, now)
        if epoch.state == "open" and now >= epoch.until:
            epoch = self._half_open(epoch, now)
        return epoch

    def _count(self, epoch: Epoch, outcome: int) -> None:
        with self._exclusive():
            if epoch is not self.epoch or epoch.state in ("open", "forced_open"):
                return
            now = self._now()
            if epoch.add is not None:
                epoch.add(outcome)
            else:
                epoch.window.add_at(outcome, now)  # type: ignore[union-attr] # the window that has no `add`
            epoch.ended += 1
            if outcome or not epoch.is_warm:
                self._judge(epoch, now)
        if self._moves:
            self._tell()

    def _judge(self, epoch: Epoch, now: float) -> None:
        counts = epoch.window.counts(now)
        if epoch.state == "half_open":
            self._judge_trial(epoch, counts, now)
        elif counts.calls >= self._settings["minimum_calls"]:
            # From here on a success only lowers the rates, and need not be judged. (In a window of time it may also
            # push older ones out; that is judged at the next failure.)
            epoch.is_warm = True
            epoch.is_free = epoch.add is not None
            if epoch.state == "closed" and self._is_bad(counts):
                self._open(epoch, now, counts)

    def _judge_trial(self, epoch: Epoch, counts: Counts, now: float) -> None:
        if epoch.ended < self._settings["permitted"]:
            return
        if self._is_bad(counts):
            self._open(epoch, now, counts)
        else:
            self._to(self._new("closed"), counts)

    def _is_bad(self, counts: Counts) -> bool:
        slow_rate = self._settings["slow_rate"]
        if counts.failed >= self._settings["failure_rate"] * counts.calls:
            return True
        return slow_rate is not None and counts.slow >= slow_rate * counts.calls

    def _open(self, before: Epoch, now: float, counts: Counts = _NONE) -> Epoch:
        wait, opens = self._settings["open"], before.opens + 1
        seconds = wait["initial"] * min(wait["multiplier"] ** min(opens - 1, 200), 1e9)
        epoch = self._new("open")
        epoch.opens = opens
        epoch.until = now + (seconds if wait["max"] is None else min(seconds, wait["max"]))
        return self._to(epoch, counts)

    def _half_open(self, before: Epoch, now: float) -> Epoch:
        epoch = Epoch("half_open", CountWindow(self._settings["permitted"]), now)
        epoch.opens = before.opens
        epoch.permits = self._settings["permitted"]
        return self._to(epoch, _NONE)

    def _new(self, state: State) -> Epoch:
        size = self._settings["size"]
        window = CountWindow(size) if size is not None else TimeWindow(self._settings["duration"])
        epoch = Epoch(state, window, self._now())
        epoch.is_free = state == "disabled" and epoch.add is not None
        return epoch

    def _to(self, epoch: Epoch, counts: Counts) -> Epoch:
        before, self.epoch = self.epoch, epoch
        self._moves.append((before.state, epoch.state, counts, before.refused))
        return epoch

    def _tell(self) -> None:
        """Tell of moves once the lock is free: whoever listens may call what this breaker guards."""
        while self._moves:
            try:
                before, after, counts, refused = self._moves.pop(0)
            except IndexError:  # another thread tells of it
                return
            emit(
                "breaker_moved",
                severity="warning" if after in ("open", "forced_open") else "info",
                policy_set=self._policy_set,
                policy=self.name,
                before=before,
                after=after,
                calls=counts.calls,
                failed=counts.failed,
                slow=counts.slow,
                refused=refused,
            )

    def _refused(self, epoch: Epoch, now: float) -> BreakerOpen:
        left = max(0.0, epoch.until - now) if epoch.state == "open" else 0.0
        return BreakerOpen(retry_after=left, policy=self.name, state=epoch.state)
