"""Exceptions as attributes of a log record, with the names that OpenTelemetry gives them."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from peakguard.kinds.observability.bounded import as_text, bounded
from peakguard.runtime.failure.matching import read

_FRAMES = 5
"""Innermost frames of which local variables are written."""
_LOCALS = 30
_DEEP = 2


def raised(error: BaseException, settings: Mapping[str, Any]) -> dict[str, Any]:
    """`exception.type`, `.message` and `.stacktrace` with causes, groups and notes; a code where it has one."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    found: dict[str, Any] = {
        "exception.type": name,
        "exception.message": as_text(error),
        "exception.stacktrace": _trace(error, settings["frames"]),
    }
    code = read(error if hasattr(kind, "definition") else read(error, "peakguard"), "code")
    if isinstance(code, str):
        found["code"] = code
    if settings["locals"]:
        found["exception.locals"] = _locals(error.__traceback__)
    return found


def _trace(error: BaseException, frames: int) -> str:
    try:
        return "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=-frames))
    except Exception:  # noqa: BLE001 # of a message or a source that cannot be shown
        return "".join(traceback.format_tb(error.__traceback__, limit=-frames))


def _locals(trace: TracebackType | None) -> list[dict[str, Any]]:
    """The innermost frames with their variables, outermost first."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(trace)][-_FRAMES:]
    return [
        {
            "at": f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_qualname}",
            "locals": {name: bounded(each, _DEEP) for name, each in list(frame.f_locals.items())[:_LOCALS]},
        }
        for frame, line in frames
    ]
