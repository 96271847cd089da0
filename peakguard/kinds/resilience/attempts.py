"""A policy around statements that are no function: `for attempt in guard.attempts():` and `with attempt: …` inside."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, nullcontext
from types import TracebackType
from typing import Any, Self

from peakguard.diagnostics import codes
from peakguard.kinds.resilience.breaker import Epoch
from peakguard.kinds.resilience.policy import Guarded
from peakguard.kinds.resilience.retry import Tried
from peakguard.kinds.resilience.timeouts import Cancelling, Interrupting
from peakguard.runtime.deadline import Until
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.rejections import Rejected

_FALLBACK = "it has a fallback, which stands in for the result of a function; statements have none"
_THREAD = "its timeout works in a thread, which runs functions and no statements"


class Attempts:
    """The attempts of one call, for `for` and for `async for`; each is a context manager.

    The loop ends with the first attempt that raises nothing; an error that is not tried again leaves it. Raises
    PeakguardError (PG2082) for a policy with a fallback, or with a timeout in threads.
    """

    def __init__(self, policy: Guarded) -> None:
        is_threaded = policy.timeout_mode == "thread" and (policy.attempt or policy.total) is not None
        if "fallback" in policy.table or is_threaded:
            problem = _THREAD if is_threaded else _FALLBACK
            raise PeakguardError(codes.TARGET_REFUSED, target=policy.name, problem=problem)
        self.policy = policy
        self.tried: Tried | None = None
        self.goes_on = True
        self.deadline = policy.clock.now() + policy.total.seconds if policy.total is not None else None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Attempt:
        while self.goes_on:
            if self.tried is not None:
                self.policy.clock.sleep(self.tried.wait)
            attempt = Attempt(self, is_async=False)
            with self.within():
                refused = attempt.enter_limits()
            if refused is None:
                self.goes_on = False
                return attempt
            self._refused(attempt, refused)
        raise StopIteration

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Attempt:
        while self.goes_on:
            if self.tried is not None:
                await self.policy.clock.asleep(self.tried.wait)
            attempt = Attempt(self, is_async=True)
            with self.within():
                refused = await attempt.enter_limits_async()
            if refused is None:
                self.goes_on = False
                return attempt
            self._refused(attempt, refused)
        raise StopAsyncIteration

    def within(self) -> AbstractContextManager[Any]:
        """A block in which the deadline of the whole call holds."""
        return Until(self.deadline) if self.deadline is not None else nullcontext()

    def is_tried_again(self, error: BaseException) -> bool:
        """Judge an error, and leave the wait ahead of the next attempt in `tried`."""
        retry = self.policy.retry
        if retry is None or not isinstance(error, Exception):
            return False
        with self.within():
            tried = retry.plan(error, self.tried)
        if tried is None:
            return False
        self.tried = tried
        self.goes_on = True
        return True

    def _refused(self, attempt: Attempt, refused: Rejected) -> None:
        attempt.leave_limits()
        if not self.is_tried_again(refused):
            self.goes_on = False
            raise refused


class Attempt:
    """One attempt: what is raised inside is judged at the end of the block."""

    def __init__(self, attempts: Attempts, *, is_async: bool) -> None:
        self._attempts = attempts
        self._policy = attempts.policy
        self._is_async = is_async
        self._epoch: Epoch | None = None
        self._has_slot = False
        self._is_entered = False
        self._times = ExitStack()
        self._began = 0.0

    def __del__(self) -> None:
        """Who leaves the loop ahead of the block has made no attempt: slot and permit go back."""
        if not self._is_entered:
            if self._epoch is not None and self._policy.breaker is not None:
                self._policy.breaker.ignored(self._epoch)
            self.leave_limits()

    @property
    def number(self) -> int:
        """1 for the first."""
        tried = self._attempts.tried
        return 1 if tried is None else tried.attempts + 1

    def enter_limits(self) -> Rejected | None:
        """Wait for the rate and for a slot, and ask the breaker: what refuses the attempt."""
        policy = self._policy
        refused: Rejected | None = None
        if policy.rate is not None:
            refused = policy.turn()
        if refused is None and policy.slots is not None:
            refused = policy.enter()
            self._has_slot = refused is None
        return refused or self._ask_breaker()

    async def enter_limits_async(self) -> Rejected | None:
        """The same in a coroutine."""
        policy = self._policy
        refused: Rejected | None = None
        if policy.rate is not None:
            refused = await policy.turn_async()
        if refused is None and policy.slots is not None:
            refused = await policy.enter_async()
            self._has_slot = refused is None
        return refused or self._ask_breaker()

    def leave_limits(self) -> None:
        """Give the slot back."""
        if self._has_slot and self._policy.slots is not None:
            self._has_slot = False
            self._policy.slots.give_back()

    def __enter__(self) -> Self:
        policy, deadline = self._policy, self._attempts.deadline
        # Where something can be done about a block that takes too long, the time of the whole call does it too.
        limit = policy.attempt or (policy.total if self._is_async or policy.timeout_mode == "signal" else None)
        self._is_entered = True
        if deadline is not None:
            self._times.enter_context(Until(deadline))
        if limit is not None:
            limited: Any = limit.until()
            if self._is_async:
                limited = Cancelling(limit)
            elif policy.timeout_mode == "signal":
                limited = Interrupting(limit)
            self._times.enter_context(limited)
        self._began = policy.clock.now()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        took = self._policy.clock.now() - self._began
        try:
            self._times.__exit__(kind, error, at)
        except BaseException as exceeded:
            # What the timeout makes of a cancelled block is what the policy judges.
            if self._ended(exceeded, took):
                return True
            raise
        return self._ended(error, took)

    def _ended(self, error: BaseException | None, took: float) -> bool:
        """Tell the breaker, free the slot; whether the error is swallowed and another attempt follows."""
        policy, attempts = self._policy, self._attempts
        if self._epoch is not None and policy.breaker is not None:
            if error is None:
                policy.breaker.succeeded(self._epoch, took)
            else:
                policy.breaker_failed(self._epoch, error, took)
        self.leave_limits()
        if error is not None:
            return attempts.is_tried_again(error)
        if attempts.tried is not None and policy.retry is not None:
            policy.retry.saved(attempts.tried)
        elif policy.budget is not None and policy.budget.is_short:
            policy.budget.refund()
        return False

    def _ask_breaker(self) -> Rejected | None:
        if self._policy.breaker is None:
            return None
        epoch, refused = self._policy.admit()
        self._epoch = epoch if refused is None else None
        return refused
