"""Faults in TOML get a caret at the exact place."""

from __future__ import annotations

import pytest

from peakguard.syntax.node import Mapping, Node, at, key_at
from peakguard.syntax.source import Source
from peakguard.syntax.toml import parse_toml

DOCUMENT = """\
title = 'x'
"quoted key" = 1
a.b.c = [1, {d = "é"}, 2.5]

[table.sub]  # comment
when = 1979-05-27T07:32:00Z
[[items]]
n = 1
[[items]]
n = 2
[items.more]
deep = true
"""


def parsed(text: str) -> Mapping:
    node, findings = parse_toml(Source("a.toml", text))
    assert node is not None, findings
    return node


def text_of(node: Node) -> str:
    return node.source.text[node.start : node.end]


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("title",), "'x'"),
        (("quoted key",), "1"),
        (("a", "b", "c"), '[1, {d = "é"}, 2.5]'),
        (("a", "b", "c", 1), '{d = "é"}'),
        (("a", "b", "c", 1, "d"), '"é"'),
        (("a", "b", "c", 2), "2.5"),
        (("table", "sub"), "[table.sub]  # comment\nwhen = 1979-05-27T07:32:00Z"),
        (("table", "sub", "when"), "1979-05-27T07:32:00Z"),
        (("items", 0), "[[items]]\nn = 1"),
        (("items", 1, "n"), "2"),
        (("items", 1, "more"), "[items.more]\ndeep = true"),
        (("items", 1, "more", "deep"), "true"),
    ],
)
def test_every_value_knows_where_it_is_written(path: tuple[str | int, ...], written: str) -> None:
    assert text_of(at(parsed(DOCUMENT), path)) == written


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("quoted key",), '"quoted key"'),
        (("a",), "a"),
        (("a", "b", "c", 1, "d"), "d"),
        (("table", "sub"), "sub"),
        (("items",), "items"),
        (("items", 1, "more"), "more"),
    ],
)
def test_every_key_knows_where_it_is_written(path: tuple[str | int, ...], written: str) -> None:
    assert text_of(key_at(parsed(DOCUMENT), path)) == written


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("a = ", (1, 5), "PG108"),
        ("a 1", (1, 3), "PG108"),
        ("= 1", (1, 1), "PG108"),
        ("a = 1 b = 2", (1, 7), "PG108"),
        ("a = 'x", (1, 5), "PG108"),
        ('a = "x\n"', (1, 5), "PG108"),
        ('a = "\\q"', (1, 6), "PG108"),
        ('a = "\\ud800"', (1, 6), "PG108"),
        ('a = """x', (1, 5), "PG108"),
        ("a = [1, 2", (1, 5), "PG108"),
        ("a = [1 2]", (1, 8), "PG108"),
        ("a = {b = 1", (1, 5), "PG108"),
        ("a = {b = 1,}", (1, 12), "PG108"),
        ("a = {b = 1\n}", (1, 11), "PG108"),
        ("[a", (1, 3), "PG108"),
        ("[[a]", (1, 4), "PG108"),
        ("[a]\n[b]\n[a]", (3, 2), "PG108"),
        ("a = 1\n[a]", (2, 2), "PG108"),
        ("a = {b = 1}\na.c = 2", (2, 1), "PG108"),
        ("[a.b]\n[a]\nb.c = 1", (3, 1), "PG108"),
        ("a = [1]\n[[a]]", (2, 3), "PG108"),
        ("a = 1\n\na = 2", (3, 1), "PG110"),
        ("a = {b = 1, b = 2}", (1, 13), "PG110"),
        ("a = 2023-02-30", (1, 5), "PG108"),
        ("a = 01", (1, 6), "PG108"),
        ("a = yes", (1, 5), "PG108"),
        ("a = inf", (1, 5), "PG123"),
        ("a = 1e999", (1, 5), "PG123"),
        ("a = 9223372036854775808", (1, 5), "PG123"),
        ("a = 1\rb = 2", (1, 6), "PG108"),
    ],
)
def test_a_fault_is_found_where_it_is(text: str, place: tuple[int, int], code: str) -> None:
    _, findings = parse_toml(Source("a.toml", text))
    assert [(each.code, each.span.line, each.span.column) for each in findings] == [(code, *place)]
