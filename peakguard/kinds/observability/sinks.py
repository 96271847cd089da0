"""The places that records are written to."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from peakguard.kinds.observability.record import LOG, Record, stamp
from peakguard.runtime.appending import Appending
from peakguard.runtime.streams import write_to

OURS = "_peakguard_record"
"""Attribute of stdlib records that we have made ourselves, and do not take again."""
_WORDS = {"DEBUG": "debug", "INFO": "info", "WARN": "warning", "ERROR": "error", "FATAL": "critical"}


class Sink(Protocol):
    """Writes records. Raises OSError or ValueError where it cannot; closes without raising."""

    def write(self, record: Record) -> None:
        """Write one record."""

    def close(self) -> None:
        """Write no more."""


def sink_of(settings: Mapping[str, Any], root: str) -> Sink:
    """The sink that a policy describes; paths are below the root of the project."""
    if settings["to"] in ("stderr", "stdout"):
        return StreamSink(settings["to"], settings["format"])
    if settings["to"] == "logging":
        return LoggingSink()
    if settings["to"] == "otlp":
        from peakguard.kinds.observability.otlp import OtlpSink

        return OtlpSink()
    return FileSink(os.path.join(root, settings["to"]), settings)


class StreamSink:
    """Lines on a standard stream of the program, whatever that is at the time."""

    def __init__(self, stream: Literal["stderr", "stdout"], format: str) -> None:
        self._stream = stream
        self._shown = _pretty_of(stream) if format == "pretty" else _json

    def write(self, record: Record) -> None:
        stream = getattr(sys, self._stream)
        if stream is not None and not any(each is stream for each in record.shown_on):
            write_to(self._stream, self._shown(record))

    def close(self) -> None:
        pass


class FileSink:
    """Lines in a file, which is put aside when it is large."""

    def __init__(self, path: str, settings: Mapping[str, Any]) -> None:
        self._file = Appending(path, size=settings["rotate"], kept=settings["keep"])
        self._shown = _json if settings["format"] == "json" else _pretty(colours=False)

    def write(self, record: Record) -> None:
        self._file.write(self._shown(record).encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        self._file.close()


class LoggingSink:
    """The handlers that the program has given its loggers; records that came from there stay away."""

    def write(self, record: Record) -> None:
        if record.is_foreign:
            return
        logger = logging.getLogger(record.logger)
        if not logger.isEnabledFor(record.level):
            return
        form = record.form
        shown = form.get("body", form["event_name"])
        made = logger.makeRecord(logger.name, record.level, "(peakguard)", 0, shown, (), None, extra={OURS: True})
        made.created = form["time_unix_nano"] / 1e9
        for name in ("run_id", "trace_id", "span_id", "policy_set"):
            setattr(made, name, form[name])
        made.attributes = form["attributes"]
        logger.handle(made)

    def close(self) -> None:
        pass


def _json(record: Record) -> str:
    return record.line + "\n"


def _pretty_of(stream: str) -> Callable[[Record], str]:
    terminal = getattr(sys, stream)
    return _pretty(colours="NO_COLOR" not in os.environ and terminal is not None and terminal.isatty())


def _pretty(*, colours: bool) -> Callable[[Record], str]:
    from structlog.dev import ConsoleRenderer

    render = ConsoleRenderer(colors=colours, pad_event_to=0, sort_keys=False)

    def shown(record: Record) -> str:
        form = record.form
        attributes = dict(form["attributes"])
        trace = attributes.pop("exception.stacktrace", None)
        line: dict[str, Any] = {
            "timestamp": stamp(form["time_unix_nano"]),
            "level": _WORDS[form["severity_text"]],
            "event": form["body"] if form["event_name"] == LOG else form["event_name"],
            **({"logger": record.logger} if form["event_name"] == LOG else {}),
            **{f"{name}_" if name in ("event", "level", "timestamp", "logger") else name: each
               for name, each in attributes.items()},
            **({"run_id": form["run_id"]} if form["run_id"] else {}),
        }  # fmt: skip # the parts of a line in their order
        text = render(None, "", line) + "\n"
        return f"{text}{trace}" if trace else text

    return shown
