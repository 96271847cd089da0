"""The written-out check says what the full one says, and is what answers for usual values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.bindings.asked import Asked, value_source
from peakguard.kinds.bindings.problems import Site
from peakguard.kinds.bindings.quick import quick
from peakguard.runtime.guarding.parameters import Parameters
from peakguard.runtime.policy_set import PolicySet

SITE = Site("b", "m:f", "p:1", True, False, Parameters("", "", (), (), {}), "plain", PolicySet({}, "d"))
TYPES = {"a": "int64", "b": "float64", "c": "string", "d": "bool", "e": "date"}
RULES = [
    {"id": "r.1", "asks": "a >= 1", "text": "def rule(a, b): return a + b > 0", "reads": ["a", "b"], "on_null": "fail"},
    {
        "id": "r.2",
        "asks": "c",
        "text": "def rule(c): return None if c == '?' else c != 'x'",
        "reads": ["c"],
        "on_null": "pass",
    },
]


def asked(nullable: bool) -> Asked:
    plans = [
        {"part": "arguments", "name": name, "type": type, "finite": True, "nullable": nullable, "error": None}
        for name, type in TYPES.items()
    ]
    sources = [value_source(plan, place) for place, plan in enumerate(plans)]
    return Asked(SITE, sources, [{"error": None, "message": None, **rule} for rule in RULES])


ANY = st.one_of(
    st.integers(-(2**64), 2**64), st.floats(), st.text(max_size=2), st.booleans(), st.none(), st.dates(), st.just("?")
)


FITTING = st.tuples(st.integers(-3, 3), st.floats(-3, 3), st.sampled_from(["x", "?", "c"]), st.booleans(), st.dates())


@given(values=st.one_of(FITTING, st.tuples(*[ANY] * 5)), nullable=st.booleans())
def test_the_quick_check_says_what_the_full_one_says(values: tuple[Any, ...], nullable: bool) -> None:
    def said(check: Callable[..., Any]) -> Any:
        problem = check(*values)
        return None if problem is None else dict(problem.context)

    full = asked(nullable)
    assert str(said(quick(full))) == str(said(full.check))


@pytest.mark.parametrize("values", [(1, 2.0, "c", True, None), (2**63 - 1, -1.5, "", False, None)])
def test_usual_values_never_come_to_the_full_check(values: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    full = asked(False)
    monkeypatch.setattr(full, "check", lambda *_: pytest.fail("not quick"))
    assert quick(full)(*values[:4], date(2026, 1, 2)) is None


def test_nan_is_left_to_the_full_check(monkeypatch: pytest.MonkeyPatch) -> None:
    full = asked(False)
    monkeypatch.setattr(full, "check", lambda *_: "full")
    assert quick(full)(1, math.nan, "c", True, None) == "full"
