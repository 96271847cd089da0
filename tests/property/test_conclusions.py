"""What is concluded without data holds for all data: bounds hold every value, what is decided is never otherwise."""

import math
import random
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.expression.check import check
from peakguard.expression.conclude import conclude
from peakguard.expression.grammar import parse
from peakguard.expression.interval import EXACT, OTHER_ROWS, Bounds
from peakguard.expression.reference.aggregate import AGGREGATE
from peakguard.expression.reference.interpreter import evaluate
from peakguard.expression.reference.ordered import ORDERED
from peakguard.expression.scope import Scope
from peakguard.expression.types import FLOAT64, INT64, Column, decimal
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
# A generator looks at one row.
AROUND = st.sampled_from(["{}", *NARROWED]).flatmap(
    lambda around: st.tuples(st.just(around), exact("bool", 3, ordered=" for " not in around))
)


def is_number(value: Any) -> bool:
    return value is not None and value == value


@seeded(250)
@given(st.sampled_from(["int64", "float64", "float64", "decimal"]).flatmap(exact), LEGAL_WITHIN, FRAME)
def test_bounds_hold_every_value(text: str, within: tuple[str, ...], index: int) -> None:
    root = typed(text)
    if root is None:
        return
    with localcontext(EXACT):
        low, high = Bounds(SCOPE).of(root)
    wrong = [each for each in evaluate(root, ROWS[index], within) if is_number(each) and not low <= each <= high]
    assert not wrong, (text, low, high, wrong[0])


@seeded(400)
@given(AROUND, LEGAL_WITHIN, FRAME)
def test_what_is_decided_is_never_otherwise(parts: tuple[str, str], within: tuple[str, ...], index: int) -> None:
    around, inner = parts
    text = around.format(inner) if " for " not in inner else inner
    root = typed(text)
    if root is None:
        return
    decided, _ = conclude(root, SCOPE)
    if decided is not None:
        assert (not decided) not in evaluate(root, ROWS[index], within), (text, decided)


SMALL = Scope(
    columns={
        "n": Column(INT64, least=0, most=9),
        "f": Column(FLOAT64, finite=False, least=0.0, most=9.0),
        "g": Column(FLOAT64, nullable=True, finite=False),
        "d": Column(decimal(38, 18), least=Decimal(-(10**18)), most=Decimal(10**18)),
    },
    ordered=True,
)
COMPARED = {
    "n": ["n", "n", "prev(n)", "cum_max(n)", "cum_sum(n)", "first(n)", "delta(n)", "rolling_min(n, 2)", "since(n > 4)"],
    "f": [
        "f",
        "f",
        "prev(f)",
        "cum_min(f)",
        "first(f)",
        "rolling_max(f, 2)",
        "f + 1",
        "f * f",
        "sqrt(f)",
        "g",
        "f - g",
    ],
    "d": ["d", "d", "prev(d)", "first(d)"],
    "n beside f": ["n", "f", "prev(f)"],
}
VALUES: dict[str, list[Any]] = {
    "n": [0, 3, 5, 9],
    "f": [0.0, 2.5, 5.0, 9.0, math.nan],
    "g": [None, 0.0, -1.0, 5.0, math.inf, math.nan],
    "d": [Decimal(each) for each in ("0", "3", "-3", "10000000000", "0.5")],
}
FORMS = [
    "{} and {}",
    "{} or {}",
    "not ({}) and {}",
    "not ({}) or {}",
    "({}) if {} else {}",
    "not ({} and {}) or {}",
    "({}) if not ({}) else {}",
]


def related(source: random.Random) -> str:
    """Comparisons of what belongs together, so that bounds have something to decide."""

    def compared() -> str:
        order = source.choice(["<", "<=", ">", ">=", "==", "!="])
        others = [value for value in VALUES[kind] if value == value] if kind in VALUES else ["f", "n", 1]
        return f"{source.choice(COMPARED[kind])} {order} {source.choice(others)}"

    kind = source.choice(list(COMPARED))
    return source.choice(FORMS).format(compared(), compared(), compared())


def test_what_is_decided_of_this_row_is_not_decided_of_others() -> None:
    source, decisions = random.Random(5), 0
    rows = [{name: source.choice(values) for name, values in VALUES.items()} for _ in range(40)]
    for text in (related(source) for _ in range(6000)):
        node, _ = parse(text)
        assert node is not None
        found, faults = check(node, SMALL, want=None)
        assert found is not None, (text, faults)
        decided, _ = conclude(found.root, SMALL)
        if decided is not None:
            decisions += 1
            assert (not decided) not in evaluate(found.root, rows), (text, decided)
    assert decisions > 300


def test_a_comparison_that_nan_makes_false_says_nothing_of_the_other_side() -> None:
    node, _ = parse("(n >= 1) if not (f >= n) else n == n")
    assert node is not None
    found, faults = check(node, SMALL, want=None)
    assert found is not None
    assert [each.data for each in faults if each.start == 1] == []
    assert evaluate(found.root, [{"n": 0, "f": math.nan}]) == [False]
    assert conclude(found.root, SMALL)[0] is None


def test_every_operation_on_other_rows_is_known() -> None:
    assert {*ORDERED, *AGGREGATE} == OTHER_ROWS


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("tiny > 3", False),
        ("tiny > 0 and prev(tiny) < 1", None),
        ("tiny > 0 and delta(tiny) < 0 or tiny > 2", None),
        ("prev(tiny) > 0 and prev(tiny) < 1", False),
        ("tiny > 2 and cum_max(tiny) < 1", None),
        ("not wild < 2 and wild < 1", None),
        ("wild < 2 or wild >= 1", None),
        ("not price < 2 and price < 1", False),
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
