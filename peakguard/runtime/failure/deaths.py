"""How a program dies of a catalogued error: with the traceback, what to do, and the exit code of its policy."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from peakguard.runtime.failure.failure import Failure, failure_of
from peakguard.runtime.failure.terminal import rendered

Classify = Callable[[BaseException], Failure | None]


class Deaths:
    """Replaces `sys.excepthook` and `threading.excepthook`; `undo` brings back what was there before."""

    def __init__(self, classify: Classify) -> None:
        self._classify = classify
        self._before = sys.excepthook
        self._before_in_threads = threading.excepthook
        self._own, self._own_in_threads = self._of_program, self._of_thread
        sys.excepthook = self._own
        threading.excepthook = self._own_in_threads

    def undo(self) -> None:
        """Put the earlier hooks back, unless somebody else has put others in since."""
        if sys.excepthook is self._own:
            sys.excepthook = self._before
        if threading.excepthook is self._own_in_threads:
            threading.excepthook = self._before_in_threads

    def _of_program(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
        failure = self._found(error)
        self._before(kind, error, trace)
        if failure is not None:
            self._show(failure)
            # Python exits with the code of a SystemExit that comes out of the hook, after everything at exit ran.
            raise SystemExit(failure.definition.exit_code)

    def _of_thread(self, args: threading.ExceptHookArgs) -> Any:
        failure = self._found(args.exc_value) if args.exc_value is not None else None
        self._before_in_threads(args)
        if failure is not None:
            self._show(failure)

    def _found(self, error: BaseException) -> Failure | None:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return None
        try:
            return failure_of(error) or self._classify(error)
        except Exception:  # noqa: BLE001 # the traceback at hand matters more
            return None

    def _show(self, failure: Failure) -> None:
        stream = sys.stderr
        if stream is None:
            return
        try:
            colour = stream.isatty() and "NO_COLOR" not in os.environ
            stream.write(f"\n{rendered(failure, colour=colour)}")
        except (OSError, ValueError):
            # Nobody reads it any more.
            return
