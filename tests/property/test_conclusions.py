"""What is concluded without data holds for all data: bounds hold every value, what is decided is never otherwise."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.expression.conclude import conclude
from peakguard.expression.interval import Bounds
from peakguard.expression.reference.interpreter import evaluate
from tests.property.expressions import exact
from tests.property.nasty import SCOPE
from tests.property.test_expression_agreement import FRAME, LEGAL_WITHIN, ROWS, seeded, typed

NARROWED = [
    "tiny > 0 and {}",
    "tiny <= -1 or {}",
    "price >= 2.5 and {}",
    "not tiny == 3 and {}",
    "({}) if constant > 5 else tiny > 0",
    "wild > 1 or {}",
    "any(p.qty > 3 and ({}) for p in legs if p.qty < 100)",
]


def is_number(value: Any) -> bool:
    return value is not None and value == value


@seeded(250)
@given(st.sampled_from(["int64", "float64", "float64", "decimal"]).flatmap(exact), LEGAL_WITHIN, FRAME)
def test_bounds_hold_every_value(text: str, within: tuple[str, ...], index: int) -> None:
    root = typed(text)
    if root is None:
        return
    low, high = Bounds(SCOPE).of(root)
    wrong = [each for each in evaluate(root, ROWS[index], within) if is_number(each) and not low <= each <= high]
    assert not wrong, (text, low, high, wrong[0])


@seeded(250)
@given(st.sampled_from(["{}", *NARROWED]), exact("bool", 3, ordered=False), FRAME)
def test_what_is_decided_is_never_otherwise(around: str, inner: str, index: int) -> None:
    text = around.format(inner) if " for " not in inner else inner
    root = typed(text)
    if root is None:
        return
    decided, _ = conclude(root, SCOPE)
    if decided is not None:
        assert (not decided) not in evaluate(root, ROWS[index]), (text, decided)


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("tiny > 3", False),
        ("tiny >= -2", True),
        ("tiny * tiny <= 9", True),
        ("tiny in [4, 5]", False),
        ("constant / 2 <= 5", True),
        ("sqrt(constant) < 3", None),
        ("sqrt(constant) < 4", True),
        ("price == price", True),
        ("wild == wild", None),
        ("wild != wild", None),
        ("tiny > 0 and tiny < 1", False),
        ("price > 2 and price < 1", False),
        ("price < 2 or price >= 2", True),
        ("wild < 2 or wild >= 2", None),
        ("not tiny > 3", True),
        ("abs(price) < 0", False),
        ("hour(utc) <= 23", True),
        ("weekday(day_) == 0", False),
        ("cents * 0 == 0", True),
        ("all(abs(p.qty) >= 0 for p in legs)", True),
        ("any(abs(p.qty) < 0 for p in legs)", False),
        ("any(abs(p.qty) >= 0 for p in legs)", None),
        ("max(tiny, 7) >= 7", True),
        ("(tiny if flag else 4) <= 4", True),
    ],
)
def test_examples_are_decided_as_they_should(text: str, decided: bool | None) -> None:
    root = typed(text)
    assert root is not None
    assert conclude(root, SCOPE)[0] is decided


def test_the_bounds_of_decimals_are_exact() -> None:
    root = typed("abs(cents) * 2")
    assert root is not None
    assert Bounds(SCOPE).of(root).low <= Decimal(0)
