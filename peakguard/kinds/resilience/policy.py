"""One resilience policy at work: its breaker, budget, limits and retries, shared by all that it guards."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from peakguard.kinds.resilience.breaker import Breaker, Epoch
from peakguard.kinds.resilience.budget import Budget
from peakguard.kinds.resilience.matching import Matching
from peakguard.kinds.resilience.rates import Rate
from peakguard.kinds.resilience.retry import Retry
from peakguard.kinds.resilience.slots import Slots
from peakguard.kinds.resilience.timeouts import Limit
from peakguard.runtime.clock import Clock
from peakguard.runtime.deadline import DEADLINE
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.failure.catalogued import CataloguedError
from peakguard.runtime.named import named
from peakguard.runtime.rejections import BreakerOpen, BulkheadFull, RateLimited, Rejected, TimeoutExceeded

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


class Guarded:
    """The parts of one policy; those that it does not declare are None. Safe for threads and tasks."""

    def __init__(
        self, table: Mapping[str, Any], budgets: Mapping[str, Budget], policies: PolicySet, mode: str, clock: Clock
    ) -> None:
        self.name: str = table["name"]
        self.origin: str = table["origin"]
        self.mode = mode
        self.clock = clock
        self.digest = policies.digest
        self._root = policies.root
        self._classify: Callable[[BaseException], Any] = policies.classify
        self.table = under_mode(table, mode)
        self.breaker = self._part("breaker", self._made_breaker)
        self.budget: Budget | None = None
        self.retry = self._part("retry", lambda settings: self._made_retry(settings, budgets))
        bulkhead, rate = self.table.get("bulkhead"), self.table.get("rate_limit")
        self.slots = Slots(bulkhead["max_concurrent"]) if bulkhead else None
        self.rate = Rate(rate["interval"], rate["burst"], clock) if rate else None
        timeout = self.table.get("timeout", {})
        self.timeout_mode: str = timeout.get("mode", "cooperative")
        self.total = self._limit("call", timeout.get("total"))
        self.attempt = self._limit("attempt", timeout.get("attempt"))

    def change(self, table: Mapping[str, Any], budgets: Mapping[str, Budget]) -> None:
        """Go on under the values of another table, which has the same parts (`shape_of`)."""
        self.table = table = under_mode(table, self.mode)
        if self.breaker is not None:
            self._set_matching(table["breaker"])
            self.breaker.change(table["breaker"])
        if self.retry is not None:
            name = table["retry"]["budget"]
            self.retry.change(table["retry"], budgets[name] if name is not None else None)
        if self.slots is not None:
            self.slots.resize(table["bulkhead"]["max_concurrent"])
        if self.rate is not None:
            self.rate.change(table["rate_limit"]["interval"], table["rate_limit"]["burst"])
        for limit, key in ((self.total, "total"), (self.attempt, "attempt")):
            if limit is not None:
                limit.seconds = table["timeout"][key]

    def breaker_failed(self, epoch: Epoch, error: BaseException, seconds: float | None = None) -> None:
        """Tell the breaker of an attempt that ended with an exception."""
        assert self.breaker is not None
        if self._counts(error):
            self.breaker.failed(epoch, seconds)
        else:
            self.breaker.ignored(epoch)

    def admit(self) -> tuple[Epoch, BreakerOpen | None]:
        """Ask the breaker."""
        assert self.breaker is not None
        epoch, refused = self.breaker.admit()
        if refused is not None:
            self._tell_rejected(refused)
        return epoch, refused

    def enter(self) -> BulkheadFull | None:
        """Take a slot of the bulkhead: what to raise where there is none in time."""
        assert self.slots is not None
        return None if self.slots.take(self._longest("bulkhead")) else self._full()

    async def enter_async(self) -> BulkheadFull | None:
        """The same in a coroutine."""
        assert self.slots is not None
        return None if await self.slots.take_async(self._longest("bulkhead")) else self._full()

    def turn(self) -> RateLimited | None:
        """Wait for the turn of the rate limit: what to raise where it does not come in time."""
        wait, refused = self._reserved()
        if refused is None and wait:
            self.clock.sleep(wait)
        return refused

    async def turn_async(self) -> RateLimited | None:
        """The same in a coroutine."""
        wait, refused = self._reserved()
        if refused is None and wait:
            await self.clock.asleep(wait)
        return refused

    def fallback(self) -> tuple[Callable[..., Any], Callable[[BaseException], bool]]:
        """What is called in place of a call that failed, and for which errors."""
        settings = self.table["fallback"]
        matching = Matching(settings["on"], self._classify) if settings["on"] else None
        found: list[Callable[..., Any]] = []

        def stands_in(error: BaseException) -> bool:
            if not isinstance(error, Exception) or (matching is not None and not matching.fits(error)):
                return False
            code = getattr(error, "code", None)
            emit("fallback_used", severity="warning", policy_set=self.digest, policy=self.name,
                 code=code if isinstance(code, str) else None, error_type=type(error).__qualname__)  # fmt: skip
            return True

        def fall(*args: Any, **kwargs: Any) -> Any:
            if not found:
                found.append(named(settings["call"]))
            return found[0](*args, **kwargs)

        return fall, stands_in

    def _longest(self, part: str) -> float:
        """The longest that is waited for a slot or a turn: never beyond the time of the call."""
        longest: float = self.table[part]["max_wait"]
        deadline = DEADLINE.get()
        return longest if deadline is None else max(0.0, min(longest, deadline - self.clock.now()))

    def _reserved(self) -> tuple[float, RateLimited | None]:
        assert self.rate is not None
        wait, is_ours = self.rate.reserve(self._longest("rate_limit"))
        if is_ours:
            return wait, None
        refused = RateLimited(retry_after=wait, policy=self.name)
        self._tell_rejected(refused)
        return wait, refused

    def _full(self) -> BulkheadFull:
        settings = self.table["bulkhead"]
        refused = BulkheadFull(policy=self.name, most=settings["max_concurrent"])
        self._tell_rejected(refused)
        return refused

    def _tell_rejected(self, error: Rejected) -> None:
        emit("call_rejected", policy_set=self.digest, policy=self.name, code=error.code,
             reason=error.word)  # fmt: skip # one event

    def _counts(self, error: BaseException) -> bool:
        """Whether an exception says something of the dependency."""
        if not isinstance(error, Exception) or (self._ignore is not None and self._ignore.fits(error)):
            return False
        if self._record is not None:
            return self._record.fits(error)
        is_ours = isinstance(error, PeakguardError) and not isinstance(error, CataloguedError | TimeoutExceeded)
        return not is_ours

    def _made_breaker(self, settings: Mapping[str, Any]) -> Breaker:
        self._set_matching(settings)
        if settings["scope"] == "host" and settings["mode"] == "enforce":
            from peakguard.kinds.resilience.host_breaker import HostBreaker

            return HostBreaker(self.name, settings, self.clock, self.digest, breakers_folder(self._root))
        return Breaker(self.name, settings, self.clock, self.digest)

    def _set_matching(self, settings: Mapping[str, Any]) -> None:
        self._record = Matching(settings["record"], self._classify) if settings["record"] else None
        self._ignore = Matching(settings["ignore"], self._classify) if settings["ignore"] else None

    def _made_retry(self, settings: Mapping[str, Any], budgets: Mapping[str, Budget]) -> Retry:
        self.budget = budgets[settings["budget"]] if settings["budget"] is not None else None
        return Retry(self.name, settings, self.budget, self._classify, self.clock, self.digest)

    def _limit(self, what: str, seconds: float | None) -> Limit | None:
        return Limit(self.name, what, seconds, self.clock) if seconds is not None else None

    def _part(self, name: str, make: Callable[[Mapping[str, Any]], Any]) -> Any:
        settings = self.table.get(name)
        return make(settings) if settings is not None else None


def shape_of(table: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """What of a policy stands in the text of its wrappers; where it differs, guards must be put on again."""
    breaker, retry, timeout = table.get("breaker"), table.get("retry"), table.get("timeout")
    return {
        "mode": mode,
        "parts": sorted(set(table) - {"name", "origin", "mode"}),
        "timeout": timeout and (timeout["mode"], timeout["total"] is None, timeout["attempt"] is None),
        "breaker": breaker and (breaker["scope"], breaker["mode"], breaker["slow_duration"] is None),
        "retry": retry and (retry["result"], retry["budget"]),
        "fallback": table.get("fallback"),
    }


def breakers_folder(root: str) -> str:
    """Where the breakers of a project are that all processes of the host share."""
    return os.path.join(root, ".peakguard", "breakers")


def under_mode(table: Mapping[str, Any], mode: str) -> Mapping[str, Any]:
    """The parts that act: all, none, or for `observe` the breaker alone, which counts and keeps nothing away."""
    if mode == "enforce":
        return table
    if mode == "off" or "breaker" not in table:
        return {}
    return {"breaker": {**table["breaker"], "mode": "metrics_only"}}
