"""What is wrong with the bytes of a text file, whatever it holds."""

from __future__ import annotations

from peakguard.diagnostics import codes
from peakguard.engines.polars.forms import opened
from peakguard.runtime.errors import PeakguardError

_MARKS = {b"\xff\xfe": "; it looks like UTF-16", b"\xfe\xff": "; it looks like UTF-16"}


def encoding_fault(file: str) -> PeakguardError | None:
    """The first byte that is no UTF-8 text; NUL is none either."""
    offset = 0
    with opened(file) as binary:
        for number, line in enumerate(binary, 1):
            place = _not_text(line)
            if place is not None:
                return PeakguardError(
                    codes.DATA_NOT_UTF8,
                    file=file,
                    line=number,
                    byte=f"0x{line[place]:02x}",
                    offset=offset + place,
                    guess=_guess(line, place, is_first=number == 1),
                )
            offset += len(line)
    return None


def _not_text(line: bytes) -> int | None:
    try:
        place = line.decode("utf-8").find("\0")
    except UnicodeDecodeError as error:
        return error.start
    return line.index(b"\0") if place >= 0 else None


def _guess(line: bytes, place: int, *, is_first: bool) -> str:
    if is_first and line[:2] in _MARKS:
        return _MARKS[line[:2]]
    if not line[place]:
        return "; it looks like UTF-16" if line.count(b"\0") * 3 > len(line) else ""
    return "; it may be Latin-1" if line[place] >= 0xA0 else ""
