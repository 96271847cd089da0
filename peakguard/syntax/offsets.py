"""From a place inside a string's value back to the file, through quotes, escapes, folding and indentation."""

import re

from peakguard.diagnostics.span import Span
from peakguard.syntax.node import Scalar, Style

_YAML_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)", re.DOTALL)
_TOML_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[btnfr\"\\]|[ \t]*(?:\r\n|\n)\s*)")
_OPENING = {
    Style.SINGLE: 1,
    Style.DOUBLE: 1,
    Style.BASIC: 1,
    Style.RAW: 1,
    Style.BASIC_BLOCK: 3,
    Style.RAW_BLOCK: 3,
}
_ESCAPES = {Style.DOUBLE: _YAML_ESCAPE, Style.BASIC: _TOML_ESCAPE, Style.BASIC_BLOCK: _TOML_ESCAPE}


def locate(scalar: Scalar, start: int, end: int) -> Span:
    """The span of `value[start:end]` in the file; an empty piece at the end points behind the last character."""
    offsets = value_offsets(scalar)
    if start >= end or start >= len(offsets) - 1:
        place = offsets[min(start, len(offsets) - 1)]
        return scalar.source.span(place, place)
    return scalar.source.span(offsets[start], offsets[end - 1] + _width(scalar, offsets, end - 1))


def value_offsets(scalar: Scalar) -> list[int]:
    """For each character of the value its offset in the file, and one more for the end of the text.

    White space that folding made up lies where the white space of the file begins. All other
    characters stand in the file in the same order as in the value, which is what this relies on.
    """
    value = scalar.value if isinstance(scalar.value, str) else ""
    text, position = scalar.source.text, _content_start(scalar)
    escape = _ESCAPES.get(scalar.style)
    offsets: list[int] = []
    for character in value:
        position = _skip_to(text, position, scalar.end, character, escape)
        offsets.append(position)
        position += _advance(text, position, character, scalar.style, escape)
    offsets.append(min(position, scalar.end))
    return offsets


def _content_start(scalar: Scalar) -> int:
    if scalar.style in (Style.LITERAL, Style.FOLDED):
        header_end = scalar.source.text.find("\n", scalar.start, scalar.end)
        return scalar.end if header_end < 0 else header_end + 1
    return scalar.start + _OPENING.get(scalar.style, 0)


def _skip_to(text: str, position: int, end: int, character: str, escape: re.Pattern[str] | None) -> int:
    """Pass over indentation, line folds and escaped line breaks, which stand for no character."""
    while position < end:
        match = escape.match(text, position) if escape and text[position] == "\\" else None
        if match and not match[0][1:].strip(" \t\r\n"):
            if (match[0][1:] and match[0][1] in "\r\n") or escape is _TOML_ESCAPE:
                position = match.end()
                continue
            return position
        if match or not text[position].isspace() or character.isspace():
            return position
        position += 1
    return min(position, end)


def _advance(text: str, position: int, character: str, style: Style, escape: re.Pattern[str] | None) -> int:
    if escape and text.startswith("\\", position):
        match = escape.match(text, position)
        return len(match[0]) if match else 1
    if style is Style.SINGLE and character == "'":
        return 2
    if character.isspace() and text[position : position + 1] != character:
        return _folded_width(text, position)
    return 1


def _folded_width(text: str, position: int) -> int:
    """White space of the file that one white-space character of the value stands for."""
    if text.startswith("\r\n", position):
        return 2
    return 1 if text[position : position + 1].isspace() else 0


def _width(scalar: Scalar, offsets: list[int], index: int) -> int:
    """How much of the file the character at an index takes: 1, or the length of its escape."""
    text, position = scalar.source.text, offsets[index]
    value = str(scalar.value)
    return max(1, _advance(text, position, value[index], scalar.style, _ESCAPES.get(scalar.style)))
