"""Ids are unique and well formed, also across threads, forks and seeds."""

from __future__ import annotations

import os
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.runtime.context import identifiers as ids


def new_run_id() -> str:
    return ids.run_id(ids.new_run_number())


@settings(deadline=None)
@given(st.integers(0, 2**122 - 1))
def test_a_run_id_is_a_uuid_of_version_7_that_sorts_like_its_number(number: int) -> None:
    text = ids.run_id(number)
    parsed = uuid.UUID(text)
    assert (str(parsed), parsed.version, parsed.variant) == (text, 7, uuid.RFC_4122)
    assert parsed.int >> 80 == number >> 74
    assert ids.is_run_id(text)
    assert number == 0 or ids.run_id(number - 1) < text


def test_a_run_id_tells_the_time() -> None:
    before = time.time_ns() // 1_000_000
    milliseconds = uuid.UUID(new_run_id()).int >> 80
    assert before <= milliseconds <= time.time_ns() // 1_000_000 + 1


def test_run_ids_rise_in_a_process_also_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [new_run_id() for _ in range(2000)]
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    found += [new_run_id() for _ in range(2000)]
    assert found == sorted(set(found))


def test_run_ids_rise_in_every_thread_and_none_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    random_bits = ids._source.random_bits

    def let_others_run(count: int) -> int:
        time.sleep(0)
        return random_bits(count)

    monkeypatch.setattr(ids._source, "random_bits", let_others_run)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: [new_run_id() for _ in range(200)], range(16)))
    assert all(each == sorted(each) for each in found)
    assert len({each for some in found for each in some}) == 16 * 200


def test_seeding_random_does_not_repeat_ids() -> None:
    state = random.getstate()
    random.seed(7)
    first = ids.new_trace_number(), ids.new_span_number()
    random.seed(7)
    assert (ids.new_trace_number(), ids.new_span_number()) != first
    random.setstate(state)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_children_do_not_repeat_ids_nor_wait_for_a_lock_of_their_parent() -> None:
    here, there = os.pipe()
    with ids._source.lock:  # as if another thread held it
        for _ in range(4):
            if os.fork() == 0:
                for _ in range(50):
                    numbers = ids.new_trace_number(), ids.new_span_number()
                    os.write(there, f"{new_run_id()} {numbers[0]} {numbers[1]}\n".encode())
                os._exit(0)
        for _ in range(4):
            os.wait()
    os.close(there)
    with open(here) as pipe:
        lines = pipe.read().splitlines()
    lines += [f"{new_run_id()} {ids.new_trace_number()} {ids.new_span_number()}" for _ in range(50)]
    columns = [set(column) for column in zip(*(line.split() for line in lines), strict=True)]
    assert [len(column) for column in columns] == [250, 250, 250]


def test_zero_is_never_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids._source, "random_bits", lambda _: 0)
    assert (ids.trace_id(ids.new_trace_number()), ids.span_id(ids.new_span_number())) == (
        "0" * 31 + "1",
        "0" * 15 + "1",
    )
