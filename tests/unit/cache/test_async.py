"""Coroutines under a cache: the loop goes on, cancelled calls let go, and old values are given at once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import polars as pl
import pytest
import trio

from tests.unit.cache.made import FRAME, Days, made


class Slow:
    """A coroutine function that counts its calls."""

    def __init__(self, seconds: float = 0.0, fails: int = 0) -> None:
        self.seconds = seconds
        self.fails = fails
        self.calls = 0
        self.is_called = asyncio.Event()

    async def __call__(self) -> pl.DataFrame:
        self.calls += 1
        self.is_called.set()
        number = self.calls
        await asyncio.sleep(self.seconds)
        if number <= self.fails:
            raise ConnectionError
        return FRAME.head(number)


def test_many_tasks_make_one_call_and_the_loop_goes_on(tmp_path: Path) -> None:
    cache, feed = made(tmp_path), Slow(0.1)

    async def main() -> int:
        ticks = 0
        tasks = [asyncio.create_task(cache.get_or_compute_async("a", feed)) for _ in range(50)]
        while not all(task.done() for task in tasks):
            ticks += 1
            await asyncio.sleep(0.005)
        assert all(task.result().equals(FRAME.head(1)) for task in tasks)
        return ticks

    assert asyncio.run(main()) > 5
    assert feed.calls == 1


def test_a_call_that_is_cancelled_lets_the_next_one_call(tmp_path: Path) -> None:
    cache, feed = made(tmp_path), Slow(0.05)

    async def main() -> pl.DataFrame:
        first = asyncio.create_task(cache.get_or_compute_async("a", feed))
        await feed.is_called.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        frame: pl.DataFrame = await asyncio.wait_for(cache.get_or_compute_async("a", feed), 10)
        return frame

    assert asyncio.run(main()).equals(FRAME.head(2))


def test_calls_that_are_cancelled_anywhere_leave_no_claim(tmp_path: Path) -> None:
    cache, feed = made(tmp_path), Slow(10)

    async def main() -> pl.DataFrame:
        for pause in range(40):
            task = asyncio.create_task(cache.get_or_compute_async("a", feed))
            await asyncio.sleep(pause / 10_000)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        feed.seconds = 0
        frame: pl.DataFrame = await asyncio.wait_for(cache.get_or_compute_async("a", feed), 10)
        return frame

    assert asyncio.run(main()).width == FRAME.width


def test_an_old_value_is_given_while_a_task_fetches(tmp_path: Path) -> None:
    days, feed = Days(), Slow()
    cache = made(tmp_path, "ttl: 1h, stale_while_revalidate: 10m", days)

    async def main() -> None:
        await cache.get_or_compute_async("a", feed)
        days.now += 3601
        assert (await cache.get_or_compute_async("a", feed)).equals(FRAME.head(1))
        end = time.monotonic() + 10
        while not cache.exists("a") and time.monotonic() < end:  # noqa: ASYNC110 # a file has no event
            await asyncio.sleep(0.005)
        assert (await cache.get_or_compute_async("a", feed)).equals(FRAME.head(2))

    asyncio.run(main())
    assert feed.calls == 2


def test_an_old_value_stands_in_for_a_coroutine_that_fails(tmp_path: Path) -> None:
    days, feed = Days(), Slow(fails=3)
    cache = made(tmp_path, "ttl: 1h, stale_if_error: 1d", days)
    cache.put("a", FRAME)
    days.now += 3600
    assert asyncio.run(cache.get_or_compute_async("a", feed)).equals(FRAME)


def test_trio_waits_for_the_new_value(tmp_path: Path) -> None:
    days, calls = Days(), []

    async def feed() -> pl.DataFrame:
        calls.append(1)
        await trio.sleep(0.02)
        return FRAME.head(len(calls))

    cache = made(tmp_path, "ttl: 1h, stale_while_revalidate: 10m", days)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(cache.get_or_compute_async, "a", feed)
        days.now += 3601
        assert (await cache.get_or_compute_async("a", feed)).equals(FRAME.head(2))

    trio.run(main)
    assert len(calls) == 2
