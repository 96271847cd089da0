"""Every back end and the reference agree on random expressions over random rows.

Over 100,000 evaluations by each back end here, 2,000,000 more in the slow tier (`make test-all`). Expressions are
drawn from a seed, not by hypothesis, which likes to vary what it has and leaves operations out.
"""

import random

import pytest

from peakguard.expression.reference.interpreter import evaluate
from peakguard.expression.typed import Typed
from tests.property.expressions import drawn
from tests.property.test_agreement_table import BACKENDS, Roots
from tests.property.test_expression_agreement import ROOTS, assert_same, typed
from tests.property.test_sql_agreement import FRAMES, ROWS

EXPRESSIONS = 100
FEW, MANY = 7, 140
"""Seeds of the normal suite and of the slow tier; each stands for EXPRESSIONS times 150 rows."""


def expressions(source: random.Random) -> Roots:
    found: dict[str, Typed] = {}
    while len(found) < EXPRESSIONS:
        text = drawn(source, source.choice(ROOTS), source.choice([2, 3, 4, 5]), ordered=source.random() < 0.7)
        root = typed(text)
        if root is not None:
            found[text] = root
    return found


def assert_agreement(backend: str, seed: int) -> None:
    source = random.Random(seed)
    roots = expressions(source)
    within = source.choice([(), ("group",), ("group", "flag")])
    index = source.randrange(4)
    theirs = BACKENDS[backend](roots, within, FRAMES[index], ROWS[index])
    for text, root in roots.items():
        assert_same(text, evaluate(root, ROWS[index], within), list(theirs[text]), backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(FEW))
def test_a_back_end_agrees_on_random_expressions(backend: str, seed: int) -> None:
    assert_agreement(backend, seed)


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(FEW, FEW + MANY))
def test_a_back_end_agrees_on_two_million_evaluations(backend: str, seed: int) -> None:
    assert_agreement(backend, seed)


def test_there_are_as_many_evaluations_as_are_promised() -> None:
    assert {each.height for each in FRAMES[:4]} == {150}
    assert FEW * EXPRESSIONS * 150 > 100_000
    assert MANY * EXPRESSIONS * 150 > 2_000_000
