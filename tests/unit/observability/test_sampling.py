"""Sampling: the first of a name, an even share of the others, and every one that is left out is counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.observability.sampling import Sampler


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(0, 20), st.sampled_from([0.0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 1.0]), st.integers(0, 3000))
def test_what_is_written_and_what_is_not_are_all_there_is(first: int, then: float, events: int) -> None:
    sampler = Sampler({"first": first, "then": then, "per": None}, Clock())
    taken = [dropped for _ in range(events) if (dropped := sampler.take()) is not None]
    assert len(taken) + sum(taken) + sampler.rest() == events
    assert sampler.rest() == 0
    beyond = max(0, events - first)
    assert abs(len(taken) - min(first, events) - beyond * then) < 1 + 1e-6 * beyond


def test_after_a_while_it_begins_again() -> None:
    clock = Clock()
    sampler = Sampler({"first": 2, "then": 0, "per": 60.0}, clock)
    assert [sampler.take() for _ in range(4)] == [0, 0, None, None]
    clock.now = 60.0
    assert [sampler.take() for _ in range(3)] == [2, 0, None]


def test_threads_lose_no_count() -> None:
    sampler = Sampler({"first": 10, "then": 0.01, "per": None}, Clock())

    def ask(_: int) -> list[int]:
        return [dropped for _ in range(1000) if (dropped := sampler.take()) is not None]

    with ThreadPoolExecutor(8) as pool:
        taken = [each for found in pool.map(ask, range(8)) for each in found]
    assert len(taken) + sum(taken) + sampler.rest() == 8000
