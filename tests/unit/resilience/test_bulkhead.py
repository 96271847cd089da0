"""A bulkhead: exact, fair, and nothing leaks when somebody gives up."""

from __future__ import annotations

import asyncio
import threading
import time as real
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from peakguard.kinds.resilience.runtime import guarded
from peakguard.kinds.resilience.slots import Slots
from peakguard.runtime.rejections import BulkheadFull, RateLimited
from tests.unit.resilience.virtual import Time, on, policies_of


def test_so_many_threads_and_no_more_run_at_a_time(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{bulkhead: {max_concurrent: 3, max_wait: 20s}}")
    lock, running, most = threading.Lock(), [0], [0]

    @policies.guard("p")
    def work() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        real.sleep(0.001)
        with lock:
            running[0] -= 1

    with ThreadPoolExecutor(32) as pool:
        for future in [pool.submit(work) for _ in range(300)]:
            future.result()
    assert most[0] == 3
    slots = on(Time(), policies).slots
    assert slots is not None
    assert (len(slots.free), len(slots.line)) == (3, 0)


def test_who_finds_no_slot_is_refused_at_once(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{bulkhead: {max_concurrent: 1}}")
    inner: list[Callable[[], Any]] = []
    guarded: Any = policies.guard("p")(lambda: inner[0]() if inner else 1)
    inner.append(guarded)
    with pytest.raises(BulkheadFull) as caught:
        guarded()
    assert (caught.value.code, caught.value.context) == ("PG2091", {"policy": "p", "most": 1})
    inner.clear()
    assert guarded() == 1  # the slot is back, though the call had failed


def test_ten_thousand_tasks_share_the_slots_and_cancelling_loses_none(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{bulkhead: {max_concurrent: 5, max_wait: 60s}}")
    running, most = [0], [0]

    @policies.guard("p")
    async def work(number: int) -> int:
        running[0] += 1
        most[0] = max(most[0], running[0])
        try:
            await asyncio.sleep(0 if number % 3 else 0.0001)
        finally:
            running[0] -= 1
        return number

    async def main() -> int:
        tasks = [asyncio.create_task(work(number)) for number in range(10_000)]
        await asyncio.sleep(0.01)
        for task in tasks[::7]:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        return sum(isinstance(each, int) for each in done)

    ended = asyncio.run(main())
    assert 8_500 <= ended < 10_000
    assert most[0] == 5
    slots = on(Time(), policies).slots
    assert slots is not None
    assert (len(slots.free), len(slots.line)) == (5, 0)


def test_the_line_is_first_come_first_served() -> None:
    slots = Slots(1)
    assert slots.take(0)
    order: list[int] = []

    def wait(number: int) -> None:
        assert slots.take(20)
        order.append(number)
        slots.give_back()

    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(slots.line) <= number:
            real.sleep(0.0005)
    slots.give_back()
    for each in threads:
        each.join()
    assert order == list(range(10))


def test_who_waits_too_long_leaves_the_line() -> None:
    slots = Slots(1)
    assert slots.take(0)
    assert not slots.take(0.01)
    assert len(slots.line) == 0
    slots.give_back()
    assert slots.take(0)


def test_who_is_refused_is_not_told_of_the_inside_of_a_wrapper(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{bulkhead: {max_concurrent: 1}}")
    slots = on(Time(), policies).slots
    assert slots is not None
    slots.free.pop()
    with pytest.raises(BulkheadFull) as caught:
        policies.guard("p")(lambda: 1)()
    assert caught.value.__context__ is None


def test_nobody_waits_for_a_slot_or_a_turn_beyond_the_time_of_the_call(tmp_path: Path) -> None:
    time = Time()
    policies = policies_of(tmp_path, "{timeout: {total: 2s}, rate_limit: {limit: 1, per: 1h, burst: 1, max_wait: 2h}}")
    on(time, policies)
    turn: Any = policies.guard("p")(lambda: 1)
    turn()
    with pytest.raises(RateLimited):
        turn()
    assert time.slept == []
    policies = policies_of(tmp_path, "{timeout: {total: 50ms}, bulkhead: {max_concurrent: 1, max_wait: 60s}}")
    slots = guarded(policies, "p").slots
    assert slots is not None
    slots.free.pop()
    began = real.monotonic()
    with pytest.raises(BulkheadFull):
        policies.guard("p")(lambda: 1)()
    assert real.monotonic() - began < 5
