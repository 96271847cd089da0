"""The breaker beside a model that keeps everything in plain lists: the same answers to every sequence of steps."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from peakguard.kinds.resilience.breaker import Breaker
from peakguard.kinds.resilience.windows import FAILED, SLOW
from tests.unit.resilience.virtual import Time, breaker_settings


class Model:
    """What the documentation says, without a thought of speed. A stay is a number; a call remembers its own."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.now = 0.0
        self.state, self.stay, self.since, self.until, self.opens = "closed", 0, 0.0, 0.0, 0
        self.outcomes: list[int] = []
        self.permits = 0

    def go(self, state: str) -> None:
        self.state, self.since, self.outcomes = state, self.now, []
        self.stay += 1

    def open(self) -> None:
        self.opens += 1
        wait = self.settings["open"]
        seconds = wait["initial"] * wait["multiplier"] ** (self.opens - 1)
        self.go("open")
        self.until = self.now + min(seconds, wait["max"] or seconds)

    def admit(self) -> int | None:
        longest = self.settings["half_open"]
        if self.state == "half_open" and longest is not None and self.now - self.since >= longest:
            self.open()
        if self.state == "open" and self.now >= self.until:
            self.go("half_open")
            self.permits = self.settings["permitted"]
        if self.state == "open" or (self.state == "half_open" and self.permits == 0):
            return None
        self.permits -= self.state == "half_open"
        return self.stay

    def end(self, stay: int, outcome: int | None) -> None:
        if stay != self.stay or self.state == "open":
            return
        if outcome is None:
            self.permits += self.state == "half_open"
            return
        size = self.settings["size"] if self.state == "closed" else self.settings["permitted"]
        self.outcomes = [*self.outcomes, outcome][-size:]
        enough = self.settings["minimum_calls"] if self.state == "closed" else self.settings["permitted"]
        if len(self.outcomes) < enough:
            return
        failed = sum(each & FAILED for each in self.outcomes) / len(self.outcomes)
        slow = sum(each >> 1 for each in self.outcomes) / len(self.outcomes)
        if failed >= self.settings["failure_rate"] or slow >= (self.settings["slow_rate"] or 2):
            self.open()
        elif self.state == "half_open":
            self.opens = 0
            self.go("closed")


class Breakers(RuleBasedStateMachine):
    calls: Bundle[Any] = Bundle("calls")

    @initialize(
        size=st.integers(1, 8), minimum=st.integers(1, 8), permitted=st.integers(1, 4),
        failure=st.sampled_from([0.25, 0.5, 0.75, 1.0]), slow=st.sampled_from([None, 0.5, 1.0]),
        multiplier=st.sampled_from([1.0, 2.0]), most=st.sampled_from([None, 5.0]), stuck=st.sampled_from([None, 4.0]),
    )  # fmt: skip # one strategy each
    def begin(
        self, size: int, minimum: int, permitted: int, failure: float, slow: float | None, multiplier: float,
        most: float | None, stuck: float | None,
    ) -> None:  # fmt: skip # likewise
        chosen = breaker_settings(
            size=size, minimum_calls=min(size, minimum), permitted=permitted, failure_rate=failure, slow_rate=slow,
            slow_duration=1.0 if slow is not None else None, half_open=stuck,
            open={"initial": 2.0, "multiplier": multiplier, "max": most},
        )  # fmt: skip # one setting each
        self.time = Time(0.0)
        self.breaker, self.model = Breaker("p", chosen, self.time.clock), Model(chosen)

    @rule(target=calls)
    def ask(self) -> Any:
        epoch, refused = self.breaker.admit()
        stay = self.model.admit()
        assert (refused is None) == (stay is not None)
        return (epoch, stay) if refused is None else None

    @rule(call=calls, outcome=st.sampled_from([0, FAILED, SLOW, FAILED | SLOW, None]))
    def end(self, call: Any, outcome: int | None) -> None:
        """A call ends; in the model each may end twice, as in the breaker."""
        if call is None:
            return
        epoch, stay = call
        took = 9.0 if outcome is not None and outcome & SLOW else 0.1
        if outcome is None:
            self.breaker.ignored(epoch)
        elif outcome & FAILED:
            self.breaker.failed(epoch, took)
        else:
            self.breaker.succeeded(epoch, took)
        counted = outcome if outcome is None or self.model.settings["slow_duration"] else outcome & FAILED
        self.model.end(stay, counted)

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, 4.0, 8.0]))
    def wait(self, seconds: float) -> None:
        self.time.now += seconds
        self.model.now += seconds

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "breaker"):
            return
        assert self.breaker.state == self.model.state
        if self.model.state == "closed":
            counts = self.breaker.counts()
            assert counts.calls == len(self.model.outcomes)
            assert counts.failed == sum(each & FAILED for each in self.model.outcomes)


TestBreakers = Breakers.TestCase
TestBreakers.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
