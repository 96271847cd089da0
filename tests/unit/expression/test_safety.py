"""Whatever is written, nothing of it runs, nothing raises, and nothing warns."""

import json
import random
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import pytest

from peakguard.diagnostics import codes
from peakguard.expression import compile_text
from peakguard.expression.grammar import parse
from peakguard.expression.scope import Column
from peakguard.expression.types import INT64, record, records
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


CORPUS = [
    *ESCAPES,
    *(f"{each} == 1" for each in CALLS_TO_NOTHING),
    *BOMBS,
    # Fields and loop variables are no way into Python.
    "any(p.__class__ for p in legs)",
    "any(p.__dict__ for p in legs)",
    "sum(p.qty.__class__ for p in legs)",
    "all(legs.__len__() for p in legs)",
    "deal.__reduce__",
    "deal.qty.real",
    "deal.__init__.__globals__",
    "(p for p in legs).gi_frame",
    "sum((p for p in legs).gi_frame.f_back for q in legs)",
    "any(p.gi_frame for p in legs)",
    "sum(lambda: 1 for p in legs)",
    "sum((q := p.qty) for p in legs)",
    "sum(*p for p in legs)",
    "sum(p.qty for *p in legs)",
    "sum(p.qty for p, q in legs)",
    "sum(p.qty for p.qty in legs)",
    "sum(p.qty for legs[0] in legs)",
    "sum(p.qty for p in legs for q in legs)",
    "sum(sum(q.qty for q in legs) for p in legs)",
    "sum([p.qty for p in legs])",
    "sum({p.qty for p in legs})",
    "sum({p.qty: 1 for p in legs})",
    "sum(p.qty async for p in legs)",
    "sum(await p for p in legs)",
    "sum(p.qty for p in (1, 2, 3))",
    "sum(p.qty for p in range(9))",
    "sum(p.qty for p in legs.copy())",
    "sum(p.qty for p in legs if (yield))",
    "sum(p.qty for p in legs, 1)",
    "sum((p.qty for p in legs), start=1)",
    "max((p.qty for p in legs), key=len)",
    "sum(p.qty for __p in legs)",
    # Numbers and texts that are built to cost.
    "9**9**9",
    "9 ** 9999",
    "pow(high, 99999999)",
    "pow(9, 9)",
    "1e999 > high",
    "0x" + "f" * 1900 + " > high",
    "9" * 1900 + " > high",
    "1_0" * 600 + " > high",
    "0b" + "1" * 1900 + " > high",
    "1j > high",
    "'a' * 1000000000 == symbol",
    "symbol * 1000000000 == symbol",
    "symbol + symbol == symbol",
    "'%s' % high == symbol",
    "'{0.__class__}' % high == symbol",
    "b'a' == symbol",
    "u'' 'a' == symbol and f''",
    "'a' * 257 == symbol",
    f"symbol == '{'a' * 300}'",
    f"high in [{', '.join(map(str, range(1001)))}]",
    "high in (x for x in (1, 2))",
    "high in range(9)",
    # Patterns that backtrack, or that engines read differently.
    "matches(symbol, r'(a+)+$')",
    "matches(symbol, r'(?=a)b')",
    "matches(symbol, r'(a)\\1')",
    "matches(symbol, r'(?P<x>a)(?P=x)')",
    "matches(symbol, r'(?i)a')",
    "matches(symbol, r'a++')",
    "matches(symbol, r'(a{1000}){1000}')",
    f"matches(symbol, r'{'(' * 200}a{')' * 200}')",
    f"matches(symbol, r'{'a?' * 400}{'a' * 400}{'(' * 30}')",
    "matches(symbol, symbol)",
    # Characters that look like others, or that hide.
    "hіgh > 1",
    "ｈｉｇｈ > 1",
    "high\u200b > 1",
    "high \u202e> 1",
    "high ＞ 1",
    "high > １",
    "high > 1\u2028and open",
    "‘a’ == symbol",
    "high − open > 1",
    # Statements and what else Python has.
    "exec",
    "high if open",
    "high; open",
    "del high",
    "raise high",
    "lambda: high",
    "lambda: (yield)",
    "print(high)",
    "breakpoint()",
    "globals()",
    "vars(high)",
    "compile('1', '', 'eval')",
    "high is open",
    "high is not 1",
    "~high > 1",
    "high ^ open",
    "high | open > 1",
    "high & open > 1",
    "not not",
    "high > > 1",
    "high <> 1",
    "@high",
    "{**high}",
    "[*high]",
    "high[...]",
    "prev(prev(prev(" * 300,
    "high > 1 # or True",
    "high > 1\\\nor True",
    "'''a''' == symbol",
    "rb'a' == symbol",
    "__debug__ and high > 1",
    "__name__ == '__main__'",
    "True.real > 1",
    "None > 1",
    "high == None",
]
SCOPE = ROWS._replace(
    columns={
        **ROWS.columns,
        "legs": Column(records({"qty": Column(INT64)})),
        "deal": Column(record({"qty": Column(INT64)})),
    }
)


def test_the_corpus_is_large() -> None:
    assert len(set(CORPUS)) >= 150


@pytest.mark.parametrize("text", CORPUS, ids=lambda text: ascii(text[:40]))
def test_nothing_of_the_corpus_is_an_expression_and_none_takes_ten_milliseconds(text: str) -> None:
    taken = []
    for _ in range(3):
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            typed, faults = compile_text(text, SCOPE)
        taken.append(time.process_time() - started)
        assert typed is None
        assert faults
        assert all(0 <= each.start <= each.end <= len(text) for each in faults)
    # Parsed texts are remembered, so the first time counts as well: it is let off only what loading modules takes.
    assert min(taken) < 0.010


def test_the_first_look_at_each_is_as_short() -> None:
    from peakguard.expression import grammar

    slow = []
    for text in CORPUS:
        best = min(_taken(lambda text=text: grammar.parse(text)) for _ in range(3))  # type: ignore[misc] # defaults
        slow += [text] if best >= 0.010 else []
    assert slow == []


ROW = json.dumps({"s": "a" * 200})
CATASTROPHES = [
    "(a|aa)+b",
    "(a*)*b",
    "(a+)+b",
    "(a|a)*b",
    "(a?){50}a{50}b",
    "([a-z]+)*[0-9]",
    "(a|ab|b)*c",
    "(((a*)*)*)*b",
    "(.*)*(.*)*(.*)*x",
]


@pytest.mark.parametrize("pattern", CATASTROPHES)
def test_a_pattern_that_would_backtrack_for_ever_does_so_on_no_back_end(pattern: str) -> None:
    # In a process of its own, which can be stopped: a regular expression holds the interpreter.
    for run in ([f"matches('{'a' * 60}', r'{pattern}')"], [f"matches(s, r'{pattern}')", "--row", ROW]):
        found = subprocess.run(
            [sys.executable, "-m", "peakguard", "eval", *run, "--format", "json"],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        assert found.returncode == 0, found.stderr
        assert json.loads(found.stdout)["differing"] == []


def _taken(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
