"""A journal at work: events that matter are kept, and a run that ends well after others failed is a recovery."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import Any

from peakguard.runtime import events
from peakguard.runtime.closing import Closing
from peakguard.runtime.event_form import plain
from peakguard.runtime.events import Event
from peakguard.runtime.fsops import append, remove_if_there
from peakguard.runtime.journal.segments import Segments, folder_of
from peakguard.runtime.streams import say

_NEVER = ("run_started",)
_ALWAYS = (
    "error_created",
    "error_classified",
    "run_recovered",
    "run_repeated",
    "gate_ended",
    "call_saved",
    "breaker_moved",
)


class Keeping(Closing):
    """Writes a project's journal while it is open. Nothing is written while nothing goes wrong.

    Where it cannot be written that is said once, and the program goes on. Close it, or use it in a `with`.
    """

    def __init__(self, root: str) -> None:
        self._segments = Segments(folder_of(root))
        self._failed = False
        self._unsubscribe = events.subscribe(self._take)

    def close(self) -> None:
        """Keep no more."""
        self._unsubscribe()

    def _take(self, event: Event) -> None:
        try:
            if event.name == "run_ended":
                self._of_run(event)
            elif event.name in _ALWAYS or (event.severity in ("warning", "error") and event.name not in _NEVER):
                self._segments.append(plain(event))
        except OSError as error:
            self._say_once(error)

    def _of_run(self, event: Event) -> None:
        """A run that failed is kept, and marked by its name; the first of that name to end well takes the mark away."""
        name, mark = event.fields["name"], self._mark(event.fields["name"])
        if event.fields["status"] == "failed":
            self._segments.append(plain(event))
            append(mark, b"")
        elif event.fields["status"] == "ok" and os.path.exists(mark) and remove_if_there(mark):
            first, failures = self._failures(name, event.time_ns)
            seconds = (event.time_ns - first["time_unix_nano"]) / 1e9 if first is not None else 0.0
            code = first["attributes"].get("code") if first is not None else None
            fields = {"name": name, "seconds": seconds, "failures": failures, "code": code}
            self._segments.append(plain(event._replace(name="run_recovered", fields=fields)))

    def _mark(self, name: str | None) -> str:
        digest = hashlib.sha256((name or "").encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return os.path.join(self._segments.folder, f"{digest}.failed")

    def _failures(self, name: str | None, now: int) -> tuple[dict[str, Any] | None, int]:
        """The first failure of a run since it last recovered, and how many there were."""
        first, count = None, 0
        found = [event for event in self._segments.read() if event is not None and event["time_unix_nano"] <= now]
        for event in sorted(found, key=lambda each: int(each["time_unix_nano"])):
            if event["attributes"].get("name") != name:
                continue
            if event["event_name"] == "run_recovered":
                first, count = None, 0
            elif event["event_name"] == "run_ended":
                first, count = first or event, count + 1
        return first, count

    def _say_once(self, error: OSError) -> None:
        if self._failed:
            return
        self._failed = True
        say(f"peakguard: the journal cannot be written and goes on without: {error}\n")


_open: dict[str, tuple[Keeping, int]] = {}
_lock = threading.Lock()


class Shared(Closing):
    """A share in the one journal of a project in this process; the last that is closed closes it."""

    def __init__(self, root: str) -> None:
        self._key = os.path.realpath(root or ".")
        self._is_open = True
        with _lock:
            keeping, shares = _open.get(self._key) or (Keeping(self._key), 0)
            _open[self._key] = keeping, shares + 1

    def close(self) -> None:
        """Give the share back; a second time does nothing."""
        with _lock:
            if not self._is_open:
                return
            self._is_open = False
            keeping, shares = _open.pop(self._key)
            if shares > 1:
                _open[self._key] = keeping, shares - 1
            else:
                keeping.close()
