"""Streams of random numbers follow from the seed and their names alone."""

from __future__ import annotations

import random
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peakguard
from peakguard.kinds.reproducibility.generators import seed_globals
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.seeding import Streams

POLICIES = PolicySet({}, "digest")
NAMES = st.lists(st.text(max_size=8), unique=True, min_size=1, max_size=5)


@given(st.integers(0, 2**63 - 1), NAMES, st.randoms())
def test_a_stream_does_not_depend_on_which_others_there_are(seed: int, names: list[str], order: random.Random) -> None:
    first, second = Streams(seed), Streams(seed)
    one = {name: first.rng(name).random() for name in names}
    order.shuffle(names)
    second.random(names[0]).random()
    assert {name: second.rng(name).random() for name in names} == one


def test_streams_never_change_between_releases() -> None:
    """What a seed gives is part of the interface: a run of last year must be repeatable."""
    streams = Streams(42)
    assert streams.rng("slippage").integers(0, 10**6, 3).tolist() == [53527, 238590, 574667]
    assert [streams.random("slippage").randrange(10**6) for _ in range(3)] == [246262, 429274, 616026]


def test_names_libraries_and_workers_have_streams_of_their_own() -> None:
    streams = Streams(7)
    made = [streams.rng("a"), streams.rng("a", 0), streams.rng("a", 1), streams.rng("a", 0, 1), streams.rng("a 0")]
    firsts = [generator.random() for generator in made] + [streams.random("a").random(), Streams(8).rng("a").random()]
    assert len(set(firsts)) == len(firsts)


@given(st.lists(st.integers(1, 50), max_size=8))
def test_draws_are_counted(sizes: list[int]) -> None:
    streams = Streams(1)
    generator = streams.rng("a")
    for size in sizes:
        generator.random(size)
    assert streams.draws() == {'numpy "a"': sum(sizes)}


def test_draws_of_the_standard_library_are_counted() -> None:
    streams = Streams(1)
    streams.random("a").random()
    streams.random("a").shuffle(list(range(10)))
    assert streams.draws()['random "a"'] >= 10


def test_a_run_without_a_seed_draws_from_the_one_around_it() -> None:
    with POLICIES.run(seed=42) as outer, POLICIES.run() as inner:
        assert inner.rng("a") is outer.rng("a")
    with POLICIES.run(seed=42) as one, POLICIES.run(seed=43) as other:
        assert one.rng("a").random() != other.rng("a").random()


def test_a_stream_without_any_seed_is_refused() -> None:
    with POLICIES.run() as run, pytest.raises(PeakguardError) as caught:
        run.rng("slippage")
    assert (caught.value.code, caught.value.context) == ("PG2104", {"stream": "slippage"})


def _worker(index: int) -> float:
    with POLICIES.run(seed=42) as run:
        return float(run.rng("path", index).random())


def test_workers_have_children_of_a_stream_in_any_process() -> None:
    with get_context("spawn").Pool(2) as pool:
        found = pool.map(_worker, range(4))
    assert found == [_worker(index) for index in range(4)]


def test_generators_of_the_process_are_seeded_each_with_its_own() -> None:
    states = []
    for _ in range(2):
        seed_globals(42, ("random", "numpy"))
        states.append((random.random(), float(np.random.rand())))  # noqa: NPY002 # the one that is seeded
    assert states[0] == states[1]
    assert states[0][0] != states[0][1]
    random.seed(5)
    expected = random.getstate()
    seed_globals(42, ())
    assert random.getstate() == expected


def test_a_checkpoint_gives_the_digest_of_content_outside_recorded_runs_too() -> None:
    with peakguard.run() as run:
        assert run.checkpoint("a", [1.0]) == peakguard.checkpoint("other", [1.0])


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7"])
def test_a_seed_that_is_none_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed"):
        POLICIES.run(seed=seed)


def test_a_level_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        POLICIES.run(seed=1, level="perfect")
    with pytest.raises(PeakguardError) as caught:
        POLICIES.run(seed=1, level="strict")
    assert caught.value.code == "PG2100"
