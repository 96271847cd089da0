"""Calls under a policy whose attempts meet what a script says, on a clock that costs nothing.

The same calls are made of a coroutine and of a function that is none: both wrappers should do the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.kinds.resilience.layer import layers
from peakguard.kinds.resilience.runtime import guarded
from peakguard.kinds.resilience.simulation.fault import fault_of
from peakguard.kinds.resilience.simulation.virtual_loop import Stalled, VirtualLoop
from peakguard.runtime import events
from peakguard.runtime.clock import Clock
from peakguard.runtime.deadline import DEADLINE
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import Event
from peakguard.runtime.failure.failure import failure_of
from peakguard.runtime.guarding.writing import wrap
from peakguard.runtime.policy_set import PolicySet

OK, UNWELCOME, FALLBACK = "ok", "unwelcome", "fallback"
_HERE = "peakguard.kinds.resilience.simulation.scripted"


class Meets(NamedTuple):
    """What one attempt meets: an `error` (by its pattern), a `result`, or with neither no answer at all."""

    error: str | None
    result: str | None
    takes: float
    retry_after: float | None


class Planned(NamedTuple):
    """A call: the seconds that pass ahead of it, and what its attempts meet."""

    wait: float
    script: Sequence[Meets]


class Made(NamedTuple):
    """What became of a call. `error` is the exception that the caller gets; `unscripted` attempts met nothing."""

    result: str
    error: Exception | None
    attempts: int
    waits: tuple[float, ...]
    elapsed: float
    breaker: str | None
    gave_up: bool
    unscripted: bool


class ScriptEnded(BaseException):
    """An attempt for which the script says nothing. No policy takes hold of it."""


def fallback_value(*_: Any, **__: Any) -> str:
    """Stands in for the fallback of a policy, which is a function of the program."""
    return FALLBACK


def is_unwelcome(result: Any) -> bool:
    """Stands in for the function of a policy that judges results."""
    return bool(result == UNWELCOME)


def play_async(policies: PolicySet, name: str, calls: Sequence[Planned], chance: float) -> list[Made]:
    """The calls, of a coroutine; every draw gives `chance`."""
    loop = VirtualLoop()
    clock = Clock(loop.time, _no_sleep, asyncio.sleep, lambda: chance)
    play = _Play(policies, name, clock, "coroutine")

    async def whole() -> list[Made]:
        return [await play.make_async(call) for call in calls]

    try:
        return loop.run_until_complete(whole())
    finally:
        loop.close()
        play.close()


def play_sync(policies: PolicySet, name: str, calls: Sequence[Planned], chance: float) -> list[Made] | None:
    """The same, of a plain function; None where time would have to interrupt it, which only real time does."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    play = _Play(policies, name, Clock(lambda: now, sleep, _no_async, lambda: chance), "plain")
    try:
        return [play.make(call, sleep) for call in calls]
    except _NeedsTime:
        return None
    finally:
        play.close()


class _NeedsTime(BaseException):
    """A plain function would wait for longer than it may."""


class _Site(NamedTuple):
    target: str
    policies: PolicySet
    flavour: str
    is_enforced: bool = True


class _Play:
    def __init__(self, policies: PolicySet, name: str, clock: Clock, flavour: str) -> None:
        self._name = name
        self._clock = clock
        fresh = PolicySet(_alone(policies), "scripted")
        self._policies = fresh
        self._guarded = guarded(fresh, name, clock=clock)
        function: Callable[..., Any] = self._attempt_async if flavour == "coroutine" else self._attempt
        self._function = wrap(function, layers(_Site(name, fresh, flavour), name), name).function
        self._script: list[Meets] = []
        self._attempts = 0
        self._waits: list[float] = []
        self._gave_up = self._unscripted = False
        self.close = events.subscribe(self._hear)

    async def make_async(self, call: Planned) -> Made:
        await asyncio.sleep(call.wait)
        began = self._begin(call)
        try:
            return self._made(began, await self._function(), None)
        except ScriptEnded:
            return self._made(began, "error", None)
        except Exception as error:  # noqa: BLE001 # the outcome is what is looked at
            return self._made(began, "error", error)

    def make(self, call: Planned, sleep: Callable[[float], None]) -> Made:
        sleep(call.wait)
        began = self._begin(call)
        try:
            return self._made(began, self._function(), None)
        except ScriptEnded:
            return self._made(began, "error", None)
        except Exception as error:  # noqa: BLE001 # likewise
            return self._made(began, "error", error)

    def _begin(self, call: Planned) -> float:
        self._script, self._attempts, self._waits = list(call.script), 0, []
        self._gave_up = self._unscripted = False
        return self._clock.now()

    def _made(self, began: float, result: str, error: Exception | None) -> Made:
        breaker = self._guarded.breaker.state if self._guarded.breaker is not None else None
        elapsed = self._clock.now() - began
        told = (self._attempts, tuple(self._waits), elapsed, breaker, self._gave_up, self._unscripted)
        return Made(result, error, *told)

    async def _attempt_async(self) -> str:
        meets = self._next()
        if meets.error is None and meets.result is None:
            await asyncio.Event().wait()
        await asyncio.sleep(meets.takes)
        return self._answer(meets)

    def _attempt(self) -> str:
        meets = self._next()
        deadline = DEADLINE.get()
        is_endless = meets.error is None and meets.result is None
        if is_endless or (deadline is not None and self._clock.now() + meets.takes >= deadline):
            raise _NeedsTime
        self._clock.sleep(meets.takes)
        return self._answer(meets)

    def _next(self) -> Meets:
        self._attempts += 1
        if not self._script:
            self._unscripted = True
            raise ScriptEnded
        return self._script.pop(0)

    def _answer(self, meets: Meets) -> str:
        if meets.error is None:
            assert meets.result is not None
            return meets.result
        error = fault_of(meets.error, self._policies) or RuntimeError(f"scripted: {meets.error}")
        if meets.retry_after is not None:
            error.retry_after = meets.retry_after  # type: ignore[attr-defined] # as clients of HTTP have it
        raise error

    def _hear(self, event: Event) -> None:
        if event.fields.get("policy") != self._name:
            return
        if event.name == "call_retried":
            self._waits.append(event.fields["seconds"])
        elif event.name == "retries_exhausted":
            self._gave_up = True


def _alone(policies: PolicySet) -> dict[str, dict[str, Any]]:
    """The tables of policies, with functions of ours in place of those of the program, and no file of the host."""
    tables = {kind: dict(policies.tables(kind)) for kind in ("errors", "resilience")}
    for file, table in tables["resilience"].items():
        tables["resilience"][file] = {
            **table, "policies": {name: _with_ours(policy) for name, policy in table["policies"].items()}
        }  # fmt: skip # one table
    return tables


def _with_ours(policy: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(policy)
    if "fallback" in made:
        made["fallback"] = {**made["fallback"], "call": f"{_HERE}:fallback_value"}
    if "retry" in made and made["retry"]["result"] is not None:
        made["retry"] = {**made["retry"], "result": f"{_HERE}:is_unwelcome"}
    if "breaker" in made:
        made["breaker"] = {**made["breaker"], "scope": "process"}
    if "timeout" in made:
        # A thread or a signal would count real time.
        made["timeout"] = {**made["timeout"], "mode": "cooperative"}
    return made


def error_names(error: Exception) -> set[str]:
    """What a test may call an exception by: its code, its word in policies, and its classes."""
    failure = failure_of(error)
    code = failure.code if failure is not None else error.code if isinstance(error, PeakguardError) else None
    found = {each for each in (code, getattr(error, "word", None)) if each}
    for kind in type(error).__mro__[:-1]:
        found |= {kind.__qualname__, f"{kind.__module__}:{kind.__qualname__}"}
    status = getattr(error, "status", None)
    return found | ({f"http:{status}"} if isinstance(status, int) else set())


def _no_sleep(seconds: float) -> None:
    raise RuntimeError(f"a coroutine slept {seconds} s without awaiting it")


async def _no_async(seconds: float) -> None:
    raise RuntimeError(f"a plain function awaited {seconds} s")


STALLED = Stalled
"""Raised where a call waits for ever."""
