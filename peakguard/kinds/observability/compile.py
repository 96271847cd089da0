"""What an observability policy becomes: plain data, with sizes in bytes and times in seconds."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.observability.model import Observability, Sample, Sink
from peakguard.language.document import Document
from peakguard.language.values import size_in_bytes
from peakguard.runtime.lengths import nanoseconds

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
_STREAMS = ("stderr", "stdout")


def compile_document(document: Document[Observability]) -> dict[str, Any]:
    """The table of a policy that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "mode": spec.mode,
        "fields": list(spec.fields),
        "sinks": {name: _sink(sink) for name, sink in spec.sinks.items()},
        "levels": {logger: _LEVELS[level] for logger, level in spec.levels.items()},
        "sample": {name: _sample(sample) for name, sample in spec.sample.items()},
        "redact": spec.redact.model_dump(mode="json"),
        "exceptions": spec.exceptions.model_dump(mode="json"),
        "limits": {"event": size_in_bytes(spec.limits.event), "depth": spec.limits.depth},
    }


def _sink(sink: Sink) -> dict[str, Any]:
    return {
        "to": sink.to,
        "format": sink.format or ("pretty" if sink.to in _STREAMS else "json"),
        "level": _LEVELS[sink.level],
        "rotate": size_in_bytes(sink.rotate or "64MiB"),
        "keep": sink.keep or 8,
    }


def _sample(sample: Sample) -> dict[str, Any]:
    seconds = nanoseconds(sample.per) / 1e9 if sample.per is not None else None
    return {"first": sample.first, "then": sample.then, "per": seconds}
