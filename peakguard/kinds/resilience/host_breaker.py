"""A breaker that all processes of a host share: what one of them learns keeps the calls of the others away.

Each process has a window of its own. When it opens, that is one record in shared memory, which the others see at
their next call; the calls of a trial are counted over all of them. A process that is killed leaves the others working.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from peakguard.kinds.resilience.breaker import Breaker, Epoch, State
from peakguard.kinds.resilience.host_memory import HostMemory, Shared
from peakguard.kinds.resilience.windows import FAILED, SLOW, Counts, CountWindow
from peakguard.runtime.clock import Clock


class HostBreaker(Breaker):
    """The breaker of one policy on one host. Without `max_wait_in_half_open` a trial lasts as long as it was open."""

    def __init__(
        self, name: str, settings: Mapping[str, Any], clock: Clock, policy_set: str | None, folder: str
    ) -> None:
        super().__init__(name, _with_an_end(settings), clock, policy_set)
        self.memory = HostMemory(folder, name)
        with self._exclusive():
            pass

    @property
    def state(self) -> State:
        """The state that the host knows."""
        with self._exclusive():
            return self.epoch.state

    def change(self, settings: Mapping[str, Any]) -> None:
        """Go on under other settings, in this process."""
        super().change(_with_an_end(settings))

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock, self.memory.locked():
            self._adopt()
            before = self._told()
            epoch = self.epoch
            yield
            if self.epoch is not epoch or self._told() != before:
                self.epoch.generation = self.memory.write(self._told(), is_new=self.epoch is not epoch)

    def _adopt(self) -> None:
        """Take over what another process has written."""
        shared = self.memory.read()
        if shared is None:
            self.epoch.generation = self.memory.write(self._told(), is_new=True)
        elif self.memory.generation != self.epoch.generation:
            before, self.epoch = self.epoch, self._epoch_of(shared)
            self._keep_refused(before)
        elif shared.state == "half_open":
            self._take_counts(self.epoch, shared)

    def _keep_refused(self, before: Epoch) -> None:
        """Calls that this process kept away are told, though another moved the breaker on."""
        if before.refused and self.epoch.state in ("open", "forced_open"):
            self.epoch.refused = before.refused
        elif before.refused:
            self._moves.append((before.state, self.epoch.state, Counts(0, 0, 0), before.refused))

    def _epoch_of(self, shared: Shared) -> Epoch:
        epoch = self._new(cast("State", shared.state))
        if shared.state == "half_open":
            epoch = Epoch("half_open", CountWindow(self._settings["permitted"]), shared.since)
            self._take_counts(epoch, shared)
        epoch.since, epoch.until, epoch.opens = shared.since, shared.until, shared.opens
        epoch.generation = self.memory.generation
        return epoch

    def _take_counts(self, epoch: Epoch, shared: Shared) -> None:
        """The outcomes of a trial, in any order that has the same counts."""
        window = CountWindow(self._settings["permitted"])
        for number in range(shared.ended):
            window.add((FAILED if number < shared.failed else 0) | (SLOW if number < shared.slow else 0))
        epoch.window, epoch.add = window, window.add
        epoch.permits, epoch.ended = shared.permits, shared.ended

    def _told(self) -> Shared:
        """This process's knowledge as a record; of a window that is its own, nothing."""
        epoch = self.epoch
        is_trial = epoch.state == "half_open"
        counts = epoch.window.counts(self._now()) if is_trial else Counts(0, 0, 0)
        permits, ended = (epoch.permits, epoch.ended) if is_trial else (0, 0)
        return Shared(epoch.state, epoch.since, epoch.until, epoch.opens, permits, ended, counts.failed, counts.slow)


def _with_an_end(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Permits go with a process that is killed, so that a trial must have an end."""
    return {**settings, "half_open": settings["half_open"] or max(1.0, settings["open"]["initial"])}
