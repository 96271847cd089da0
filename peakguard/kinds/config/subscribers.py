"""Parts of a program that work with a configuration: asked before it is taken, told after it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.config.snapshot import Snapshot
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import report_once

Prepare = Callable[[Snapshot], object]
Notify = Callable[[Snapshot | None, Snapshot], object]


class Subscriber(NamedTuple):
    """`prepare` raises for a configuration that it cannot work with, `notify` is told the old one and the new one."""

    prepare: Prepare | None
    notify: Notify | None

    def ask(self, snapshot: Snapshot) -> PeakguardError | None:
        """Why the part refuses a configuration; None where it takes it."""
        if self.prepare is None:
            return None
        try:
            self.prepare(snapshot)
        except Exception as error:  # noqa: BLE001 # whatever a program raises is its answer
            name = f"{self.prepare.__module__}.{getattr(self.prepare, '__qualname__', 'prepare')}"
            reason = f"{type(error).__name__}: {error}"
            refusal = PeakguardError(codes.SUBSCRIBER_REFUSED, subscriber=name, reason=reason)
            refusal.__cause__ = error
            return refusal
        return None

    def tell(self, old: Snapshot | None, new: Snapshot) -> None:
        """Say that it was taken. What the part raises is told once on stderr, and stops nobody else."""
        if self.notify is None:
            return
        try:
            self.notify(old, new)
        except Exception as error:  # noqa: BLE001 # it is too late to refuse
            report_once(self.notify, error)
