"""A bulkhead: so many calls at a time, the others in a line, first come, first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from peakguard.runtime.async_library import running_trio


class _Waiter:
    """One who waits: `wake` is called when it is its turn."""

    __slots__ = ("is_gone", "is_served", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.is_served = False
        self.is_gone = False


class Slots:
    """Slots that threads and tasks take and give back. Who cannot have one at once waits in one line with others.

    While nobody waits, a slot is one `pop` and one `append` of `free`, without a lock. Who joins the `line` looks at
    `free` once more, and who gives a slot back looks at the `line` afterwards: one of the two sees the other.
    """

    def __init__(self, count: int) -> None:
        self.free: deque[None] = deque([None] * count)
        self.line: deque[_Waiter] = deque()
        self._lock = threading.Lock()
        self._count = count
        self._takers: list[_Waiter] = []

    def resize(self, count: int) -> None:
        """Have more slots at once; or fewer, of which those that are taken go when their calls end."""
        with self._lock:
            change, self._count = count - self._count, count
            self._takers = [taker for taker in self._takers if not taker.is_served]
            while change > 0 and self._takers:
                self._takers.pop().is_gone = True
                change -= 1
            self.free.extend([None] * max(0, change))
            for _ in range(max(0, -change)):
                try:
                    self.free.pop()
                except IndexError:
                    # One who stands in front of the line, and keeps what it is given.
                    self._takers.append(_Waiter(lambda: None))
                    self.line.appendleft(self._takers[-1])
        if self.line:
            self.serve()

    def take(self, longest: float) -> bool:
        """Take a slot, waiting for it at most so many seconds. Whether there was one."""
        if self._take_free():
            return True
        if longest <= 0:
            return False
        turn = threading.Event()
        waiter = self._stand_in_line(turn.set)
        try:
            turn.wait(longest)
        except BaseException:
            self._leave(waiter, wants_it=False)
            raise
        return self._leave(waiter, wants_it=True)

    async def take_async(self, longest: float) -> bool:
        """The same for a task; one that is cancelled while it waits takes no slot with it."""
        if self._take_free():
            return True
        if longest <= 0:
            return False
        trio = running_trio()
        if trio is not None:
            return await self._take_in_trio(trio, longest)
        import asyncio

        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()

        def come() -> None:
            if not turn.done():
                turn.set_result(None)

        waiter = self._stand_in_line(lambda: loop.call_soon_threadsafe(come))
        try:
            await asyncio.wait([turn], timeout=longest)
        except BaseException:
            self._leave(waiter, wants_it=False)
            raise
        return self._leave(waiter, wants_it=True)

    async def _take_in_trio(self, trio: Any, longest: float) -> bool:
        turn, token = trio.Event(), trio.lowlevel.current_trio_token()
        waiter = self._stand_in_line(lambda: token.run_sync_soon(turn.set))
        try:
            with trio.move_on_after(longest):
                await turn.wait()
        except BaseException:
            self._leave(waiter, wants_it=False)
            raise
        return self._leave(waiter, wants_it=True)

    def give_back(self) -> None:
        """Free a slot, for the next in line."""
        self.free.append(None)
        if self.line:
            self.serve()

    def serve(self) -> None:
        """Give what is free to those who wait."""
        served = []
        with self._lock:
            while self.line and self.free:
                waiter = self.line.popleft()
                if not waiter.is_gone:
                    try:
                        self.free.pop()
                    except IndexError:  # taken in between
                        self.line.appendleft(waiter)
                        break
                    waiter.is_served = True
                    served.append(waiter)
        for each in served:
            each.wake()

    def _take_free(self) -> bool:
        if self.line:
            return False
        try:
            self.free.pop()
        except IndexError:
            return False
        return True

    def _stand_in_line(self, wake: Callable[[], object]) -> _Waiter:
        waiter = _Waiter(wake)
        self.line.append(waiter)
        if self.free:
            self.serve()
        return waiter

    def _leave(self, waiter: _Waiter, *, wants_it: bool) -> bool:
        """Who stops waiting: whether it has a slot. One that it no longer wants goes to the next."""
        with self._lock:
            waiter.is_gone = True
            is_served = waiter.is_served
            if not is_served and waiter in self.line:
                self.line.remove(waiter)
        if is_served and not wants_it:
            self.give_back()
        return is_served
