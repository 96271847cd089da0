"""Input that is built to exhaust a parser is one finding, found before a tree exists."""

from __future__ import annotations

import pytest

from peakguard.diagnostics import codes
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("a.yaml", "[" * 100_000, codes.TOO_DEEP),
        ("a.yaml", "{a: " * 100_000, codes.TOO_DEEP),
        ("a.yaml", "- " * 100_000, codes.TOO_DEEP),
        ("a.yaml", "".join(f"{' ' * n}k:\n" for n in range(100)), codes.TOO_DEEP),
        ("a.yaml", "a: [" + "1," * 60_000 + "]", codes.TOO_MANY_VALUES),
        ("a.toml", "a = " + "[" * 100_000, codes.TOO_DEEP),
        ("a.toml", "a = " + "{b = " * 100_000, codes.TOO_DEEP),
        ("a.toml", "a" + ".a" * 60_000 + " = 1", codes.DOTTED_KEY_TOO_LONG),
        ("a.toml", "[" + "a." * 60_000 + "a]", codes.DOTTED_KEY_TOO_LONG),
        ("a.toml", "a = [" + "1," * 60_000 + "]", codes.TOO_MANY_VALUES),
        ("a.toml", "".join(f"k{n} = 1\n" for n in range(60_000)), codes.TOO_MANY_VALUES),
        ("a.toml", "".join(f"a{n}.b.c.d.e.f = 1\n" for n in range(11_000)), codes.TOO_MANY_VALUES),
        ("a.toml", "[[t]]\n" * 60_000, codes.TOO_MANY_VALUES),
    ],
)
def test_input_over_a_limit_is_one_finding(file: str, text: str, code: str) -> None:
    node, findings = parse(Source(file, text))
    assert node is None
    assert [finding.code for finding in findings] == [code]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.yaml", "a: " + "[" * 62 + "]" * 62),
        ("a.toml", "a = " + "[" * 62 + "]" * 62),
        ("a.toml", ".".join(["a"] * 63) + " = 1"),
    ],
)
def test_input_within_the_limits_is_read(file: str, text: str) -> None:
    node, findings = parse(Source(file, text))
    assert node is not None
    assert findings == []
