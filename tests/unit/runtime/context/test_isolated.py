"""Isolated generators are generators in every way; only their context is their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator

import pytest

import peakguard
from peakguard.runtime.context import ContextThread, current, isolated


def name() -> str | None:
    here = current()
    return here and here.name


def echo() -> Generator[object, object, str]:
    with peakguard.run("inner"):
        got: object = "first"
        while got != "end":
            try:
                got = yield (got, name())
            except KeyError as error:
                got = error.args[0]
    return "result"


async def echo_async() -> AsyncGenerator[object, object]:
    async with peakguard.run("inner"):
        got: object = "first"
        while got != "end":
            await asyncio.sleep(0)
            try:
                got = yield (got, name())
            except KeyError as error:
                got = error.args[0]


def test_send_throw_close_and_return_values_go_through() -> None:
    generator = isolated(echo)()
    assert [next(generator), current()] == [("first", "inner"), None]
    assert [generator.send(1), current()] == [(1, "inner"), None]
    assert [generator.throw(KeyError("k")), current()] == [("k", "inner"), None]
    with pytest.raises(StopIteration) as stop:
        generator.send("end")
    assert stop.value.value == "result"
    closed = isolated(echo)()
    next(closed)
    closed.close()
    assert list(closed) == []


def test_closing_it_runs_its_end_in_its_own_context_at_once() -> None:
    ends: list[str | None] = []

    @isolated
    def values() -> Generator[int, None, None]:
        with peakguard.run("inner"):
            try:
                yield 1
            finally:
                ends.append(name())

    @isolated
    async def values_async() -> AsyncGenerator[int, None]:
        with peakguard.run("inner async"):
            try:
                yield 1
            finally:
                await asyncio.sleep(0)
                ends.append(name())

    async def main() -> None:
        generator = values_async()
        await anext(generator)
        await generator.aclose()
        ends.append("closed")

    generator = values()
    next(generator)
    generator.close()
    asyncio.run(main())
    assert ends == ["inner", "inner async", "closed"]


def test_what_it_does_not_catch_comes_out() -> None:
    generator = isolated(echo)()
    next(generator)
    with pytest.raises(ValueError, match="x"):
        generator.throw(ValueError("x"))
    assert current() is None


def test_the_same_of_async_generators() -> None:
    async def main() -> None:
        generator = isolated(echo_async)()
        assert [await anext(generator), current()] == [("first", "inner"), None]
        assert [await generator.asend(1), current()] == [(1, "inner"), None]
        assert [await generator.athrow(KeyError("k")), current()] == [("k", "inner"), None]
        with pytest.raises(ValueError, match="x"):
            await generator.athrow(ValueError("x"))
        closed = isolated(echo_async)()
        await anext(closed)
        await closed.aclose()
        assert [each async for each in closed] == []

    asyncio.run(main())


def test_a_context_thread_starts_once_and_keeps_what_it_was_given() -> None:
    found: list[object] = []
    with peakguard.run("a") as run:
        thread = ContextThread(target=lambda: found.append(current()))
        thread.start()
        thread.join()
        with pytest.raises(RuntimeError):
            thread.start()
    assert found == [run.context]
