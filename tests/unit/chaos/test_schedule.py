"""Which calls a fault meets: bounded, repeatable, and independent of the order in which calls are asked about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.chaos.schedule import Schedule

PROBABILITY = st.floats(0, 1)
TIMES = st.integers(1, 20)
SEEDS = st.integers(0, 2**31).map(str)
MOST = 300


def met(at: list[object], times: int, seed: str = "1") -> list[int]:
    schedule = Schedule(at, times, seed)
    return [call for call in range(1, MOST) if schedule.meets(call)]


def test_a_call_is_met_and_those_that_follow_it() -> None:
    assert met(["call", 3], 1) == [3]
    assert met(["call", 3], 4) == [3, 4, 5, 6]


def test_every_so_many_th_call_is_met_so_often() -> None:
    assert met(["every", 4], 3) == [4, 8, 12]
    assert met(["every", 1], 2) == [1, 2]


@given(PROBABILITY, TIMES, SEEDS)
def test_the_same_seed_gives_the_same_calls_and_never_more_than_times(share: float, times: int, seed: str) -> None:
    first = met(["probability", share], times, seed)
    assert first == met(["probability", share], times, seed)
    assert len(first) <= times


@given(PROBABILITY, TIMES, SEEDS, st.permutations(range(1, 30)))
def test_the_order_of_questions_does_not_matter(share: float, times: int, seed: str, order: list[int]) -> None:
    schedule = Schedule(["probability", share], times, seed)
    answers = {call: schedule.meets(call) for call in order}
    assert [call for call in sorted(answers) if answers[call]] == [
        call for call in met(["probability", share], times, seed) if call < 30
    ]


def test_probabilities_mean_what_they_say() -> None:
    assert met(["probability", 1.0], 5) == [1, 2, 3, 4, 5]
    assert met(["probability", 0.0], 5) == []
    assert 20 <= len(met(["probability", 0.1], 1000, "7")) <= 45


def test_another_seed_gives_other_calls() -> None:
    found = {tuple(met(["probability", 0.2], 5, str(seed))) for seed in range(20)}
    assert len(found) > 15
