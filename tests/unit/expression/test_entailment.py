"""What one expression is proved to demand beside another; the property on data is in property/."""

import pytest

from peakguard.expression import compile_text
from peakguard.expression.entailment import Form, entails, form_of
from peakguard.expression.scope import Scope
from peakguard.expression.types import FLOAT64, INT64, STRING, Column, records

SCOPE = Scope(
    {
        "a": Column(FLOAT64, nullable=True),
        "b": Column(FLOAT64, finite=False),
        "i": Column(INT64),
        "s": Column(STRING),
        "l": Column(records({"q": Column(FLOAT64)})),
    },
    ordered=True,
)


def form(text: str) -> Form:
    typed, faults = compile_text(text, SCOPE)
    assert typed is not None, faults
    return form_of(typed.root)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a > 0 and b < 1", "b < 1.0 and (0 < a)"),
        ("a > 0 and (b < 1 and i > 2)", "(i > 2 and a > 0) and b < 1"),
        ("a > 0 or a > 0 or b > 0", "b > 0 or a > 0"),
        ("a == b", "b == a"),
        ("not (not (a > 0))", "a > 0"),
        ("s in ['x', 'y']", "s in ('y', 'x', 'y')"),
        ("between(a, 0, 1)", "0 <= a <= 1"),
        ("all(p.q > 0 for p in l)", "all(each.q > 0 for each in l)"),
    ],
)
def test_two_texts_with_one_meaning(one: str, other: str) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a - b > 0", "b - a > 0"),
        ("a / 0.0 > 1", "a / -0.0 > 1"),
        ("not (a > 0)", "a <= 0"),  # NaN is neither
        ("a > 0 and b < 1", "a > 0 or b < 1"),
        ("prev(a) > 0", "prev(a, 2) > 0"),
        ("s == 'x'", "s == 'X'"),
    ],
)
def test_two_meanings(one: str, other: str) -> None:
    assert form(one) != form(other)


STRICTER = [
    ("a > 0 and b > 0", "a > 0"),
    ("a > 0", "a > 0 or b > 0"),
    ("a > 1", "a > 0"),
    ("a > 0", "a >= 0"),
    ("a >= 1", "a > 0"),
    ("a < 1", "a < 2"),
    ("0 < a and a < 1", "0 <= a <= 1"),
    ("not (a > 0)", "not (a > 1)"),
    ("s in ['x']", "s in ['x', 'y']"),
    ("not (s in ['x', 'y'])", "not (s in ['x'])"),
    ("close(a, b, rel=1e-9, abs=0.001)", "close(a, b, rel=1e-9, abs=0.01)"),
    ("all(p.q > 1 for p in l)", "all(p.q > 0 for p in l)"),
    ("(a > 2 or b > 3) and i > 0", "a > 1 or b > 2"),
]


@pytest.mark.parametrize(("stricter", "weaker"), STRICTER)
def test_what_is_stricter(stricter: str, weaker: str) -> None:
    assert entails(form(stricter), form(weaker))
    assert not entails(form(weaker), form(stricter))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-a > 1", "a < 5"),
        ("a + 1 > 2", "a > 0"),
        ("close(a, b, rel=1e-9, abs=0.1)", "close(a, b, rel=1e-6, abs=0.01)"),
        ("i > 1", "i % 2 > 0"),
        ("a > b", "a > 0"),
        ("a == 1", "a > 0"),
    ],
)
def test_what_is_not_proved(one: str, other: str) -> None:
    assert not entails(form(one), form(other))
    assert not entails(form(other), form(one))
