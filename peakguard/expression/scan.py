"""The text of an expression before `ast` sees it: one line, within bounds, nothing odd outside its strings.

The result has the length of the text, so offsets stay what they are.
"""

from __future__ import annotations

import re

from peakguard.diagnostics import codes
from peakguard.expression.fault import Fault, fault
from peakguard.expression.limits import MAX_LENGTH

_PLAIN = re.compile(r"[ A-Za-z0-9_+\-*/%<>=!().,\[\]]*")
_PIECE = re.compile(
    r"(?P<string>[A-Za-z]*(?:'''|\"\"\"|'|\"))|(?P<space>[\t\n\r]+)|(?P<odd>[^ -~]|[\\#;])|(?P<word>\w+|.)"
)
_REASONS = {
    "\\": "a backslash is allowed in raw literals only, such as r'\\d+'",
    "#": "an expression has no comments",
    ";": "an expression is one value",
}


def scan(text: str, *, bounded: bool = True) -> str | Fault:
    """The text with its line breaks and tabs as spaces, or what is wrong with it.

    With `bounded=False` the length is not limited, and strings may hold escapes: for text that we generate ourselves.
    """
    if bounded and len(text) > MAX_LENGTH:
        return fault(codes.EXPRESSION_LIMIT, 0, len(text), found=len(text), what="characters", limit=MAX_LENGTH)
    if _PLAIN.fullmatch(text):
        return text
    return _scan_pieces(text, escapes=not bounded)


def _scan_pieces(text: str, *, escapes: bool) -> str | Fault:
    pieces: list[str] = []
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        assert match is not None  # the last alternative takes any character
        if match["odd"] is not None:
            return _bad_character(text, position)
        if match["string"] is not None:
            end = _string_end(text, match, escapes=escapes)
            if isinstance(end, Fault):
                return end
        else:
            end = match.end()
        pieces.append(" " * (end - position) if match["space"] is not None else text[position:end])
        position = end
    return "".join(pieces)


def _string_end(text: str, opening: re.Match[str], *, escapes: bool) -> int | Fault:
    """Where a string literal ends: the offset behind its closing quote."""
    token = opening["string"]
    quote = token.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if len(quote) == 3:
        start, end = opening.span()
        return fault(codes.NOT_IN_LANGUAGE, start, end, construct="a triple-quoted string", instead="Write '…'")
    is_raw = "r" in token[: -len(quote)].lower()
    position = opening.end()
    while position < len(text):
        character = text[position]
        if character == quote:
            return position + 1
        if character in "\r\n":
            break
        if character == "\\":
            if not is_raw and not escapes:
                return _bad_character(text, position)
            position += 1
        position += 1
    return fault(codes.EXPRESSION_SYNTAX, opening.start(), min(position, len(text)), problem="the string has no end")


def _bad_character(text: str, position: int) -> Fault:
    character = text[position]
    reason = _REASONS.get(character) or ("it is not ASCII" if character > "~" else "it is a control character")
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return fault(codes.BAD_CHARACTER, position, position + 1, character=shown, reason=reason)
