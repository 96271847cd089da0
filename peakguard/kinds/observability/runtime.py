"""An observability policy at work: events, our loggers and those of the stdlib go to the sinks while it is open."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from peakguard.kinds.observability.bounded import as_text
from peakguard.kinds.observability.capture import capture
from peakguard.kinds.observability.pipeline import Pipeline
from peakguard.kinds.observability.raised import raised
from peakguard.kinds.observability.record import LOG, SEVERITIES
from peakguard.runtime import events
from peakguard.runtime.closing import Closing
from peakguard.runtime.context.scope import SCOPE
from peakguard.runtime.events import Event

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50, "exception": 40}
_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_PARTS = ("run_id", "trace_id", "span_id", "policy_set")


def bind(table: Mapping[str, Any], policies: PolicySet) -> Observability:
    """The policy, not yet at work."""
    return Observability(table, policies.root, policies.digest)


class Observability(Closing):
    """Where events and records go. `open` and `close` are counted, so that nothing is written twice. Thread-safe."""

    def __init__(self, table: Mapping[str, Any], root: str, digest: str) -> None:
        self._table = table
        self._root = root
        self._digest = digest
        self._lock = threading.Lock()
        self._shares = 0
        self._pipeline: Pipeline | None = None
        self._undo: list[Callable[[], object]] = []
        self._streams = {sink["to"]: sink["level"] for sink in table["sinks"].values() if sink["to"].startswith("std")}

    def open(self) -> Self:
        """Begin to write; a policy that is `off` does nothing."""
        with self._lock:
            self._shares += 1
            if self._shares == 1 and self._table["mode"] != "off":
                self._pipeline = Pipeline(self._table, self._root)
                self._undo = [*self._set_levels(), capture(self._take_record), events.subscribe(self._take_event)]
        return self

    def close(self) -> None:
        """Write no more once all who opened it have closed it, and say what was sampled out."""
        with self._lock:
            self._shares = max(0, self._shares - 1)
            if self._shares or self._pipeline is None:
                return
            for name, dropped in self._pipeline.rest().items():
                events.emit("events_sampled_out", policy_set=self._digest, name=name, dropped=dropped)
            undo, self._undo = self._undo, []
            for each in undo:
                each()
            pipeline, self._pipeline = self._pipeline, None
        pipeline.close()

    def level_of(self, logger: str) -> int:
        """The least severity of a logger: that of the nearest name above it which the policy gives, else the sinks'."""
        levels, name = self._table["levels"], logger
        while name:
            if name in levels:
                return int(levels[name])
            name = name.rpartition(".")[0]
        least = levels.get("root", min(sink["level"] for sink in self._table["sinks"].values()))
        return int(least)

    def logger(self, name: str) -> Any:
        """A logger of structlog's kind, as in `log.info("bars_loaded", symbol="AAPL", rows=700)`.

        While the policy is not at work its records go to the stdlib logger of that name, so that none is lost.
        """
        import structlog

        def finish(_: object, method: str, values: MutableMapping[str, Any]) -> tuple[tuple[()], dict[str, Any]]:
            self._take_values(name, method, dict(values))
            return (), {}

        level = self.level_of(name)
        made: Any = structlog.wrap_logger(
            _SILENT, processors=[finish], wrapper_class=structlog.make_filtering_bound_logger(level), context_class=dict
        )
        return made.bind()

    def _take_values(self, logger: str, method: str, values: dict[str, Any]) -> None:
        level = _LEVELS[method]
        body = values.pop("event", "")
        error = _error_of(values.pop("exc_info", None))
        pipeline = self._pipeline
        if pipeline is None:
            extra = {f"{key}_" if key in _USUAL else key: each for key, each in values.items()}
            logging.getLogger(logger).log(level, "%s", body, exc_info=error, extra=extra)
            return
        if error is not None:
            values.update(raised(error, self._table["exceptions"]))
        form = self._form(LOG, time.time_ns(), level, values)
        form["body"] = body if type(body) is str else as_text(body)
        form["logger"] = logger
        pipeline.take(form, level, logger)

    def _take_event(self, event: Event) -> None:
        pipeline, level = self._pipeline, _LEVELS[event.severity]
        if pipeline is not None and level >= self.level_of("peakguard"):
            parts = {"trace_id": event.trace_id, "span_id": event.span_id, "run_id": event.run_id}
            form = self._form(event.name, event.time_ns, level, dict(event.fields))
            form |= {**parts, "policy_set": event.policy_set or self._digest}
            pipeline.take(form, level, "peakguard")

    def _take_record(self, record: logging.LogRecord, shown_on: tuple[Any, ...]) -> bool:
        """Give a stdlib record the ids of its run, and write it. Never raises."""
        pipeline = self._pipeline
        if pipeline is None:
            return False
        level = max(10, min(50, record.levelno // 10 * 10))
        attributes = {key: each for key, each in record.__dict__.items() if key not in _USUAL}
        form = self._form(LOG, int(record.created * 1e9), level, attributes)
        for part in _PARTS:
            attributes.pop(part, None)
            record.__dict__.setdefault(part, form[part])
        if level < self.level_of(record.name):
            return False
        error = _error_of(record.exc_info)
        if error is not None:
            attributes.update(raised(error, self._table["exceptions"]))
        form["body"] = _message(record)
        form["logger"] = record.name
        pipeline.take(form, level, record.name, foreign=True, shown_on=shown_on)
        return any(level >= least for least in self._streams.values())

    def _form(self, name: str, time_ns: int, level: int, attributes: dict[str, Any]) -> dict[str, Any]:
        scope = SCOPE.get()
        here = scope.context if scope is not None else None
        return {
            "event_name": name,
            "time_unix_nano": time_ns,
            "severity_text": SEVERITIES[level],
            "trace_id": here.trace_id if here is not None else None,
            "span_id": here.span_id if here is not None else None,
            "run_id": here.run_id if here is not None else None,
            "policy_set": (here.policy_set if here is not None else None) or self._digest,
            "attributes": attributes,
        }

    def _set_levels(self) -> list[Callable[[], object]]:
        """Loggers of the stdlib that the policy names get its levels; returned are the ways back."""
        undo: list[Callable[[], object]] = []
        for name, level in self._table["levels"].items():
            logger = logging.getLogger(None if name == "root" else name)
            undo.append(partial(logger.setLevel, logger.level))
            logger.setLevel(level)
        return undo


class _Silent:
    """What structlog calls at the end of the chain, which has written the record already."""

    def debug(self) -> None:
        """Nothing is left to do."""

    info = warning = error = critical = debug


_SILENT = _Silent()


def _error_of(given: Any) -> BaseException | None:
    """The exception that `exc_info` means, as stdlib and structlog take it."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return next((each for each in given if isinstance(each, BaseException)), None)
    if given:
        import sys

        return sys.exc_info()[1]
    return None


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 # arguments that do not fit their message
        given = record.args if isinstance(record.args, tuple) else (record.args,)
        return f"{as_text(record.msg)} (its arguments do not fit: {', '.join(map(as_text, given or ()))})"
