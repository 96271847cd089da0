"""Timeouts of every mode: what each interrupts, and what it cannot."""

from __future__ import annotations

import asyncio
import signal
import time as real
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from peakguard.runtime.deadline import Until, remaining
from peakguard.runtime.rejections import TimeoutExceeded
from tests.unit.resilience.virtual import policies_of


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


@pytest.mark.parametrize("mode", ["thread", "signal"])
def test_nothing_is_begun_when_the_time_of_the_caller_is_over(tmp_path: Path, mode: str) -> None:
    policies = policies_of(tmp_path, f"{{timeout: {{attempt: 5s, mode: {mode}}}}}")
    begun: list[int] = []
    call: Any = policies.guard("p")(lambda: begun.append(1))
    with Until(real.monotonic() - 1), pytest.raises(TimeoutExceeded):
        call()
    assert begun == []
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_thread_of_ours_is_not_seen_in_what_it_raises(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {attempt: 5s, mode: thread}}")

    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError) as caught:
        policies.guard("p")(fail)()
    assert "work" not in [entry.name for entry in caught.traceback]
