"""Values of TOML: strings, numbers, booleans, dates, arrays and inline tables."""

from __future__ import annotations

import re
from datetime import date
from typing import NoReturn

from peakguard.diagnostics import codes
from peakguard.syntax.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.syntax.node import Mapping, Node, Scalar, Sequence, Style
from peakguard.syntax.toml_cursor import Cursor
from peakguard.syntax.toml_key import parse_key
from peakguard.syntax.toml_string import parse_string

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
_OFFSET = r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_DATE = re.compile(rf"([0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))(?:[Tt ]{_TIME}{_OFFSET}?)?", re.ASCII)
_CLOCK = re.compile(_TIME, re.ASCII)
_NUMBER = re.compile(
    r"0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0b[01](?:_?[01])*|0o[0-7](?:_?[0-7])*"
    r"|[+-]?(?:0|[1-9](?:_?[0-9])*)(?P<part>(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)",
    re.ASCII,
)
_NOT_FINITE = re.compile(r"[+-]?(?:inf|nan)")
_WORD = re.compile(r"true|false")
# More decimal digits than this cannot be a 64-bit integer, and Python refuses to convert thousands.
_MAX_DIGITS = 100


def parse_value(cursor: Cursor, depth: int) -> Node:
    """The value that begins here; `depth` is the number of levels it stands under."""
    start = cursor.position
    cursor.count_node(start)
    cursor.check_depth(depth, start)
    if cursor.looking_at('"') or cursor.looking_at("'"):
        return parse_string(cursor)
    if cursor.looking_at("["):
        return _array(cursor, depth)
    if cursor.looking_at("{"):
        return _inline_table(cursor, depth)
    return _plain(cursor)


def _plain(cursor: Cursor) -> Scalar:
    start = cursor.position
    value: None | bool | int | float | str
    if match := cursor.take(_WORD):
        value = match[0] == "true"
    elif match := cursor.take(_DATE):
        value = match[0]
        _check_day(cursor, match)
    elif match := cursor.take(_CLOCK):
        value = match[0]
    elif match := cursor.take(_NUMBER):
        value = _number(cursor, match)
    elif match := cursor.take(_NOT_FINITE):
        value = match[0]
        cursor.remark(codes.NUMBER_OUT_OF_RANGE, *match.span(), text=match[0], problem="not a finite number")
    else:
        cursor.refuse(codes.TOML_SYNTAX, start, problem="expected a value; text stands in quotes")
    return Scalar(cursor.source, start, cursor.position, value, Style.PLAIN)


def _check_day(cursor: Cursor, match: re.Match[str]) -> None:
    try:
        date.fromisoformat(match[1])
    except ValueError:
        cursor.refuse(codes.TOML_SYNTAX, *match.span(1), problem=f"{match[1]} is no day of the calendar")


def _number(cursor: Cursor, match: re.Match[str]) -> int | float:
    text = match[0].replace("_", "")
    shown = match[0] if len(match[0]) <= 40 else f"{match[0][:37]}…"
    if match["part"]:
        number = float(text)
        if abs(number) == float("inf"):
            cursor.remark(codes.NUMBER_OUT_OF_RANGE, *match.span(), text=shown, problem="too large for a float")
        return number
    integer = int(text, 0) if len(text) <= _MAX_DIGITS else MAX_INTEGER + 1
    if not MIN_INTEGER <= integer <= MAX_INTEGER:
        cursor.remark(codes.NUMBER_OUT_OF_RANGE, *match.span(), text=shown, problem="outside the 64-bit integers")
        return 0
    return integer


def _array(cursor: Cursor, depth: int) -> Sequence:
    start = cursor.position
    cursor.position += 1
    items: list[Node] = []
    cursor.skip_space()
    while not cursor.looking_at("]"):
        items.append(parse_value(cursor, depth + 1))
        cursor.skip_space()
        if cursor.looking_at(","):
            cursor.position += 1
            cursor.skip_space()
        elif not cursor.looking_at("]"):
            _refuse_open(cursor, start, "array", "]")
    cursor.position += 1
    return Sequence(cursor.source, start, cursor.position, items)


def _inline_table(cursor: Cursor, depth: int) -> Mapping:
    table = Mapping(cursor.source, cursor.position, cursor.position, {})
    cursor.position += 1
    cursor.skip_blank()
    made = {id(table)}
    while not cursor.looking_at("}") or table.entries:
        key = parse_key(cursor)
        cursor.expect("=", "expected `=` after the key")
        cursor.skip_blank()
        _add(cursor, table, key, parse_value(cursor, depth + len(key)), made)
        cursor.skip_blank()
        if cursor.looking_at("}"):
            break
        if not cursor.looking_at(","):
            _refuse_open(cursor, table.start, "inline table", "}")
        cursor.position += 1
        cursor.skip_blank()
    cursor.position += 1
    table.end = cursor.position
    return table


def _add(cursor: Cursor, table: Mapping, key: list[Scalar], value: Node, made: set[int]) -> None:
    """Put a value under a dotted key; only tables that dotted keys of this inline table made may grow."""
    for part in key[:-1]:
        entry = table.entries.get(str(part.value))
        if entry is None:
            cursor.count_node(part.start)
            below = Mapping(cursor.source, part.start, value.end, {})
            made.add(id(below))
            table.entries[str(part.value)] = (part, below)
            table = below
        elif isinstance(entry[1], Mapping) and id(entry[1]) in made:
            table = entry[1]
            table.end = value.end
        else:
            cursor.refuse(codes.TOML_SYNTAX, part.start, part.end, problem=f"`{part.value}` has a value already")
    last = key[-1]
    name = str(last.value)
    if name in table.entries:
        first_line = table.entries[name][0].span.line
        cursor.remark(codes.DUPLICATE_KEY, last.start, last.end, key=name, first_line=first_line)
    else:
        table.entries[name] = (last, value)


def _refuse_open(cursor: Cursor, start: int, what: str, closing: str) -> NoReturn:
    if cursor.at_end():
        cursor.refuse(codes.TOML_SYNTAX, start, start + 1, problem=f"this {what} is not closed")
    cursor.refuse(codes.TOML_SYNTAX, cursor.position, problem=f"expected `,` or `{closing}` in the {what}")
