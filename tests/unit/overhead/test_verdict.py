"""The verdict on times: on numbers that were drawn, and on some that were recorded while the machine was busy."""

from __future__ import annotations

import json
import random
import statistics
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.api.overhead.interval import median_interval
from peakguard.api.overhead.measure import Measured, concluded, measure
from peakguard.api.overhead.verdict import Round, judge, looks

RECORDED: dict[str, list[Round]] = {
    name: [Round(*row) for row in rows]
    for name, rows in json.loads((Path(__file__).parent / "recorded.json").read_text()).items()
}
odd = st.lists(st.floats(0.5, 2.0), min_size=1, max_size=41).filter(lambda values: len(values) % 2 == 1)


@settings(deadline=None)
@given(odd, st.sampled_from([0.8, 0.95, 0.99]), st.randoms(use_true_random=False))
def test_an_interval_holds_the_median_and_knows_no_order(
    values: list[float], confidence: float, chance: random.Random
) -> None:
    found = median_interval(values, confidence)
    assert found.low <= found.median <= found.high
    assert found.median == statistics.median(values)
    chance.shuffle(values)
    assert median_interval(values, confidence) == found
    wider = median_interval(values, 0.999)
    assert wider.low <= found.low <= found.high <= wider.high
    doubled = median_interval([2 * value for value in values], confidence)
    assert doubled == (2 * found.median, 2 * found.low, 2 * found.high)


def test_an_even_number_of_values_has_no_single_median() -> None:
    with pytest.raises(ValueError, match="2 values"):
        median_interval([1.0, 2.0], 0.95)


@pytest.mark.parametrize("count", [11, 21, 51])
def test_it_is_the_bootstrap_interval_without_the_draws(count: int) -> None:
    """Of medians that are drawn, no more than the tail lies beyond each end, and more than it within the next value."""
    chance = random.Random(count)
    values = sorted(chance.gauss(0, 1) for _ in range(count))
    drawn = [statistics.median(chance.choices(values, k=count)) for _ in range(4000)]
    for confidence in (0.8, 0.95):
        found, tail = median_interval(values, confidence), (1 - confidence) / 2
        inner = values[values.index(found.low) + 1], values[values.index(found.high) - 1]
        assert sum(each < found.low for each in drawn) / 4000 <= tail + 0.01
        assert sum(each > found.high for each in drawn) / 4000 <= tail + 0.01
        assert sum(each < inner[0] for each in drawn) / 4000 <= tail + 0.01
        beyond = values[values.index(found.low) + 2]
        assert sum(each < beyond for each in drawn) / 4000 > tail - 0.01


Noise = Callable[[random.Random, int], float]


def quiet(chance: random.Random, _: int) -> float:
    return 1 + chance.gauss(0, 0.005)


def busy(chance: random.Random, _: int) -> float:
    """Other programs: half of the runs take up to a tenth longer, some twice as long."""
    late = chance.random()
    return 1 + abs(chance.gauss(0, 0.02)) + (0.1 * chance.random() if late < 0.5 else 0) + (late > 0.95)


def drifting(chance: random.Random, number: int) -> float:
    """The processor becomes slower while it is measured, by a half."""
    return (1 + number / 400) * (1 + chance.gauss(0, 0.01))


NOISES: list[Noise] = [quiet, busy, drifting]


def simulated(true: float, noise: Noise, seed: int) -> Measured:
    """A measurement of runs whose times are drawn; guards add the share `true`."""
    chance = random.Random(seed)
    ran = iter(range(100_000))
    return measure(
        lambda: noise(chance, next(ran)),
        lambda: (1 + true) * noise(chance, next(ran)),
        clock=counting(),
        most=101,
    )


def counting() -> Callable[[], float]:
    """A clock on which burning takes exactly as long as is asked for, for it moves by a hundredth at each look."""
    ticks = iter(range(10**9))
    return lambda: next(ticks) / 100


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("true", [0.0, 0.01])
def test_guards_that_cost_little_never_raise_an_alarm(true: float, noise: Noise) -> None:
    assert {simulated(true, noise, seed).verdict for seed in range(40)} == {"passed"}


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("true", [0.09, 0.3, 1.5])
def test_guards_that_cost_too_much_never_pass(true: float, noise: Noise) -> None:
    found = Counter(simulated(true, noise, seed).verdict for seed in range(40))
    assert found["passed"] == 0
    assert found["failed"] >= 39


@pytest.mark.parametrize("noise", NOISES)
def test_at_the_bound_itself_errors_stay_within_the_confidence(noise: Noise) -> None:
    """Where every verdict is wrong half of the time, no more than one in twenty is given on either side."""
    found = Counter(simulated(0.05, noise, seed).verdict for seed in range(60))
    assert found["failed"] <= 4
    assert found["passed"] <= 4


def test_intervals_hold_the_true_median_as_often_as_they_say() -> None:
    held = 0
    for seed in range(1000):
        chance = random.Random(seed)
        found = median_interval([busy(chance, 0) / busy(chance, 0) for _ in range(21)], 0.95)
        held += found.low <= 1 <= found.high
    assert held >= 940


def test_a_machine_that_is_too_busy_gives_no_verdict() -> None:
    def wild(chance: random.Random, _: int) -> float:
        return chance.expovariate(1) + 0.01

    found = [simulated(0.0, wild, seed) for seed in range(10)]
    assert {each.verdict for each in found} == {"inconclusive"}
    assert all(each.problem for each in found)


def test_a_control_that_differs_makes_the_measurement_invalid() -> None:
    """Each second bare run takes longer: the program is not the same each time."""
    calls = iter(range(10**6))
    found = measure(lambda: 1.0 + 0.2 * (next(calls) % 2), lambda: 1.0, clock=counting(), first=21, most=21)
    assert found.verdict == "inconclusive"


def test_a_plant_that_is_not_noticed_makes_the_measurement_invalid() -> None:
    frozen = iter([0.0, 1e9] * 1000)
    found = measure(lambda: 1.0, lambda: 1.0, clock=lambda: next(frozen), plant=1e-9, first=11, most=11)
    assert found.judgement.planted.state == "failed", "a clock that jumps shows a plant"
    passing = judge([Round(1.0, 1.0, 1.0, 0.001)] * 11, 0.05, 1)
    made = concluded([], passing)
    assert (made.verdict, made.problem) == ("inconclusive", "what was planted was not noticed")


def test_what_is_plainly_too_much_fails_though_the_control_is_undecided() -> None:
    rounds = RECORDED["example"]
    found = judge(rounds, 0.05, 1)
    assert found.control.state == "undecided"
    made = concluded(rounds, found)
    assert (made.verdict, made.problem) == ("failed", "")
    assert 1.7 < found.guarded.ratio.median < 2.0


@pytest.mark.parametrize(("name", "verdict"), [("same", "passed"), ("three", "passed"), ("eight", "failed")])
def test_recorded_times_give_the_right_verdict_at_every_look(name: str, verdict: str) -> None:
    """Three per cent and eight were added to a function while seven other programs ran on two cores."""
    rounds, times = RECORDED[name], looks(21, 101)
    for count in times:
        found = judge(rounds[:count], 0.05, len(times))
        assert concluded(rounds[:count], found).verdict in (verdict, "inconclusive")
    assert concluded(rounds, judge(rounds, 0.05, len(times))).verdict == verdict


@settings(deadline=None)
@given(st.integers(5, 200), st.integers(0, 400))
def test_looks_are_few_and_at_odd_numbers(first: int, more: int) -> None:
    least, most = 2 * first + 1, 2 * first + 1 + 2 * more
    found = looks(least, most)
    assert (found[0], found[-1]) == (least, most)
    assert len(found) <= 5
    assert list(found) == sorted({*found})
    assert all(each % 2 for each in found)


def test_each_place_in_a_round_is_taken_equally_often() -> None:
    order: list[str] = []

    def arm(name: str) -> Callable[[], float]:
        def run() -> float:
            order.append(name)
            return 1.0

        return run

    measure(arm("bare"), arm("guarded"), clock=counting(), first=13, most=13)
    rounds = [order[start : start + 3] for start in range(3, 3 + 12 * 3, 3)]
    assert Counter(each.index("guarded") for each in rounds) == {0: 4, 1: 4, 2: 4}


def test_time_that_is_over_leaves_no_verdict() -> None:
    found = measure(lambda: 1.0, lambda: 1.0, clock=counting(), first=21, most=101, seconds=0.0)
    assert (found.verdict, len(found.rounds)) == ("inconclusive", 3)
    assert "3 rounds" in found.problem
