"""The way of every event and record: bounded, sampled, without secrets, to each sink that wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.kinds.observability.bounded import bounded
from peakguard.kinds.observability.record import Record, as_line, content, shortened
from peakguard.kinds.observability.redaction import Redaction
from peakguard.kinds.observability.sampling import Sampler
from peakguard.kinds.observability.sinks import Sink, sink_of
from peakguard.runtime.events import emit, report_once
from peakguard.runtime.streams import say

_SCALARS = frozenset((str, int, bool, type(None)))
ERROR = 40


class Pipeline:
    """Takes records from any thread; never raises."""

    def __init__(self, table: Mapping[str, Any], root: str) -> None:
        self._sinks: list[tuple[str, int, Sink]] = [
            (name, settings["level"], sink_of(settings, root)) for name, settings in table["sinks"].items()
        ]
        self.lowest = min(level for _, level, _ in self._sinks)
        self._samplers = {name: Sampler(settings) for name, settings in table["sample"].items()}
        self._redaction = Redaction(table["redact"])
        self._depth: int = table["limits"]["depth"]
        self._limit: int = table["limits"]["event"]
        self._left_out = tuple({"run_id", "trace_id", "span_id", "policy_set"} - set(table["fields"]))
        self._failures: dict[str, int] = {}

    def take(self, form: dict[str, Any], level: int, logger: str, *, foreign: bool = False, shown_on: Any = ()) -> None:
        """Write a record to every sink of its level."""
        if level < self.lowest or (self._samplers and not self._is_sampled_in(form, level, logger)):
            return
        try:
            ready = self._ready(form)
        except Exception as error:  # noqa: BLE001 # a log must not break the program
            report_once(Pipeline.take, error)
            ready = self._ready({**form, "attributes": {"attributes_lost": type(error).__name__}})
        record = Record(*ready, level, logger, foreign, shown_on)
        for name, least, sink in self._sinks:
            if level >= least:
                try:
                    sink.write(record)
                except Exception as error:  # noqa: BLE001 # a log must not break the program
                    self._fail(name, error)

    def rest(self) -> dict[str, int]:
        """How many were sampled out since the last that was written, by name."""
        return {name: dropped for name, sampler in self._samplers.items() if (dropped := sampler.rest())}

    def close(self) -> None:
        """Close the sinks."""
        for name, _, sink in self._sinks:
            try:
                sink.close()
            except Exception as error:  # noqa: BLE001 # likewise
                self._fail(name, error)
        for name, count in self._failures.items():
            if count > 1:
                say(f"peakguard: sink `{name}` could not write {count:,} records\n")

    def _ready(self, form: dict[str, Any]) -> tuple[dict[str, Any], str]:
        for name in self._left_out:
            form[name] = None
        attributes = form["attributes"]
        for name, value in attributes.items():
            if type(value) not in _SCALARS or type(name) is not str:
                attributes = form["attributes"] = bounded(attributes, self._depth + 1)
                break
        given = content(form)
        if self._redaction.may_hold_secret(given):
            form = {**form, "attributes": self._redaction.value(attributes)}
            if "body" in form:
                form["body"] = self._redaction.text(form["body"])
            given = content(form)
        if len(given) > self._limit:
            form = shortened(form, self._limit)
            given = content(form)
        return form, as_line(form, given)

    def _is_sampled_in(self, form: dict[str, Any], level: int, logger: str) -> bool:
        """By code, by name, by logger. Of errors only a code decides, never a name alone."""
        attributes = form["attributes"]
        sampler = self._samplers.get(attributes.get("code") or "")
        if sampler is None and level < ERROR:
            name = form["event_name"] if "body" not in form else form["body"]
            sampler = self._samplers.get(name) or self._samplers.get(logger)
        if sampler is None:
            return True
        dropped = sampler.take()
        if dropped:
            form["attributes"] = {**attributes, "sampled_out_before": dropped}
        return dropped is not None

    def _fail(self, name: str, error: Exception) -> None:
        """Said once, to whoever else listens; the sink is tried again at the next record."""
        self._failures[name] = self._failures.get(name, 0) + 1
        if self._failures[name] == 1:
            problem = f"{type(error).__name__}: {error}"
            say(f"peakguard: sink `{name}` cannot write and is tried again, this is said once: {problem}\n")
            emit("sink_failed", severity="error", sink=name, problem=problem)
