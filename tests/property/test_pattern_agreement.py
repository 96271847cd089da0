"""What a pattern means by definition it means to Python, RE2, Rust (Polars) and DuckDB; what is refused never runs.

About 27,000 matches by each engine here; PEAKGUARD_AGREEMENT multiplies them.
"""

import re
import warnings
from collections.abc import Callable

import duckdb
import polars as pl
import re2
from hypothesis import given
from hypothesis import strategies as st

from peakguard.expression.patterns import anchored, check_pattern, portable
from peakguard.expression.reference import pattern as reference
from tests.property.test_expression_agreement import seeded

CHARACTERS = [
    *"abzAZ09_-. \t\n\r/\\~#&[](){}|^$*+?",
    "é",
    "ß",
    "ſ",
    "K",
    "٣",
    "\u00a0",
    "\u2028",
    "𝒳",
    "\U0001f600",
    "\x0b",
    "\x7f",
    "\x85",
]
LITERALS = [
    "a",
    "b",
    "z",
    "0",
    "_",
    "-",
    "~",
    "#",
    "&",
    "/",
    " ",
    "é",
    "ſ",
    "K",
    "𝒳",
    r"\.",
    r"\\",
    r"\*",
    r"\[",
    r"\-",
    r"\t",
    r"\n",
    r"\$",
    r"\^",
]
CLASSES = [".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"]
RANGES = ["a-z", "0-9", "A-Z", "_", "-", r"\d", r"\w", r"\s", "é", "~", r"\]", r"\\", "#", "ſ", "."]
REPEATS = ["", "", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?", "??", "{1,2}?", "{0}"]

TEXT = st.text(st.sampled_from(CHARACTERS), max_size=6)
SET = st.builds(
    lambda negated, parts: f"[{'^' if negated else ''}{''.join(parts)}]",
    st.booleans(),
    st.lists(st.sampled_from(RANGES), min_size=1, max_size=3),
)


def repeated(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda atom, times: atom + times, atoms, st.sampled_from(REPEATS))


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequence = st.lists(inner, min_size=1, max_size=3).map("".join)
    choice = st.lists(sequence, min_size=1, max_size=3).map("|".join)
    return repeated(st.builds(lambda body, head: f"{head}{body})", choice, st.sampled_from(["(", "(?:"])))


ATOM = repeated(st.one_of(st.sampled_from(LITERALS), st.sampled_from(CLASSES), SET))
PATTERN = st.recursive(ATOM, grouped, max_leaves=6).flatmap(
    lambda body: st.sampled_from([body, f"{body}|a", f"{body}|", f"a{body}"])
)
ANYTHING = st.text(st.sampled_from([*"ab01.*+?^$()[]{}|\\-,:=!<>&~#dwsDpPAbZzxuUi \n", "é", "ſ"]), max_size=12)
CONNECTION = duckdb.connect()


def in_python(pattern: str, values: list[str]) -> list[bool]:
    compiled = re.compile(portable(pattern))
    return [compiled.fullmatch(value) is not None for value in values]


def by_definition(pattern: str, values: list[str]) -> list[bool]:
    return [reference.matches(pattern, value) for value in values]


def in_re2(pattern: str, values: list[str]) -> list[bool]:
    compiled = re2.compile(anchored(pattern))
    return [compiled.search(value) is not None for value in values]


def in_rust(pattern: str, values: list[str]) -> list[bool]:
    found: list[bool] = pl.Series(values, dtype=pl.String).str.contains(anchored(pattern)).to_list()
    return found


def in_duckdb(pattern: str, values: list[str]) -> list[bool]:
    query = "SELECT regexp_full_match(v, $pattern, 's') FROM (SELECT unnest($values) AS v)"
    rows = CONNECTION.execute(query, {"pattern": portable(pattern), "values": values}).fetchall()
    return [row[0] for row in rows]


ENGINES: list[Callable[[str, list[str]], list[bool]]] = [by_definition, in_python, in_re2, in_rust, in_duckdb]


def assert_agreement(pattern: str, values: list[str]) -> None:
    found = [engine(pattern, values) for engine in ENGINES]
    for engine, theirs in zip(ENGINES[1:], found[1:], strict=True):
        wrong = [(value, ours) for value, ours, their in zip(values, found[0], theirs, strict=True) if ours != their]
        assert not wrong, (pattern, portable(pattern), engine.__name__, wrong[0])


@seeded(200)
@given(PATTERN, st.lists(TEXT, min_size=100, max_size=100))
def test_engines_agree_on_what_is_well_formed(pattern: str, values: list[str]) -> None:
    if check_pattern(pattern) is None:
        assert_agreement(pattern, values)


@seeded(700)
@given(ANYTHING, st.lists(TEXT, min_size=10, max_size=10))
def test_whatever_is_accepted_runs_everywhere(pattern: str, values: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fault = check_pattern(pattern)
        if fault is None:
            assert_agreement(pattern, values)
        else:
            assert 0 <= fault.start <= fault.end <= len(pattern)


@seeded(200)
@given(PATTERN)
def test_most_well_formed_patterns_are_accepted(pattern: str) -> None:
    fault = check_pattern(pattern)
    assert fault is None or "{0}" in pattern or "{0,2}" in pattern or "[" in pattern, (pattern, fault)
