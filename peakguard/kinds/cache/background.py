"""Fetches in the background: in a thread, or as a task of the loop that asked."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

from peakguard.kinds.cache.keeping import Keeper
from peakguard.kinds.cache.steps import Later, drive, drive_async, refresh
from peakguard.runtime.async_library import running_trio

_tasks: set[Any] = set()
"""Tasks that run: a loop holds them only weakly."""


def in_thread(keeper: Keeper, compute: Callable[[], Any], wanted: Later) -> bool:
    """Fetch in a thread that does not keep the program alive; the value is whole or not there, should it be cut off."""

    def fetch() -> None:
        try:
            drive(refresh(keeper, wanted.key, wanted.shown), compute, keeper.clock, lambda _: False)
        except BaseException as error:  # noqa: BLE001 # nobody else hears of it
            keeper.told.refresh_failed(wanted.key, error)

    name = keeper.flight_name(wanted.key)
    if not keeper.flights.claim(name):
        return True  # somebody does it
    thread = threading.Thread(
        target=copy_context().run, args=(fetch,), name=f"peakguard cache {keeper.name}", daemon=True
    )
    try:
        thread.start()
    except RuntimeError:  # there can be no more threads
        keeper.flights.release(name)
        return False
    return True


def in_task(keeper: Keeper, compute: Callable[[], Awaitable[Any]], wanted: Later) -> bool:
    """Fetch in a task of asyncio; trio has no tasks without somebody who waits for them, so there is none."""
    if running_trio() is not None:
        return False
    import asyncio

    async def fetch() -> None:
        try:
            await drive_async(refresh(keeper, wanted.key, wanted.shown), compute, keeper.clock, lambda _: False)
        except Exception as error:  # noqa: BLE001 # likewise
            keeper.told.refresh_failed(wanted.key, error)

    if not keeper.flights.claim(keeper.flight_name(wanted.key)):
        return True
    task = asyncio.get_running_loop().create_task(fetch())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return True
