"""Time and chance, as policies see them: the real ones, or those of a test and of a simulation."""

from __future__ import annotations

import random as chance
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from peakguard.runtime.async_library import running_trio


class Clock(NamedTuple):
    """`now` counts seconds from any start and never goes back; `random` gives numbers of [0, 1)."""

    now: Callable[[], float]
    sleep: Callable[[float], None]
    asleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]


_waits = True


def set_waiting(on: bool) -> None:
    """Whether sleeps of the real clock wait; tests of a program switch it off."""
    global _waits  # noqa: PLW0603 # one switch for the process
    _waits = on


def _sleep(seconds: float) -> None:
    if _waits:
        time.sleep(seconds)


async def _asleep(seconds: float) -> None:
    seconds = seconds if _waits else 0
    trio = running_trio()
    if trio is not None:
        await trio.sleep(seconds)
        return
    import asyncio

    await asyncio.sleep(seconds)


REAL = Clock(time.monotonic, _sleep, _asleep, chance.Random().random)  # noqa: S311 # spreads waits, keeps no secret
