"""Files that commands write because they were asked to."""

from __future__ import annotations

from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span


def write_file(path: str, data: bytes) -> None:
    """Write a file, whole or not at all. Raises Refusal (PG2020) where it cannot be written."""
    from peakguard.runtime.fsops import write_atomic

    try:
        write_atomic(path, data)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refusal(found(codes.OUTPUT_UNWRITABLE, Span.whole(path), reason=reason)) from error
