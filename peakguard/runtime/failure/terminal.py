"""A failure for people at a terminal: what, why, what to do, where from."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.runtime.failure.failure import Failure
from peakguard.runtime.failure.written import written

_WIDTH = 10
_BOLD, _RED, _YELLOW, _FAINT, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"


def rendered(failure: Failure, *, colour: bool = False) -> str:
    """A block of lines, each ended by a line feed."""
    definition = failure.definition
    head = f"{definition.code} {definition.slug}: {failure.message}"
    if colour:
        strong = _YELLOW if definition.severity in ("info", "warning") else _RED
        head = f"{_BOLD}{strong}{definition.code}{_PLAIN} {definition.slug}: {_BOLD}{failure.message}{_PLAIN}"
    return "".join(f"{line}\n" for line in [head, *_rows(failure, colour=colour)])


def _rows(failure: Failure, *, colour: bool) -> Iterator[str]:
    for name, lines in _parts(failure):
        for place, line in enumerate(lines):
            label = (name if place == 0 else "").ljust(_WIDTH)
            yield f"  {_FAINT}{label}{_PLAIN}{line}" if colour else f"  {label}{line}"


def _parts(failure: Failure) -> Iterator[tuple[str, list[str]]]:
    definition, when = failure.definition, failure.occurrence
    yield (
        "severity",
        [f"{definition.severity}, category {definition.category}" + _again(retryable=definition.retryable)],
    )
    if definition.cause:
        yield "cause", [definition.cause]
    if failure.context:
        yield "context", [", ".join(f"{name}={written(value)}" for name, value in failure.context.items())]
    yield "try", list(failure.hints)
    yield "recovery", [f"{number}. {step}" for number, step in enumerate(failure.recovery, start=1)]
    if when.run_id:
        yield "run", [f"{when.run_id}, trace {when.trace_id}"]
    yield "time", [when.timestamp]
    yield "policy", [f"{definition.origin} ({definition.domain})"]
    yield "more", [f"peakguard explain {definition.code}"]


def _again(*, retryable: bool) -> str:
    return ", trying again can help" if retryable else ""
