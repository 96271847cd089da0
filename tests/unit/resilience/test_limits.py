"""Bulkheads, rate limits, timeouts and fallbacks: exact, fair, and nothing leaks when somebody gives up."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time as real
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.resilience.rates import Rate
from peakguard.kinds.resilience.slots import Slots
from peakguard.runtime.deadline import remaining
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.rejections import BulkheadFull, RateLimited, TimeoutExceeded
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


@given(
    st.integers(1, 20), st.floats(0.01, 10), st.integers(1, 20), st.lists(st.floats(0, 5), max_size=60),
    st.sampled_from([0.0, 1.0, 1e9]),
)  # fmt: skip # one strategy each
def test_no_window_of_time_ever_holds_more_calls_than_may_begin(
    limit: int, per: float, burst: int, gaps: list[float], longest: float
) -> None:
    time = Time()
    rate = Rate(per / limit, burst, time.clock)
    begun: list[float] = []
    for gap in gaps:
        time.now += gap
        wait, is_ours = rate.reserve(longest)
        assert wait <= longest or not is_ours
        if is_ours:
            begun.append(time.now + wait)
    assert begun == sorted(begun)  # first come, first served
    for first in range(len(begun)):
        inside = [each for each in begun[first:] if each - begun[first] < per * (1 - 1e-9)]
        assert len(inside) <= burst + limit


def test_a_steady_rate_waits_and_a_burst_does_not(tmp_path: Path) -> None:
    time = Time()
    policies = policies_of(tmp_path, "{rate_limit: {limit: 10, per: 1s, burst: 3, max_wait: 150ms}}")
    on(time, policies)
    call: Any = policies.guard("p")(lambda: time.now)
    assert [round(call() - 1000, 3) for _ in range(5)] == [0, 0, 0, 0.1, 0.2]
    policies = policies_of(tmp_path / "b", "{rate_limit: {limit: 10, per: 1s}}")
    on(Time(), policies)
    call = policies.guard("p")(lambda: 0.0)
    for _ in range(10):
        call()
    with pytest.raises(RateLimited) as caught:
        call()
    assert caught.value.code == "PG2092"
    assert caught.value.retry_after == pytest.approx(0.1)


def test_the_rate_holds_for_threads(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{rate_limit: {limit: 100, per: 1h}}")
    call: Any = policies.guard("p")(lambda: 1)

    def ask(_: int) -> int:
        try:
            return int(call())
        except RateLimited:
            return 0

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(ask, range(400))) == 100


@pytest.mark.parametrize("mode", ["thread", "signal"])
def test_a_function_that_hangs_is_not_waited_for(tmp_path: Path, mode: str) -> None:
    policies = policies_of(tmp_path, f"{{timeout: {{attempt: 50ms, mode: {mode}}}}}")
    hang: Any = policies.guard("p")(lambda: real.sleep(3))
    start = real.monotonic()
    with pytest.raises(TimeoutExceeded) as caught:
        hang()
    assert real.monotonic() - start < 1.5
    assert isinstance(caught.value, TimeoutError)
    assert (caught.value.code, caught.value.context["what"]) == ("PG2093", "attempt")
    assert policies.guard("p")(lambda: 7)() == 7
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.parametrize("mode", ["thread", "signal"])
def test_what_a_function_raises_or_returns_comes_through(tmp_path: Path, mode: str) -> None:
    policies = policies_of(tmp_path, f"{{timeout: {{total: 5s, mode: {mode}}}}}")

    @policies.guard("p")
    def work(symbol: str, *, limit: int = 3) -> tuple[str, int]:
        if limit == 0:
            raise KeyError(symbol)
        return symbol, limit

    assert work("AAPL") == ("AAPL", 3)
    with pytest.raises(KeyError):
        work("AAPL", limit=0)


def test_a_timer_that_runs_already_goes_on(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {attempt: 10s, mode: signal}}")
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        policies.guard("p")(lambda: real.sleep(0.005))()
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.05
        real.sleep(0.1)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_a_signal_cannot_interrupt(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {attempt: 10ms, mode: signal}}")

    @policies.guard("p")
    def late() -> int:
        real.sleep(0.05)
        return 7

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(late).result() == 7


def test_a_cooperative_timeout_is_told_to_the_function(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {total: 30s, attempt: 5s}}")
    left = policies.guard("p")(remaining)()
    assert left is not None
    assert 4 < left <= 5
    assert remaining() is None


@pytest.mark.parametrize("text", ["{timeout: {attempt: 30ms}}", "{timeout: {total: 30ms}}"])
def test_a_coroutine_that_hangs_is_cancelled(tmp_path: Path, text: str) -> None:
    policies = policies_of(tmp_path, text)
    cancelled: list[str] = []

    @policies.guard("p")
    async def hang() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.append("yes")
            raise

    with pytest.raises(TimeoutExceeded):
        asyncio.run(hang())
    assert cancelled == ["yes"]


def test_who_cancels_a_coroutine_from_outside_is_obeyed(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {total: 30s, attempt: 20s}}")

    @policies.guard("p")
    async def hang() -> None:
        await asyncio.sleep(30)

    async def main() -> bool:
        task = asyncio.create_task(hang())
        await asyncio.sleep(0.01)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        return False

    assert asyncio.run(main())


def test_who_cancels_while_the_time_ends_is_obeyed_too(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {attempt: 20ms}}")

    @policies.guard("p")
    async def hang() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()  # as somebody outside would, in the same turn of the loop
            raise

    async def main() -> str:
        try:
            await asyncio.create_task(hang())
        except asyncio.CancelledError:
            return "cancelled"
        except TimeoutExceeded:
            return "timeout"
        return "neither"

    assert asyncio.run(main()) == "cancelled"


def test_a_timeout_counts_for_the_breaker_and_is_tried_again(tmp_path: Path) -> None:
    text = (
        "{idempotent: true, timeout: {attempt: 20ms, mode: thread}, breaker: {minimum_calls: 50}, "
        "retry: {max_attempts: 3, on: [timeout], backoff: {initial: 1ms}}}"
    )
    policies = policies_of(tmp_path, text)
    calls: list[int] = []

    @policies.guard("p")
    def slow_at_first() -> int:
        calls.append(1)
        if len(calls) < 3:
            real.sleep(0.3)
        return len(calls)

    assert slow_at_first() == 3
    assert policies.breaker("p").counts() == (3, 2, 0)


def fallback(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> str:
    monkeypatch.setitem(sys.modules, "stand", SimpleNamespace(by=function))
    return "stand:by"


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_fallback_gets_the_arguments_and_hides_nothing_from_the_retries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_async: bool
) -> None:
    call = fallback(monkeypatch, lambda symbol, *, limit=3: ("old", symbol, limit))
    text = (
        "{idempotent: true, retry: {max_attempts: 3, on: [OSError], backoff: {initial: 1ms}}, "
        f"fallback: {{call: '{call}', on: [OSError]}}}}"
    )
    policies = policies_of(tmp_path, text)
    calls: list[str] = []

    def work(symbol: str, *, limit: int = 3) -> Any:
        calls.append(symbol)
        raise (OSError if limit else KeyError)(symbol)

    async def awaited(symbol: str, *, limit: int = 3) -> Any:
        return work(symbol, limit=limit)

    guarded = policies.guard("p")(awaited if is_async else work)

    def run(*args: Any, **kwargs: Any) -> Any:
        return asyncio.run(guarded(*args, **kwargs)) if is_async else guarded(*args, **kwargs)

    assert run("AAPL", limit=5) == ("old", "AAPL", 5)
    assert calls == ["AAPL"] * 3
    with pytest.raises(KeyError):
        run("AAPL", limit=0)


def test_a_fallback_may_be_a_coroutine_and_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def old() -> str:
        raise ValueError("nor this")

    policies = policies_of(tmp_path, f"{{fallback: {{call: '{fallback(monkeypatch, old)}'}}}}")

    @policies.guard("p")
    async def work() -> str:
        raise OSError("not this")

    with pytest.raises(ValueError, match="nor this") as caught:
        asyncio.run(work())
    assert isinstance(caught.value.__context__, OSError)


def test_attempts_around_statements(tmp_path: Path) -> None:
    time = Time()
    policies = policies_of(
        tmp_path,
        "{idempotent: true, timeout: {total: 60s}, bulkhead: {max_concurrent: 2}, breaker: {minimum_calls: 9}, "
        "retry: {max_attempts: 4, on: [OSError], backoff: {initial: 1s, jitter: none}}}",
    )
    policy = on(time, policies)
    numbers = []
    for attempt in policies.guard("p").attempts():
        with attempt:
            numbers.append(attempt.number)
            assert remaining() is not None
            if attempt.number < 3:
                raise OSError
    assert (numbers, time.slept) == ([1, 2, 3], [1, 2])
    assert policies.breaker("p").counts() == (3, 2, 0)
    assert policy.slots is not None
    assert len(policy.slots.free) == 2
    with pytest.raises(OSError) as caught:  # noqa: PT011, PT012 # its note is looked at; the loop is what is tested
        for attempt in policies.guard("p").attempts():
            with attempt:
                raise OSError
    assert "4 attempts" in caught.value.__notes__[0]


def test_attempts_in_a_coroutine(tmp_path: Path) -> None:
    policies = policies_of(
        tmp_path,
        "{idempotent: true, timeout: {attempt: 20ms}, "
        "retry: {max_attempts: 4, on: [timeout], backoff: {initial: 1ms}}}",
    )

    async def main() -> list[int]:
        numbers = []
        async for attempt in policies.guard("p").attempts():
            with attempt:
                numbers.append(attempt.number)
                await asyncio.sleep(30 if attempt.number < 3 else 0)
        return numbers

    assert asyncio.run(main()) == [1, 2, 3]


def test_a_block_that_cannot_be_made_again_is_refused(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {total: 5s, mode: thread}}")
    with pytest.raises(PeakguardError) as caught, policies.guard("p"):
        pass
    assert caught.value.code == "PG2082"
    with pytest.raises(PeakguardError) as caught:
        policies.guard("p").attempts()
    assert caught.value.code == "PG2082"
