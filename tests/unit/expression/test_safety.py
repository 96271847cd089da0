"""Whatever is written, nothing of it runs, nothing raises, and nothing warns."""

import random

import pytest

from peakguard.diagnostics import codes
from peakguard.expression import compile_text
from peakguard.expression.grammar import parse
from tests.unit.expression.scopes import ROWS

ESCAPES = [
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__[1].__subclasses__()",
    "high.__class__",
    "high.__reduce__()",
    "(lambda: 0)()",
    "(x for x in (1,)).gi_frame",
    "[x for x in (1, 2)]",
    "{x: 1 for x in (1, 2)}",
    "sum(x for x in (1, 2))",
    "'{0.__class__}'.format(high)",
    "f'{high.__class__}'",
    "(y := 1)",
    "symbol[0]",
    "symbol[::-1]",
    "max(*symbol)",
    "max(**symbol)",
    "await high",
    "yield high",
    "{1, 2}",
    "{'a': 1}",
    "...",
    "high @ open",
    "high << 99999999",
    "__import__('os').system('true')",
    "`high`",
    "$high",
    "high?",
    "print high",
    "import os",
    "while True: pass",
    "a if b",
    "high, open",
    "'a' 'b'.upper()",
    "1 .real",
    "not",
    "((((",
    "\x00",
    "high > 0\x00",
    "\ud800",
]
CALLS_TO_NOTHING = [
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "__import__('os')",
    "getattr(high, 'a')",
    "type(high)",
]
BOMBS = [
    "-" * 1999 + "1",
    "(" * 990 + "1" + ")" * 990,
    "not " * 499 + "a",
    "+".join("a" * 999),
    "[" * 1999,
    "a." * 999 + "b",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_an_escape_is_refused_with_one_fault(text: str) -> None:
    node, faults = parse(text)
    assert node is None
    assert len(faults) == 1
    assert 0 <= faults[0].start <= faults[0].end <= len(text)


@pytest.mark.parametrize("text", CALLS_TO_NOTHING)
def test_a_function_of_python_is_an_unknown_function(text: str) -> None:
    typed, faults = compile_text(f"{text} == 1", ROWS)
    assert typed is None
    assert [each.code for each in faults] == [codes.UNKNOWN_FUNCTION]


@pytest.mark.parametrize("text", BOMBS)
def test_a_bomb_is_refused_with_one_fault(text: str) -> None:
    node, faults = parse(text)
    assert (node, len(faults)) == (None, 1)


def test_a_name_with_underscores_is_only_an_unknown_column() -> None:
    _, faults = compile_text("__class__ > 1", ROWS)
    assert [each.code for each in faults] == [codes.UNKNOWN_NAME]


PIECES = [
    *"()[]{}.,:;'\"\\#@!?$%^&*~`|<>=+-/ \n\t0é𝒳",
    *(
        "high",
        "open",
        "symbol",
        "and",
        "or",
        "not",
        "if",
        "else",
        "in",
        "is",
        "None",
        "True",
        "lambda",
        "for",
        "prev(",
        "max(",
    ),
    *(
        "1",
        "1e9",
        "0x",
        "1_0",
        "9" * 25,
        "'a'",
        "r'\\d'",
        "f'",
        "**",
        "//",
        "==",
        ":=",
        "__class__",
        "date('2024-01-01')",
    ),
]


def test_any_text_gives_an_expression_or_faults_inside_it() -> None:
    source = random.Random(20)
    for _ in range(4000):
        text = "".join(source.choice(PIECES) for _ in range(source.randint(0, 12)))
        typed, faults = compile_text(text, ROWS)
        assert typed is not None or faults
        for each in faults:
            assert 0 <= each.start <= each.end <= len(text), text
