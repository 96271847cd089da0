"""Policies around statements."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from peakguard.runtime.deadline import remaining
from peakguard.runtime.errors import PeakguardError
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
