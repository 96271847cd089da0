"""A running fold is the fold of all elements, however a list comes to be what it is, and reads each element once."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.folds import FOLDS, Read, folded
from peakguard.runtime.guarding.paths import parse_path

NUMBERS = st.integers(-5, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), NUMBERS),
        st.tuples(st.sampled_from(["clear", "pop", "replace", "other", "deque"]), st.just(0)),
    ),
    max_size=25,
)


def fold(name: str, read: Read = lambda each: each, *, path: str = "self.fills[*].quantity", appended: bool) -> Read:
    found = parse_path(path)
    assert found is not None
    return folded(found, name, read, "desk", appended=appended)


def whole(name: str, quantities: list[int]) -> Any:
    """The fold as Python writes it."""
    if name in ("sum", "count"):
        return sum(quantities) if name == "sum" else len(quantities)
    if not quantities:
        return None
    values = {"min": min(quantities), "max": max(quantities), "first": quantities[0], "last": quantities[-1]}
    return values[name]


@given(steps=STEPS, name=st.sampled_from(sorted(FOLDS)), appended=st.booleans())
def test_a_fold_is_that_of_all_elements(steps: list[tuple[str, int]], name: str, appended: bool) -> None:
    desk, other = SimpleNamespace(fills=[]), SimpleNamespace(fills=[])
    follow = fold(name, appended=appended)
    for step, number in steps:
        match step:
            case "append":
                desk.fills.append(SimpleNamespace(quantity=number))
            case "clear":
                desk.fills.clear()
            case "pop" if desk.fills:
                desk.fills.pop()
            case "replace":
                desk.fills = [SimpleNamespace(quantity=each.quantity + 1) for each in desk.fills]
            case "deque":
                desk.fills = deque(desk.fills, maxlen=3)
            case "other":
                desk, other = other, desk
        assert follow(desk) == whole(name, [each.quantity for each in desk.fills])


def test_a_running_fold_reads_each_element_once() -> None:
    seen: list[int] = []

    def read(each: int) -> int:
        seen.append(each)
        return each

    desk = SimpleNamespace(fills=[])
    follow = fold("sum", read, appended=True)
    for number in range(50):
        desk.fills.append(SimpleNamespace(quantity=number))
        follow(desk)
    assert seen == list(range(50))
    seen.clear()
    twice = fold("sum", read, appended=False)
    twice(desk)
    twice(desk)
    assert len(seen) == 100


def test_no_more_lists_are_kept_alive_than_said() -> None:
    follow = fold("count", path="args.fills[*]", appended=True)
    lists = [[number] for number in range(30)]
    assert [follow(each) for each in lists] == [1] * 30
    assert [follow(each) for each in reversed(lists)] == [1] * 30


@pytest.mark.parametrize("fills", [None, "text", 7, {"a": 1}])
def test_what_is_no_list_is_said(fills: Any) -> None:
    with pytest.raises(PeakguardError) as caught:
        fold("sum", appended=False)(SimpleNamespace(fills=fills))
    assert (caught.value.code, caught.value.context["led"]) == ("PG2084", "self.fills")
    with pytest.raises(PeakguardError) as caught:
        fold("sum", appended=False)(SimpleNamespace(fills=[1]))
    assert caught.value.code == "PG2084"


def test_a_list_of_the_same_length_with_another_end_is_folded_anew() -> None:
    desk = SimpleNamespace(fills=[SimpleNamespace(quantity=1), SimpleNamespace(quantity=2)])
    follow = fold("sum", appended=True)
    assert follow(desk) == 3
    desk.fills[-1] = SimpleNamespace(quantity=5)
    assert follow(desk) == 6
