"""Policies around statements."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from peakguard.runtime.deadline import remaining
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.rejections import TimeoutExceeded
from tests.unit.resilience.virtual import Time, on, policies_of


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


def test_the_time_of_all_attempts_ends_a_block_of_a_coroutine(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {total: 50ms}}")

    async def main() -> None:
        async for attempt in policies.guard("p").attempts():
            with attempt:
                await asyncio.sleep(30)

    with pytest.raises(TimeoutExceeded):
        asyncio.run(main())


def test_a_block_that_is_never_entered_gives_back_what_it_took(tmp_path: Path) -> None:
    policies = policies_of(
        tmp_path,
        "{bulkhead: {max_concurrent: 1}, "
        "breaker: {minimum_calls: 2, sliding_window: {size: 2}, permitted_calls_in_half_open: 1}}",
    )
    time = Time()
    slots = on(time, policies).slots
    assert slots is not None
    guard = policies.guard("p")
    for _ in range(2):
        next(guard.attempts())  # thrown away at once, and with it its slot
        assert len(slots.free) == 1
    for _ in range(2):
        with pytest.raises(OSError, match="down"):  # noqa: PT012 # the loop is what is tested
            for attempt in guard.attempts():
                with attempt:
                    raise OSError("down")
    assert policies.breaker("p").state == "open"
    time.now += 3600
    next(guard.attempts())  # likewise the only permit of the half-open breaker
    for attempt in guard.attempts():
        with attempt:
            pass
    assert policies.breaker("p").state == "closed"
