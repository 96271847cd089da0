"""From bytes to the text of a file, or the finding that says why there is none."""

from __future__ import annotations

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.syntax.limits import MAX_BYTES
from peakguard.syntax.source import Source


def source_of(file: str, data: bytes) -> tuple[Source | None, list[Diagnostic]]:
    """The text of a file, UTF-8 and of bounded size."""
    if len(data) > MAX_BYTES:
        return None, [found(codes.FILE_TOO_LARGE, Span.whole(file), size=len(data), limit=MAX_BYTES)]
    try:
        return Source(file, data.decode("utf-8")), []
    except UnicodeDecodeError as error:
        return None, [_not_utf8(file, data, error.start)]


def _not_utf8(file: str, data: bytes, offset: int) -> Diagnostic:
    readable = data[:offset].decode("utf-8")
    span = Source(file, readable).span(len(readable), len(readable) + 1)
    return found(codes.NOT_UTF8, span, byte=f"0x{data[offset]:02X}", offset=offset)
