"""Every way in which Python takes work elsewhere: what run does the work see there?

A row is a function of `keep`, whether the tool that the page names is used. It gives `kept`, `lost` (no run),
or `stale` (the run of someone else, who used the carrier first).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.context import BaseContext
from typing import Any

import peakguard
from peakguard.runtime import context

Row = Callable[[bool], str]
Async = Callable[[bool], Coroutine[Any, Any, str | None]]
ROWS: dict[str, Row] = {}


def see(*_: object) -> str | None:
    """The run that is seen where this is called."""
    here = context.current()
    return here and here.run_id


def told(seen: str | None, mine: str, others: str | None = None) -> str:
    if seen == mine:
        return "kept"
    assert seen in (None, others), (seen, mine, others)
    return "lost" if seen is None else "stale"


def row(name: str) -> Callable[[Callable[[bool], str | None]], None]:
    """A way that is used once, from one run."""

    def register(way: Callable[[bool], str | None]) -> None:
        def run(keep: bool) -> str:
            with peakguard.run() as mine:
                return told(way(keep), mine.run_id)

        ROWS[name] = run

    return register


def async_row(name: str) -> Callable[[Async], None]:
    def register(way: Async) -> None:
        async def main(keep: bool) -> str:
            async with peakguard.run() as mine:
                return told(await way(keep), mine.run_id)

        ROWS[name] = lambda keep: asyncio.run(main(keep))

    return register


def pool_row(name: str, make: Callable[[], Executor], use: Callable[[Executor], str | None]) -> None:
    """A way that lives longer than a run: another run uses it first."""

    def run(keep: bool) -> str:
        with make() as pool:
            executor = context.context_executor(pool) if keep else pool
            with peakguard.run() as other:
                use(executor)
            with peakguard.run() as mine:
                return told(use(executor), mine.run_id, other.run_id)

    ROWS[name] = run


def submit(pool: Executor) -> str | None:
    return pool.submit(see).result()


def mapped(pool: Executor) -> str | None:
    first, second = pool.map(see, [1, 2])
    assert first == second
    return first


def in_executor(pool: Executor) -> str | None:
    async def main() -> str | None:
        return await asyncio.get_running_loop().run_in_executor(pool, see)

    return asyncio.run(main())


one_thread = functools.partial(ThreadPoolExecutor, 1)
pool_row("`ThreadPoolExecutor.submit`", one_thread, submit)
pool_row("`ThreadPoolExecutor.map`", one_thread, mapped)
pool_row("`loop.run_in_executor`", one_thread, in_executor)


def process_pool(method: str) -> Callable[[], Executor]:
    return lambda: ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method))


pool_row("`ProcessPoolExecutor`, fork", process_pool("fork"), submit)
pool_row("`ProcessPoolExecutor`, spawn", process_pool("spawn"), mapped)
pool_row("`ProcessPoolExecutor`, forkserver", process_pool("forkserver"), submit)


def in_thread(make: Callable[[Callable[[], None]], threading.Thread]) -> str | None:
    seen: list[str | None] = []
    thread = make(lambda: seen.append(see()))
    thread.start()
    thread.join()
    return seen[0]


@row("`threading.Thread`")
def _(keep: bool) -> str | None:
    kind = context.ContextThread if keep else threading.Thread
    return in_thread(lambda work: kind(target=work))


@row("a subclass of `Thread` with its own `run`")
def _(keep: bool) -> str | None:
    base: Any = context.ContextThread if keep else threading.Thread

    class Worker(base):  # type: ignore[misc] # one of two
        def __init__(self, work: Callable[[], None]) -> None:
            super().__init__()
            self.work = work

        def run(self) -> None:
            self.work()

    return in_thread(Worker)


@row("`threading.Timer`")
def _(keep: bool) -> str | None:
    return in_thread(lambda work: threading.Timer(0, context.bind(work) if keep else work))


@async_row("an asyncio task, `gather`, `TaskGroup`")
async def _(_: bool) -> str | None:
    async def work() -> str | None:
        await asyncio.sleep(0)
        return see()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(work())
    (gathered,) = await asyncio.gather(work())
    assert gathered == task.result()
    return gathered


@async_row("`asyncio.to_thread`")
async def _(_: bool) -> str | None:
    return await asyncio.to_thread(see)


@async_row("`call_soon`, `call_later`, `call_soon_threadsafe`")
async def _(_: bool) -> str | None:
    loop = asyncio.get_running_loop()
    seen: list[str | None] = []
    loop.call_soon(lambda: seen.append(see()))
    loop.call_later(0, lambda: seen.append(see()))
    loop.call_soon_threadsafe(lambda: seen.append(see()))
    await asyncio.sleep(0.01)
    assert len(seen) == 3
    assert len(set(seen)) == 1
    return seen[0]


@async_row("`add_done_callback` of asyncio")
async def _(_: bool) -> str | None:
    seen: list[str | None] = []
    task = asyncio.create_task(asyncio.sleep(0))
    task.add_done_callback(lambda _: seen.append(see()))
    await task
    await asyncio.sleep(0)
    return seen[0]


@async_row("`loop.add_signal_handler`")
async def _(_: bool) -> str | None:
    loop = asyncio.get_running_loop()
    seen: list[str | None] = []
    loop.add_signal_handler(signal.SIGUSR1, lambda: seen.append(see()))
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(0.05)
    loop.remove_signal_handler(signal.SIGUSR1)
    return seen[0]


@row("`signal.signal`: runs inside the code it interrupts")
def _(_: bool) -> str | None:
    seen: list[str | None] = []
    before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(see()))
    signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    return seen[0]


@row("`weakref` callbacks and `__del__`: run where the last reference goes")
def _(_: bool) -> str | None:
    seen: list[str | None] = []
    thing: set[int] | None = set()
    weakref.finalize(thing, lambda: seen.append(see()))
    thing = None
    return seen[0]


def done_callback(keep: bool) -> str:
    go = threading.Event()
    seen: list[str | None] = []
    with peakguard.run() as mine, ThreadPoolExecutor(1) as pool:

        def back(_: object) -> None:
            seen.append(see())

        future = pool.submit(go.wait)
        future.add_done_callback(context.bind(back) if keep else back)
        go.set()
    return told(seen[0], mine.run_id)


ROWS["`add_done_callback` of `concurrent.futures`"] = done_callback


def tell(pipe: Any) -> None:
    pipe.send(see())


def in_process(method: str) -> Callable[[bool], str | None]:
    def way(keep: bool) -> str | None:
        processes: BaseContext = multiprocessing.get_context(method)
        here, there = processes.Pipe()
        target = context.bind(tell) if keep else tell
        process = processes.Process(target=target, args=(there,))  # type: ignore[attr-defined] # not in BaseContext
        process.start()
        seen: str | None = here.recv()
        process.join()
        return seen

    return way


for method in ("fork", "spawn", "forkserver"):
    row(f"`multiprocessing.Process`, {method}")(in_process(method))


@row("`multiprocessing.Pool`, or any worker process, spawn")
def _(keep: bool) -> str | None:
    start: dict[str, Any] = {"initializer": context.adopt, "initargs": (context.current(),)} if keep else {}
    with multiprocessing.get_context("spawn").Pool(1, **start) as pool:
        return pool.apply(see)


_CHILD = """
from peakguard.runtime import context
{block}:
    here = context.current()
    print(here and here.run_id)
"""


@row("`subprocess`")
def _(keep: bool) -> str | None:
    block = "import os\nwith context.continue_from(os.environ)" if keep else "if True"
    env = context.propagate_env({**os.environ}) if keep else None
    command = [sys.executable, "-c", _CHILD.format(block=block)]
    printed = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()
    return None if printed == "None" else printed


_EXIT = """
import atexit, peakguard
from peakguard.runtime import context
{patch}
def told():
    here = context.current()
    print(here and here.run_id)
with peakguard.run() as run:
    print(run.run_id)
    atexit.register({target})
"""


def at_exit(keep: bool) -> str:
    is_patched = threading.Thread.start.__module__ != "threading"
    patch = "context.propagate_context()" if is_patched else ""
    script = _EXIT.format(target="context.bind(told)" if keep else "told", patch=patch)
    mine, seen = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    return told(None if seen == "None" else seen, mine)


ROWS["`atexit`"] = at_exit


@row("`contextlib.contextmanager` around a run: the caller is inside")
def _(_: bool) -> str | None:
    seen = []

    @contextlib.contextmanager
    def job() -> Iterator[str]:
        with peakguard.run() as run:
            yield run.run_id

    with job() as inner:
        seen.append(see() == inner)
    assert seen == [True]
    return see()


@row("the body of a generator: runs in the context of who asks for the next value")
def _(_: bool) -> str | None:
    def values() -> Iterator[str | None]:
        yield see()

    return next(values())


def leaky() -> Iterator[str]:
    with peakguard.run() as run:
        yield run.run_id


async def leaky_async() -> AsyncIterator[str]:
    async with peakguard.run() as run:
        yield run.run_id


def iterating(keep: bool) -> str:
    with peakguard.run() as mine:
        generator = context.isolated(leaky)() if keep else leaky()
        inner = next(generator)
        seen = see()
        assert list(generator) == []
        assert see() == mine.run_id
        return told(seen, mine.run_id, inner)


async def iterating_async(keep: bool) -> str:
    async with peakguard.run() as mine:
        generator = context.isolated(leaky_async)() if keep else leaky_async()
        inner = await anext(generator)
        seen = see()
        assert [each async for each in generator] == []
        assert see() == mine.run_id
        return told(seen, mine.run_id, inner)


ROWS["who iterates, while a generator holds a run or span open"] = iterating
ROWS["the same, an async generator"] = lambda keep: asyncio.run(iterating_async(keep))
