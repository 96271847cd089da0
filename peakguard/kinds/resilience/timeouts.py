"""How long an attempt may take, and what can be done about one that takes longer.

`cooperative`: the function is told (`peakguard.runtime.deadline.remaining`) and must ask. `thread`: it is run in a
thread and left behind there. `signal`: it is interrupted, in the main thread of a process on POSIX. Coroutines are
cancelled, whatever the mode.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import wraps
from types import FrameType, TracebackType
from typing import Any, Self

from peakguard.runtime.async_library import running_trio
from peakguard.runtime.clock import Clock
from peakguard.runtime.deadline import DEADLINE, Until
from peakguard.runtime.rejections import TimeoutExceeded


class Limit:
    """What one timeout of a policy is: its name, what it limits (`call` or `attempt`) and for how long."""

    def __init__(self, policy: str, what: str, seconds: float, clock: Clock) -> None:
        self.policy = policy
        self.what = what
        self.seconds = seconds
        self.clock = clock

    def until(self) -> Until:
        """The deadline of a call that begins now."""
        return Until(self.clock.now() + self.seconds)

    def exceeded(self) -> TimeoutExceeded:
        """The error of a call that took longer."""
        return TimeoutExceeded(policy=self.policy, what=self.what, seconds=f"{self.seconds:.3g}")

    def left(self) -> float:
        """The seconds of a call that begins now: its own, or what is left to those around it."""
        deadline = DEADLINE.get()
        return self.seconds if deadline is None else max(0.0, min(self.seconds, deadline - self.clock.now()))


class Cancelling:
    """`with`, in a coroutine: its task is cancelled when the time is over, and gets TimeoutExceeded here.

    As `asyncio.timeout` does it, with less around: a cancellation that somebody else asks for goes on.
    """

    __slots__ = ("_cancelling", "_has_rung", "_limit", "_scope", "_task", "_timer", "_token")

    def __init__(self, limit: Limit) -> None:
        self._limit = limit

    def __enter__(self) -> None:
        now, above = self._limit.clock.now(), DEADLINE.get()
        deadline = now + self._limit.seconds
        if above is not None and above < deadline:
            deadline = above
        trio = running_trio()
        self._scope = None if trio is None else trio.move_on_after(max(0.0, deadline - now))
        if self._scope is not None:
            self._scope.__enter__()
        else:
            self._set_timer(deadline - now)
        self._token = DEADLINE.set(deadline)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        DEADLINE.reset(self._token)
        if self._scope is not None:
            is_caught = bool(self._scope.__exit__(kind, error, at))
            if self._scope.cancelled_caught:
                raise self._limit.exceeded() from error
            return is_caught
        self._timer.cancel()
        if self._has_rung and self._task.uncancel() <= self._cancelling and kind is not None:
            from asyncio import CancelledError

            if issubclass(kind, CancelledError):
                raise self._limit.exceeded() from error
        return False

    def _set_timer(self, seconds: float) -> None:
        from asyncio import current_task, get_running_loop

        task = current_task()
        if task is None:
            raise RuntimeError("a timeout needs a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._has_rung = False
        self._timer = get_running_loop().call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._has_rung = True
        self._task.cancel()


class Interrupting:
    """`with`: the code inside is interrupted by a signal when the time is over.

    Only the main thread gets signals; in others, and where the system has none, the code inside must ask itself.
    A timer that runs already goes on afterwards, with what is left of it.
    """

    __slots__ = ("_before", "_began", "_handler", "_is_armed", "_limit", "_until")

    def __init__(self, limit: Limit) -> None:
        self._limit = limit

    def __enter__(self) -> Self:
        left = self._limit.left()
        if left <= 0:
            raise self._limit.exceeded()
        self._until = self._limit.until()
        self._until.__enter__()
        self._is_armed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self._is_armed:
            self._began = self._limit.clock.now()
            self._before = signal.getitimer(signal.ITIMER_REAL)
            self._handler = signal.signal(signal.SIGALRM, self._ring)
            try:
                if not 0 < self._before[0] < left:  # else who waits around us rings first
                    signal.setitimer(signal.ITIMER_REAL, left)
            except BaseException:  # it may ring ahead of the block
                self.__exit__(None, None, None)
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self._is_armed:
                signal.setitimer(signal.ITIMER_REAL, 0)
        finally:  # it may ring while it is switched off
            self._until.__exit__(kind, error, at)
            if self._is_armed:
                self._give_back()

    def _give_back(self) -> None:
        signal.signal(signal.SIGALRM, self._handler)
        first, interval = self._before
        if first:
            spent = self._limit.clock.now() - self._began
            signal.setitimer(signal.ITIMER_REAL, max(1e-6, first - spent), interval)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._before[0] and callable(self._handler):
            spent = self._limit.clock.now() - self._began
            if spent + 1e-3 >= self._before[0] and spent < self._limit.seconds:
                self._handler(number, frame)
                return
        raise self._limit.exceeded()


def in_thread(function: Callable[..., Any], limit: Limit) -> Callable[..., Any]:
    """The function, run in a thread of its own and waited for. One that takes longer goes on there, unheard."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        outcome: list[tuple[Any, BaseException | None]] = []

        def work() -> None:
            try:
                outcome.append((context.run(function, *args, **kwargs), None))
            except BaseException as error:  # noqa: BLE001 # it is raised where the call was made
                outcome.append((None, error))

        left = limit.left()
        if left <= 0:
            raise limit.exceeded()
        with limit.until():
            context = copy_context()
            thread = threading.Thread(target=work, daemon=True, name=f"peakguard {limit.policy}")
            thread.start()
            thread.join(left)
        if not outcome:
            raise limit.exceeded()
        result, error = outcome[0]
        if error is not None:
            trace = error.__traceback__
            raise error.with_traceback(trace.tb_next if trace is not None else None)  # without the frame of `work`
        return result

    return call
