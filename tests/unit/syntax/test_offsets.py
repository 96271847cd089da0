"""Places inside a string lead back to the file, however the string is written."""

from __future__ import annotations

import pytest

from peakguard.syntax.node import Scalar, child
from peakguard.syntax.offsets import locate, value_offsets
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source

YAML = {
    "plain": "a: close > XX + 1",
    "plain-lines": "a: one\n  two\n  three XX\n",
    "single": "a: 'it''s XX'",
    "single-lines": "a: 'it\n\n  is XX'",
    "double-escapes": 'a: "q\\x41\\t\\u4e2d\\U0001F600 XX ok"',
    "double-folded": 'a: "x\n   y\n\n   XX"',
    "double-joined": 'a: "one\\\n   two XX"',
    "double-escaped-spaces": 'a: " sp\\ \\ XX"',
    "double-joined-with-space": 'a: "a\\\n  \\  XX"',
    "literal": "a: |\n  first\n   second XX\n  z\n",
    "literal-indent": "a: |2-\n    XX\n",
    "literal-comment": "a: | # why\n  one\n\n  XX\n",
    "folded": "a: >-\n  first\n  second\n\n  more XX\n",
    "folded-more-indented": "a: >\n  one\n    two\n  XX\n",
    "wide": "a: '日本😀 XX'",
    "tabs": "a:\t'tab\tXX'",
    "crlf": "a: |\r\n  first\r\n  XX\r\n",
    "flow": "{b: 1, a: [XX]}",
}
TOML = {
    "basic": 'a = "q\\t\\u00e9\\U0001F600 XX"',
    "raw": "a = 'C:\\XX'",
    "basic-block": 'a = """\none\n  two XX"""',
    "basic-block-joined": 'a = """one \\\n\n   \\\n   XX"""',
    "raw-block": "a = '''\n\"one\n XX'''",
    "crlf-block": "a = '''\r\none\r\nXX'''",
    "quotes-at-end": 'a = """XX"" """',
}


def scalar(file: str, text: str) -> Scalar:
    node, findings = parse(Source(file, text))
    assert node is not None, findings
    value = child(node, "a")
    if not isinstance(value, Scalar):
        assert value is not None
        value = child(value, 0)
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("file", "text"),
    [pytest.param("a.yaml", text, id=f"yaml-{name}") for name, text in YAML.items()]
    + [pytest.param("a.toml", text, id=f"toml-{name}") for name, text in TOML.items()],
)
def test_a_word_in_a_string_is_found_in_the_file(file: str, text: str) -> None:
    value = scalar(file, text)
    place = str(value.value).index("XX")
    span = locate(value, place, place + 2)
    line = value.source.line(span.line)
    assert (span.end_line, line[span.column - 1 : span.end_column - 1]) == (span.line, "XX")


@pytest.mark.parametrize(
    ("file", "text"),
    [pytest.param("a.yaml", text, id=f"yaml-{name}") for name, text in YAML.items()]
    + [pytest.param("a.toml", text, id=f"toml-{name}") for name, text in TOML.items()],
)
def test_offsets_rise_and_lie_within_the_string(file: str, text: str) -> None:
    value = scalar(file, text)
    offsets = value_offsets(value)
    assert len(offsets) == len(str(value.value)) + 1
    assert offsets == sorted(offsets)
    assert value.start <= offsets[0]
    assert offsets[-1] <= value.end


def test_an_escape_is_marked_whole() -> None:
    value = scalar("a.yaml", 'a: "x\\u4e2dy"')
    assert locate(value, 1, 2) == value.source.span(5, 11)


def test_a_place_behind_the_last_character_is_the_end() -> None:
    value = scalar("a.yaml", "a: 'abc'")
    assert locate(value, 3, 3) == value.source.span(7, 7)
