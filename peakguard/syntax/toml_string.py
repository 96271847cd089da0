"""The four kinds of strings of TOML."""

from __future__ import annotations

import re
from typing import NoReturn

from peakguard.diagnostics import codes
from peakguard.syntax.node import Scalar, Style
from peakguard.syntax.toml_cursor import Cursor

_BASIC_RUN = re.compile(r'[^"\\\x00-\x08\x0a-\x1f\x7f]*')
_RAW_RUN = re.compile(r"[^'\x00-\x08\x0a-\x1f\x7f]*")
_BLOCK_RUN = re.compile(r'(?:[^"\\\x00-\x08\x0b-\x1f\x7f]|\r\n)*')
_RAW_BLOCK_RUN = re.compile(r"(?:[^'\x00-\x08\x0b-\x1f\x7f]|\r\n)*")
_FIRST_BREAK = re.compile(r"\r?\n")
_FOLD = re.compile(r"\\[ \t]*\r?\n(?:[ \t]|\r?\n)*")
_UNICODE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def parse_string(cursor: Cursor) -> Scalar:
    """The string that begins here, of whichever kind."""
    if cursor.looking_at('"""'):
        return _block(cursor, '"', _BLOCK_RUN, Style.BASIC_BLOCK)
    if cursor.looking_at("'''"):
        return _block(cursor, "'", _RAW_BLOCK_RUN, Style.RAW_BLOCK)
    return parse_basic(cursor) if cursor.looking_at('"') else parse_raw(cursor)


def parse_basic(cursor: Cursor) -> Scalar:
    """A string in double quotes, on one line."""
    start = cursor.position
    cursor.position += 1
    pieces: list[str] = []
    while True:
        run = cursor.take(_BASIC_RUN)
        pieces.append(run[0] if run else "")
        if cursor.looking_at('"'):
            cursor.position += 1
            return Scalar(cursor.source, start, cursor.position, "".join(pieces), Style.BASIC)
        if not cursor.looking_at("\\"):
            _refuse_open(cursor, start)
        pieces.append(_escape(cursor))


def parse_raw(cursor: Cursor) -> Scalar:
    """A string in single quotes, on one line."""
    start = cursor.position
    cursor.position += 1
    run = cursor.take(_RAW_RUN)
    if not cursor.looking_at("'"):
        _refuse_open(cursor, start)
    cursor.position += 1
    return Scalar(cursor.source, start, cursor.position, run[0] if run else "", Style.RAW)


def _block(cursor: Cursor, quote: str, run_of: re.Pattern[str], style: Style) -> Scalar:
    start = cursor.position
    cursor.position += 3
    cursor.take(_FIRST_BREAK)
    pieces: list[str] = []
    while True:
        run = cursor.take(run_of)
        pieces.append(run[0].replace("\r\n", "\n") if run else "")
        if cursor.looking_at(quote * 3):
            return _close_block(cursor, start, quote, pieces, style)
        if cursor.looking_at(quote):
            pieces.append(quote)
            cursor.position += 1
        elif cursor.looking_at("\\"):
            pieces.append("" if cursor.take(_FOLD) else _escape(cursor))
        else:
            _refuse_open(cursor, start)


def _close_block(cursor: Cursor, start: int, quote: str, pieces: list[str], style: Style) -> Scalar:
    """Up to two quotes may stand directly before the closing three."""
    cursor.position += 3
    for _ in range(2):
        if cursor.looking_at(quote):
            pieces.append(quote)
            cursor.position += 1
    return Scalar(cursor.source, start, cursor.position, "".join(pieces), style)


def _escape(cursor: Cursor) -> str:
    start = cursor.position
    if match := cursor.take(_UNICODE):
        number = int(match[1] or match[2], 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            cursor.refuse(codes.TOML_SYNTAX, start, cursor.position, problem=f"`{match[0]}` is no character")
        return chr(number)
    letter = cursor.text[start + 1 : start + 2]
    if letter not in _ESCAPES or not letter:
        end = min(start + 2, len(cursor.text))
        cursor.refuse(codes.TOML_SYNTAX, start, end, problem=f"`\\{letter.strip()}` is no escape")
    cursor.position += 2
    return _ESCAPES[letter]


def _refuse_open(cursor: Cursor, start: int) -> NoReturn:
    if cursor.at_end() or cursor.text[cursor.position] in "\r\n":
        cursor.refuse(codes.TOML_SYNTAX, start, cursor.position, problem="this string is not closed")
    number = f"U+{ord(cursor.text[cursor.position]):04X}"
    cursor.refuse(codes.TOML_SYNTAX, cursor.position, problem=f"the character {number} must be written as an escape")
