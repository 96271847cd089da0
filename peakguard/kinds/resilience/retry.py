"""What happens after an attempt has failed: give up, or wait and try again. Nothing of it runs while calls succeed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peakguard.kinds.resilience.budget import Budget
from peakguard.kinds.resilience.matching import Classify, Matching, code_of, is_retryable
from peakguard.kinds.resilience.waits import asked_by, schedule
from peakguard.runtime.clock import Clock
from peakguard.runtime.deadline import DEADLINE
from peakguard.runtime.events import emit
from peakguard.runtime.named import named


class Tried:
    """The attempts of one call so far."""

    __slots__ = ("attempts", "last", "paid", "since", "wait")

    def __init__(self, since: float) -> None:
        self.attempts = 0
        self.since = since
        """When the first attempt had failed."""
        self.wait = 0.0
        self.paid: int | None = None
        self.last: BaseException | None = None
        """The error of the latest attempt."""


class Unwelcome(Exception):
    """A result that is worth another attempt, in the place of an error."""

    def __init__(self, result: Any) -> None:
        super().__init__("the result is worth another attempt")
        self.result = result


class Retry:
    """The retries of a policy. `again` is called in the `except` of a wrapper: whether to go round once more."""

    def __init__(
        self,
        name: str,
        settings: Mapping[str, Any],
        budget: Budget | None,
        classify: Classify,
        clock: Clock,
        policy_set: str | None = None,
    ) -> None:
        self.Unwelcome = Unwelcome
        self._name = name
        self._classify = classify
        self._clock = clock
        self._policy_set = policy_set
        self.change(settings, budget)

    def change(self, settings: Mapping[str, Any], budget: Budget | None) -> None:
        """Go on under other settings, from the next failure on."""
        self._settings = settings
        self._after = settings["retry_after"]
        self._budget = budget
        self._wait = schedule(settings["backoff"], self._clock.random)
        self._on = Matching(settings["on"], self._classify) if settings["on"] else None
        self._never = Matching(settings["never"], self._classify) if settings["never"] else None
        self._unwelcome: Callable[[Any], object] | None = None

    def again(self, error: BaseException, tried: Tried | None) -> Tried | None:
        """Wait, and give what the next attempt goes on from; None where the error goes to the caller."""
        tried = self.plan(error, tried)
        if tried is not None:
            self._clock.sleep(tried.wait)
        return tried

    async def again_async(self, error: BaseException, tried: Tried | None) -> Tried | None:
        """The same in a coroutine."""
        tried = self.plan(error, tried)
        if tried is not None:
            await self._clock.asleep(tried.wait)
        return tried

    def is_unwelcome(self, result: Any) -> bool:
        """Whether a result is worth another attempt."""
        judge = self._unwelcome
        if judge is None:
            judge = self._unwelcome = named(self._settings["result"])
        return bool(judge(result))

    def saved(self, tried: Tried) -> None:
        """A call ended well that would have failed without its retries."""
        if self._budget is not None:
            self._budget.refund(tried.paid)
        emit(
            "call_saved",
            policy_set=self._policy_set,
            policy=self._name,
            attempts=tried.attempts + 1,
            seconds=self._clock.now() - tried.since,
        )

    def plan(self, error: BaseException, tried: Tried | None) -> Tried | None:
        """Judge an error: what the next attempt goes on from, with the time to wait; None where there is none."""
        if not self._is_wanted(error):
            if tried is not None:
                self._end(error, tried)
            return None
        tried = tried or Tried(self._clock.now())
        tried.attempts += 1
        tried.last = error
        reason = self._reason_to_stop(error, tried)
        if reason is not None:
            self._give_up(error, tried, reason)
            return None
        emit(
            "call_retried",
            policy_set=self._policy_set,
            policy=self._name,
            attempt=tried.attempts + 1,
            seconds=tried.wait,
            code=code_of(error, self._classify),
            error_type=f"{type(error).__module__}.{type(error).__qualname__}",
        )
        return tried

    def _end(self, error: BaseException, tried: Tried) -> None:
        """Attempts end with an error that is not tried again, as where the breaker has opened by now."""
        if error.__cause__ is None and error.__context__ is None:
            error.__cause__ = tried.last  # what made the attempts before fail
        self._give_up(error, tried, f"{type(error).__name__} is not tried again")

    def _is_wanted(self, error: BaseException) -> bool:
        if isinstance(error, Unwelcome):
            return True
        if self._never is not None and self._never.fits(error):
            return False
        return is_retryable(error, self._classify) if self._on is None else self._on.fits(error)

    def _reason_to_stop(self, error: BaseException, tried: Tried) -> str | None:
        """Why there is no further attempt; None leaves the time to wait in `tried`."""
        if tried.attempts >= self._settings["max_attempts"]:
            return "no attempts are left"
        wait = self._wait(tried.attempts, tried.wait)
        asked = asked_by(error) if self._after["respect"] else None
        if asked is not None and asked > self._after["max"]:
            if self._after["over_max"] == "fail":
                return f"{asked:.3g} s are asked for, and {self._after['max']:.3g} s is the most that is waited"
            asked = self._after["max"]
        wait = max(wait, asked or 0.0)
        deadline = DEADLINE.get()
        if deadline is not None and self._clock.now() + wait >= deadline:
            return f"the time of the call ends before a wait of {wait:.3g} s does"
        if self._budget is not None:
            tried.paid = self._budget.pay(timeout=isinstance(error, TimeoutError))
            if tried.paid is None:
                return "the budget of retries is used up"
        tried.wait = wait
        return None

    def _give_up(self, error: BaseException, tried: Tried, reason: str) -> None:
        seconds = self._clock.now() - tried.since
        shown = f"{tried.attempts} attempt{'s' if tried.attempts > 1 else ''}"
        error.add_note(f"peakguard: {self._name} gave up after {shown}: {reason}")
        emit(
            "retries_exhausted",
            severity="warning",
            policy_set=self._policy_set,
            policy=self._name,
            attempts=tried.attempts,
            seconds=seconds,
            reason=reason,
            code=code_of(error, self._classify),
        )
