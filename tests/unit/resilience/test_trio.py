"""Policies around coroutines that trio runs."""

from __future__ import annotations

import time as real
from pathlib import Path
from typing import Any

import pytest
import trio

from peakguard.runtime.rejections import BulkheadFull, TimeoutExceeded
from tests.unit.resilience.virtual import Time, on, policies_of


def test_retries_wait_in_trio(tmp_path: Path) -> None:
    policies = policies_of(
        tmp_path,
        "{idempotent: true, timeout: {total: 9s}, retry: {max_attempts: 3, on: [OSError], backoff: {initial: 20ms}}}",
    )
    calls: list[int] = []

    @policies.guard("p")
    async def work() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise OSError
        return 7

    assert trio.run(work) == 7
    assert len(calls) == 3


@pytest.mark.parametrize("text", ["{timeout: {attempt: 30ms}}", "{timeout: {total: 30ms}}"])
def test_what_hangs_is_cancelled(tmp_path: Path, text: str) -> None:
    policies = policies_of(tmp_path, text)

    @policies.guard("p")
    async def hang() -> None:
        await trio.sleep(30)

    start = real.monotonic()
    with pytest.raises(TimeoutExceeded):
        trio.run(hang)
    assert real.monotonic() - start < 5


def test_who_cancels_from_outside_is_obeyed(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{timeout: {total: 30s}}")

    @policies.guard("p")
    async def hang() -> None:
        await trio.sleep(30)

    async def main() -> bool:
        with trio.move_on_after(0.02) as scope:
            await hang()
        return bool(scope.cancelled_caught)

    assert trio.run(main)


def test_the_line_of_a_bulkhead(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{bulkhead: {max_concurrent: 2, max_wait: 20s}}")
    running, most = [0], [0]

    @policies.guard("p")
    async def work() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        try:
            await trio.sleep(0.001)
        finally:
            running[0] -= 1

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for number in range(60):
                nursery.start_soon(cancelled if number % 5 == 4 else work)

    async def cancelled() -> None:
        with trio.move_on_after(0.002):
            await work()

    trio.run(main)
    assert most[0] == 2
    slots = on(Time(), policies).slots
    assert slots is not None
    assert (len(slots.free), len(slots.line)) == (2, 0)


def test_who_waits_too_long_is_refused(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{bulkhead: {max_concurrent: 1, max_wait: 20ms}}")

    @policies.guard("p")
    async def work() -> None:
        await trio.sleep(0.3)

    async def main() -> Any:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(work)
            await trio.sleep(0.01)
            with pytest.raises(BulkheadFull):
                await work()

    trio.run(main)
