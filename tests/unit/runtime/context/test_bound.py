"""Functions that take their context along."""

from __future__ import annotations

import pickle
from contextvars import ContextVar
from typing import Any

import pytest

import peakguard
from peakguard.runtime.context import bind, current
from peakguard.runtime.context.bound import Carried

VARIABLE: ContextVar[int] = ContextVar("variable", default=0)


def count(depth: int) -> list[int]:
    """What the variable is in this call and in calls of the bound function inside of it."""
    VARIABLE.set(VARIABLE.get() + 1)
    return [VARIABLE.get(), *(bound(depth - 1) if depth else [])]


VARIABLE.set(5)
bound = bind(count)
VARIABLE.set(0)


def test_calls_may_stand_inside_each_other_and_change_nothing_for_others() -> None:
    assert [bound(3), bound(0), VARIABLE.get()] == [[6, 6, 6, 6], [6], 0]


def test_pickled_it_keeps_the_run() -> None:
    with peakguard.run("a", desk="fx") as run:
        here = run.context
        functions = bind(current), Carried(current, None)
    there = [pickle.loads(pickle.dumps(function)) for function in functions]
    with peakguard.run("b"):
        assert [function() for function in there] == [here, None]


def test_arguments_results_and_exceptions_go_through() -> None:
    with peakguard.run("a") as run:
        functions: list[Any] = [bind(int), Carried(int, None)]
        for function in functions:
            assert function("ff", base=16) == 255
            with pytest.raises(ValueError, match="x"):
                function("x")
        assert current() == run.context
