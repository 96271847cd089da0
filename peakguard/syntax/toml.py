"""TOML to nodes: one pass that yields values and places together, equal to `tomllib` in all it accepts.

`tomllib` has no positions, and needs a minute for a dotted key of 120 KB; so it is not called, and
the tests compare with it instead. Source: TOML 1.0.0; rules of redefinition as in `tomllib`.
"""

from __future__ import annotations

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.syntax.node import Mapping
from peakguard.syntax.source import Source
from peakguard.syntax.toml_cursor import Cursor, Refused
from peakguard.syntax.toml_key import parse_key
from peakguard.syntax.toml_tables import Tables
from peakguard.syntax.toml_value import parse_value


def parse_toml(source: Source) -> tuple[Mapping | None, list[Diagnostic]]:
    """The document, or None with the one finding that stopped the reading; other findings come along."""
    cursor = Cursor(source)
    tables = Tables(cursor)
    try:
        while not cursor.at_end():
            _statement(cursor, tables)
    except Refused as refusal:
        return None, [*cursor.findings, refusal.finding]
    return tables.root, cursor.findings


def _statement(cursor: Cursor, tables: Tables) -> None:
    cursor.skip_blank()
    if not cursor.at_end() and not cursor.at_line_end() and not cursor.looking_at("#"):
        if cursor.looking_at("[["):
            _header(cursor, tables, "[[", "]]")
        elif cursor.looking_at("["):
            _header(cursor, tables, "[", "]")
        else:
            _pair(cursor, tables)
        cursor.skip_blank()
    cursor.skip_comment()
    cursor.end_line()


def _header(cursor: Cursor, tables: Tables, opening: str, closing: str) -> None:
    start = cursor.position
    cursor.position += len(opening)
    key = parse_key(cursor)
    cursor.expect(closing, f"expected `{closing}` after the name of the table")
    if opening == "[[":
        tables.open_item(key, start)
    else:
        tables.open_table(key, start)


def _pair(cursor: Cursor, tables: Tables) -> None:
    key = parse_key(cursor)
    cursor.expect("=", "expected `=` after the key")
    cursor.skip_blank()
    if cursor.at_end() or cursor.at_line_end():
        cursor.refuse(codes.TOML_SYNTAX, cursor.position, problem="a value is missing after `=`")
    tables.add(key, parse_value(cursor, tables.depth + len(key)))
