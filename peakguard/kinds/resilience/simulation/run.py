"""A simulation: callers that come at a rate, the compiled wrapper, a scripted dependency, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from peakguard.kinds.resilience.layer import layers
from peakguard.kinds.resilience.policy import Guarded
from peakguard.kinds.resilience.runtime import guarded
from peakguard.kinds.resilience.simulation.dependency import Dependency
from peakguard.kinds.resilience.simulation.outage import Outage
from peakguard.kinds.resilience.simulation.virtual_loop import VirtualLoop
from peakguard.runtime import events
from peakguard.runtime.clock import Clock
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import Event
from peakguard.runtime.failure.failure import failure_of
from peakguard.runtime.guarding.writing import wrap
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.rejections import Rejected, TimeoutExceeded

BUCKETS = 60
"""Parts of the time that the timeline tells apart, at most."""
_GRACE = 600.0
"""Seconds after the last caller in which calls may end; what runs longer hangs."""


class Setting(NamedTuple):
    """What is simulated: the policy `name` of `policies`, `rps` callers a second, evenly or at random (`poisson`)."""

    policies: PolicySet
    name: str
    outage: Outage
    rps: float
    seed: int
    poisson: bool = True


class _Site(NamedTuple):
    """Where the layers of the wrapper stand."""

    target: str
    policies: PolicySet
    flavour: str = "coroutine"
    is_enforced: bool = True


def simulate(setting: Setting) -> dict[str, Any]:
    """What becomes of all calls, as JSON values. The same setting gives the same, to the last digit.

    The wrapper is the one that guards coroutines: a function that is not one waits in the same places.
    """
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(_Run(setting, loop).run())
    finally:
        loop.close()


class _Run:
    def __init__(self, setting: Setting, loop: VirtualLoop) -> None:
        self._setting = setting
        self._loop = loop
        # One stream each, so that two policies meet the same callers and the same dependency.
        self._random, answers, waits = (_stream(setting.seed, name) for name in ("callers", "answers", "waits"))
        clock = Clock(loop.time, _no_sleep, asyncio.sleep, waits.random)
        fresh = PolicySet(_alone(setting.policies), "simulated")
        self._guarded: Guarded = guarded(fresh, setting.name, clock=clock)
        self._dependency = Dependency(setting.outage, fresh, answers, loop.time)
        self._dependency.on_call = self._count_attempt
        made = layers(_Site(setting.name, fresh), setting.name)
        self._call: Callable[[], Awaitable[str]] = wrap(self._dependency.call, made, setting.name).function
        self._seconds = setting.outage.seconds
        self._width = max(1.0, self._seconds / BUCKETS)
        self._buckets = [_bucket() for _ in range(int(self._seconds / self._width - 1e-9) + 1)]
        self._calls: list[tuple[float, float, str]] = []
        self._moves: list[tuple[float, str, str]] = []
        self._counts: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    async def run(self) -> dict[str, Any]:
        unsubscribe = events.subscribe(self._hear)
        try:
            running: set[asyncio.Future[None]] = set()
            async for _ in self._callers():
                task = asyncio.ensure_future(self._one())
                running.add(task)
                task.add_done_callback(running.discard)
            watch = asyncio.ensure_future(self._look())
            if running:
                await asyncio.wait(running, timeout=_GRACE)
            watch.cancel()
            hanging = list(running)
            for each in hanging:
                each.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
        finally:
            unsubscribe()
        return self._told(len(hanging))

    async def _callers(self) -> Any:
        end, rps = self._seconds, self._setting.rps
        following = 0.0
        while True:
            following += self._random.expovariate(rps) if self._setting.poisson else 1 / rps
            if following >= end:
                return
            await asyncio.sleep(following - self._loop.time())
            self._sample_states()
            yield None

    async def _one(self) -> None:
        began = self._loop.time()
        bucket = self._at(began)
        bucket["calls"] += 1
        try:
            await self._call()
            outcome = "ok"
        except asyncio.CancelledError:
            self._calls.append((began, self._loop.time(), "hangs"))
            raise
        except Exception as error:  # noqa: BLE001 # the outcome is what is looked at
            outcome = "rejected" if isinstance(error, Rejected) and not isinstance(error, TimeoutExceeded) else "failed"
            self._errors[_code_of(error)] += 1
        bucket[outcome] += 1
        self._calls.append((began, self._loop.time(), outcome))

    async def _look(self) -> None:
        while True:
            self._sample_states()
            await asyncio.sleep(self._width / 4)

    def _sample_states(self) -> None:
        bucket = self._at(self._loop.time())
        if self._guarded.breaker is not None:
            bucket["states"][self._guarded.breaker.state] += 1
        if self._guarded.budget is not None:
            bucket["tokens"] = self._guarded.budget.tokens
        bucket["running"] = max(bucket["running"], self._dependency.running)

    def _count_attempt(self) -> None:
        self._at(self._loop.time())["attempts"] += 1
        self._counts["attempts"] += 1

    def _hear(self, event: Event) -> None:
        if event.fields.get("policy") != self._setting.name:
            return
        self._counts[event.name] += 1
        if event.name == "breaker_moved":
            self._moves.append((self._loop.time(), event.fields["before"], event.fields["after"]))

    def _at(self, moment: float) -> dict[str, Any]:
        return self._buckets[min(len(self._buckets) - 1, int(moment / self._width))]

    def _told(self, hanging: int) -> dict[str, Any]:
        calls = len(self._calls)
        outcomes = Counter(outcome for _, _, outcome in self._calls)
        durations = sorted(ended - began for began, ended, outcome in self._calls if outcome == "ok")
        longest = max((ended - began for began, ended, _ in self._calls), default=0.0)
        setting = self._setting
        return {
            "version": 1,
            "policy": setting.name,
            "seed": setting.seed,
            "rps": setting.rps,
            "seconds": self._seconds,
            "calls": calls,
            "ok": outcomes["ok"],
            "failed": outcomes["failed"],
            "rejected": outcomes["rejected"],
            "hanging": hanging,
            "attempts": self._counts["attempts"],
            "amplification": round(self._counts["attempts"] / calls, 4) if calls else 0.0,
            "busiest": self._dependency.busiest,
            "saved": self._counts["call_saved"],
            "retried": self._counts["call_retried"],
            "longest": round(longest, 6),
            "median_ok": round(durations[len(durations) // 2], 6) if durations else None,
            "breaker_opened": sum(after == "open" for _, _, after in self._moves),
            "moves": [{"at": round(at, 6), "before": before, "after": after} for at, before, after in self._moves],
            "errors": dict(sorted(self._errors.items())),
            "bucket_seconds": self._width,
            "buckets": [
                {**{key: value for key, value in bucket.items() if key != "states"}, "state": _state(bucket["states"])}
                for bucket in self._buckets
            ],
        }


def _alone(policies: PolicySet) -> dict[str, dict[str, Any]]:
    """The tables of policies without what would reach outside: functions of the program, and files of the host."""
    tables = {kind: dict(policies.tables(kind)) for kind in ("errors", "resilience")}
    for file, table in tables["resilience"].items():
        inside = {name: _one_alone(policy) for name, policy in table["policies"].items()}
        tables["resilience"][file] = {**table, "policies": inside}
    return tables


def _one_alone(policy: Mapping[str, Any]) -> dict[str, Any]:
    left = {part: settings for part, settings in policy.items() if part != "fallback"}
    if "retry" in left:
        left["retry"] = {**left["retry"], "result": None}
    if "breaker" in left:
        left["breaker"] = {**left["breaker"], "scope": "process"}
    return left


def _stream(seed: int, name: str) -> Random:
    return Random(f"{seed} {name}")  # noqa: S311 # for repetition, not for secrets


def _bucket() -> dict[str, Any]:
    counts = dict.fromkeys(("calls", "ok", "failed", "rejected", "attempts", "running"), 0)
    return {**counts, "tokens": None, "states": Counter()}


def _state(states: Counter[str]) -> str | None:
    """The state of a breaker that was seen most in a part of the time."""
    return states.most_common(1)[0][0] if states else None


def _code_of(error: BaseException) -> str:
    failure = failure_of(error)
    if failure is not None:
        return failure.code
    return error.code if isinstance(error, PeakguardError) else type(error).__name__


def _no_sleep(seconds: float) -> None:
    raise RuntimeError(f"a coroutine slept {seconds} s without awaiting it")
