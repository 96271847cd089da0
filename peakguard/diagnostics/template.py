"""Message templates: text with `{placeholders}`, nothing else of Python's format language."""

from __future__ import annotations

from typing import NamedTuple


class Placeholder(NamedTuple):
    """A `{name}` and the offsets of the braces; `name` is None where the braces are malformed."""

    start: int
    end: int
    name: str | None


def placeholders(text: str) -> list[Placeholder]:
    """All placeholders of a template; `{{` and `}}` stand for braces."""
    found: list[Placeholder] = []
    position = 0
    while position < len(text):
        if text[position : position + 2] in ("{{", "}}"):
            position += 2
        elif text[position] == "}":
            found.append(Placeholder(position, position + 1, None))
            position += 1
        elif text[position] == "{":
            found.append(_placeholder(text, position))
            position = found[-1].end
        else:
            position += 1
    return found


def _placeholder(text: str, start: int) -> Placeholder:
    close = text.find("}", start)
    end = len(text) if close < 0 else close + 1
    name = text[start + 1 : close] if close > 0 else ""
    return Placeholder(start, end, name if name.isidentifier() and name.isascii() else None)


def fill(text: str, values: dict[str, str]) -> str:
    """The text with each placeholder replaced; unknown ones stay as they are."""
    pieces: list[str] = []
    position = 0
    for start, end, name in placeholders(text):
        pieces.append(_unescape(text[position:start]))
        pieces.append(values.get(name or "", text[start:end]))
        position = end
    return "".join([*pieces, _unescape(text[position:])])


def _unescape(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")
