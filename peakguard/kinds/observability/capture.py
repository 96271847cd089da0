"""Records of every stdlib logger: they get the ids of their run, and go to our sinks too. Undone without a trace.

`Logger.callHandlers` is the one place that every record passes, after levels and filters, and ahead of the handlers of
the program. A handler of our own at the root would keep `logging.basicConfig` of the program from doing anything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from peakguard.kinds.observability.sinks import OURS
from peakguard.runtime import events

Taker = Callable[[logging.LogRecord, tuple[Any, ...]], bool]
"""Takes a record and the streams on which handlers of the program show it; tells whether a stream of ours shows it."""
_takers: tuple[Taker, ...] = ()
_original = logging.Logger.callHandlers
_is_in_place = False
_lock = threading.Lock()
_busy = threading.local()


def capture(taker: Taker) -> Callable[[], None]:
    """Give every record to a function from now on; returns the way back."""
    global _takers, _original, _is_in_place  # noqa: PLW0603 # the patch of the process
    with _lock:
        if not _is_in_place:
            _original, _is_in_place = logging.Logger.callHandlers, True
            _put(_call_handlers)
        _takers = (*_takers, taker)

    def release() -> None:
        global _takers, _is_in_place  # noqa: PLW0603 # likewise
        with _lock:
            _takers = tuple(each for each in _takers if each is not taker)
            if not _takers and logging.Logger.callHandlers is _call_handlers:
                _put(_original)  # which is kept: another thread may be in the middle of a record
                _is_in_place = False

    return release


def _put(call_handlers: Callable[[logging.Logger, logging.LogRecord], None]) -> None:
    logging.Logger.callHandlers = call_handlers  # type: ignore[method-assign,assignment] # what this module is for


def _call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
    is_shown = False
    # A handler or a value that logs while it is shown must not be taken for ever.
    if not hasattr(record, OURS) and not getattr(_busy, "now", False):
        _busy.now = True
        try:
            for taker in _takers:
                is_shown = taker(record, _streams(logger)) or is_shown
        except Exception as error:  # noqa: BLE001 # a log must not break the program
            events.report_once(_call_handlers, error)
        finally:
            _busy.now = False
    if not is_shown or logger.hasHandlers():
        _original(logger, record)


def _streams(logger: logging.Logger) -> tuple[Any, ...]:
    """The streams that handlers of a logger, and of those above it, write to."""
    found = []
    each: logging.Logger | None = logger
    while each is not None:
        found += [handler.stream for handler in each.handlers if isinstance(handler, logging.StreamHandler)]
        each = each.parent if each.propagate else None
    return tuple(found)
