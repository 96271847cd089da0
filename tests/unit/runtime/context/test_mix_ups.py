"""Ten thousand tasks and sixty-four threads, interleaved: each sees its own run at every step."""

from __future__ import annotations

import asyncio
import random
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import peakguard
from peakguard.runtime.context import context_executor, current, span


def wrong(run_id: str, name: str) -> bool:
    here = current()
    return here is None or (here.run_id, here.name) != (run_id, name)


def test_ten_thousand_tasks() -> None:
    async def work(number: int, chance: random.Random) -> tuple[str, int]:
        mixed = 0
        async with peakguard.run(str(number)) as run:
            for step in range(4):
                with span(f"{number}.{step}"):
                    await asyncio.sleep(chance.choice((0, 0, 0.001)))
                    mixed += wrong(run.run_id, f"{number}.{step}")
                await asyncio.sleep(0)
                mixed += wrong(run.run_id, str(number))
        mixed += current() is not None
        return run.run_id, mixed

    async def main() -> list[tuple[str, int]]:
        return await asyncio.gather(*(work(number, random.Random(number)) for number in range(10_000)))

    found = asyncio.run(main())
    assert len({run_id for run_id, _ in found}) == 10_000
    assert sum(mixed for _, mixed in found) == 0


@pytest.fixture
def often() -> Iterator[None]:
    """Threads that take turns as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often")
def test_sixty_four_threads() -> None:
    found: list[tuple[str, int]] = []
    together = threading.Barrier(64)

    def work(number: int, pool: ThreadPoolExecutor) -> None:
        shared = context_executor(pool)
        together.wait()
        for turn in range(20):
            mixed = 0
            with peakguard.run(str(number)) as run:
                for step in range(5):
                    with run.span(f"{number}.{step}"):
                        mixed += wrong(run.run_id, f"{number}.{step}")
                    mixed += wrong(run.run_id, str(number))
                if turn % 5 == 0:
                    mixed += shared.submit(wrong, run.run_id, str(number)).result()
            mixed += current() is not None
            found.append((run.run_id, mixed))

    with ThreadPoolExecutor(8) as pool:
        threads = [threading.Thread(target=work, args=(number, pool)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({run_id for run_id, _ in found}) == len(found) == 64 * 20
    assert sum(mixed for _, mixed in found) == 0
