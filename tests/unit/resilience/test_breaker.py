"""The breaker beyond scripts of calls (tests/conformance/resilience): permits, stragglers, moves, threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pytest

from peakguard.kinds.resilience.breaker import Breaker, Epoch
from peakguard.runtime import events
from peakguard.runtime.events import Event
from peakguard.runtime.rejections import BreakerOpen
from tests.unit.resilience.virtual import Time, breaker_settings, on, policies_of


class Line:
    """A dependency behind a breaker, played by a script."""

    def __init__(self, **settings: Any) -> None:
        self.time = Time()
        self.breaker = Breaker("p", breaker_settings(**settings), self.time.clock)

    def play(self, script: str) -> list[str]:
        """One call a letter: `S` succeeds, `F` fails, `s` and `f` slowly, `I` ends in an ignored way, `.` is a second.

        Given is the state after each, or `rejected`.
        """
        return [self._step(letter) for letter in script.replace(" ", "")]

    def _step(self, letter: str) -> str:
        if letter == ".":
            self.time.now += 1
            return self.breaker.state
        epoch, refused = self.breaker.admit()
        if refused is not None:
            return "rejected"
        self.end(epoch, letter)
        return self.breaker.state

    def end(self, epoch: Epoch, letter: str) -> None:
        took = 5.0 if letter in "sf" else 0.01
        if letter in "Ss":
            self.breaker.succeeded(epoch, took)
        elif letter == "I":
            self.breaker.ignored(epoch)
        else:
            self.breaker.failed(epoch, took)

    def after(self, script: str) -> str:
        return self.play(script)[-1]


C, OPEN, H, R = "closed", "open", "half_open", "rejected"


def opened(permitted: int = 3, **settings: Any) -> Line:
    line = Line(permitted=permitted, open={"initial": 1.0, "multiplier": 1.0, "max": None}, **settings)
    assert line.after("FFFFF") == OPEN
    line.time.now += 1
    return line


def test_should_only_permit_so_many_calls_in_half_open_state() -> None:
    line = opened(permitted=4)
    admitted = [line.breaker.admit() for _ in range(10)]
    assert [refused is None for _, refused in admitted] == [True] * 4 + [False] * 6


def test_a_straggler_of_an_earlier_state_counts_for_nothing() -> None:
    """circuitbreaker 2.1.3 closes here; Polly and resilience4j say that a late success has no effect."""
    line = Line()
    early, _ = line.breaker.admit()
    line.play("FFFFF")
    line.breaker.succeeded(early)
    assert line.breaker.state == OPEN
    line.time.now += 60
    line.play("S")
    assert line.breaker.state == H
    line.breaker.failed(early)
    line.breaker.ignored(early)
    assert line.after("SS") == C


def test_a_trial_whose_calls_never_end_counts_as_failed() -> None:
    """resilience4j circuitBreakerTransitionsToOpenAfterWaitDurationInHalfOpenState."""
    line = opened(permitted=1, half_open=30.0)
    stuck, _ = line.breaker.admit()
    assert line.after("S") == R
    line.time.now += 30
    assert line.after("S") == R
    assert line.breaker.state == OPEN
    line.breaker.succeeded(stuck)
    assert line.breaker.state == OPEN


def test_who_is_refused_is_told_when_to_come_back() -> None:
    line = Line()
    line.play("FFFFF")
    line.time.now += 20
    _, refused = line.breaker.admit()
    assert isinstance(refused, BreakerOpen)
    assert refused.retry_after == pytest.approx(40)
    assert (refused.code, refused.context["policy"]) == ("PG2090", "p")


def test_every_refusal_is_an_error_of_its_own() -> None:
    """Polly OnActionPreExecute_CircuitOpened_EnsureExceptionStackTraceDoesNotGrow."""
    line = Line()
    line.play("FFFFF")
    assert line.breaker.admit()[1] is not line.breaker.admit()[1]


def test_it_is_moved_by_hand() -> None:
    line = Line()
    line.breaker.force("open")
    assert line.after("S") == R
    line.breaker.force("closed")
    assert line.after("S") == C
    assert line.breaker.counts() == (1, 0, 0)
    line.breaker.force("forced_open")
    assert line.after("." * 70 + "S") == R
    line.breaker.force("disabled")
    assert line.after("FFFFFF") == "disabled"


def test_every_move_is_told_once() -> None:
    heard: list[Event] = []
    stop = events.subscribe(heard.append)
    line = opened(permitted=1)
    line.play("FFF . S")
    stop()
    moves = [(each.fields["before"], each.fields["after"], each.severity) for each in heard]
    assert moves == [(C, OPEN, "warning"), (OPEN, H, "info"), (H, OPEN, "warning"), (OPEN, H, "info"), (H, C, "info")]
    assert heard[0].fields["calls"] == heard[0].fields["failed"] == 5


def test_who_listens_may_call_the_breaker() -> None:
    line = Line()
    stop = events.subscribe(lambda _: line.breaker.counts())
    assert line.after("FFFFF") == OPEN  # and no deadlock
    stop()


def test_who_listens_to_a_trial_may_call_the_breaker() -> None:
    line = opened()
    stop = events.subscribe(lambda _: line.breaker.counts())
    caller = threading.Thread(target=line.breaker.admit, daemon=True)
    caller.start()
    caller.join(10)
    stop()
    assert not caller.is_alive()


def test_a_breaker_that_opens_again_waits_longer() -> None:
    line = Line(permitted=1, open={"initial": 1.0, "multiplier": 2.0, "max": None})
    line.play("FFFFF . F")
    waits = []
    for _ in range(2):
        _, refused = line.breaker.admit()
        assert refused is not None
        waits.append(refused.retry_after)
        line.time.now += refused.retry_after
        assert line.after("F") == OPEN
    assert waits == [2.0, 4.0]


def test_an_outcome_leaves_a_window_of_time() -> None:
    line = Line(size=None, duration=10.0)
    line.play("FFF")
    line.time.now += 9
    assert line.breaker.counts().failed == 3
    line.time.now += 1
    assert line.breaker.counts().failed == 0


def test_a_burst_on_a_half_open_breaker_is_let_through_exactly() -> None:
    """Counted are calls at the dependency, not changes of state: other libraries let all 64 through."""
    for permitted in (1, 3):
        line = opened(permitted=permitted)
        gate = threading.Barrier(64)

        def burst(line: Line, gate: threading.Barrier) -> bool:
            gate.wait()
            epoch, refused = line.breaker.admit()
            if refused is None:
                line.breaker.failed(epoch)
            return refused is None

        with ThreadPoolExecutor(64) as pool:
            admitted = sum(pool.map(burst, [line] * 64, [gate] * 64))
        assert admitted == permitted
        assert line.breaker.state == OPEN


@pytest.mark.parametrize("permitted", [1, 3])
def test_ten_thousand_tasks_meet_a_half_open_breaker_and_cancelling_leaves_no_permit_out(
    tmp_path: Path, permitted: int
) -> None:
    policies = policies_of(
        tmp_path,
        f"{{breaker: {{minimum_calls: 1, sliding_window: {{size: 1}}, permitted_calls_in_half_open: {permitted}}}}}",
    )
    time, reached, fails = Time(), [0], [True]
    on(time, policies)

    @policies.guard("p")
    async def work() -> None:
        reached[0] += 1
        if fails[0]:
            raise OSError
        await asyncio.sleep(30)

    async def main() -> None:
        await asyncio.gather(work(), return_exceptions=True)
        time.now += 3600
        reached[0], fails[0] = 0, False
        tasks = [asyncio.ensure_future(work()) for _ in range(10_000)]
        await asyncio.sleep(0)
        assert reached[0] == permitted
        for _ in range(3):
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert sum(isinstance(each, asyncio.CancelledError) for each in ended) == permitted
            reached[0] = 0
            tasks = [asyncio.ensure_future(work()) for _ in range(1000)]
            await asyncio.sleep(0)
            assert reached[0] == permitted  # those that were cancelled gave theirs back

    asyncio.run(main())


def test_no_outcome_is_lost_under_contention() -> None:
    line = Line(size=10_000, failure_rate=1.0, minimum_calls=10)

    def work(number: int) -> None:
        for turn in range(500):
            epoch, _ = line.breaker.admit()
            line.end(epoch, "F" if turn % 10 == number % 10 else "S")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert line.breaker.counts() == (8_000, 800, 0)


def test_after_the_minimum_a_success_takes_no_lock() -> None:
    line = Line()
    assert not line.breaker.epoch.is_free
    line.play("SSSSS")
    assert line.breaker.epoch.is_free
    with line.breaker._lock:
        line.breaker.succeeded(line.breaker.epoch, 0.01)
    assert line.breaker.counts().calls == 6


def interleavings(threads: int, steps: int) -> set[tuple[int, ...]]:
    """Every order in which so many threads can take so many steps each."""
    return set(permutations([thread for thread in range(threads) for _ in range(steps)]))


@pytest.mark.parametrize("permitted", [1, 2])
@pytest.mark.parametrize("outcomes", list(product("SF", repeat=3)), ids="".join)
def test_every_order_of_three_callers_on_a_half_open_breaker(permitted: int, outcomes: tuple[str, ...]) -> None:
    """Each asks, and then ends its call if it was let through; each step is one hold of the lock."""
    for order in interleavings(3, 2):
        line = opened(permitted=permitted)
        held: dict[int, Epoch] = {}
        asked: set[int] = set()
        let_through: list[str] = []
        for thread in order:
            if thread not in asked:
                asked.add(thread)
                epoch, refused = line.breaker.admit()
                if refused is None:
                    held[thread] = epoch
                    let_through += [outcomes[thread]] if epoch.state == H else []
                in_trial = [each for each in held.values() if each.state == H and each is line.breaker.epoch]
                assert len(in_trial) <= permitted
            elif thread in held:
                line.end(held.pop(thread), outcomes[thread])
        assert len(let_through) >= 1
        if len(let_through) == permitted and not held:
            failed = let_through.count("F") >= 0.5 * permitted
            assert line.breaker.state == (OPEN if failed else C)


def test_a_success_that_is_appended_while_it_opens_is_not_in_the_next_window() -> None:
    line = Line()
    line.play("SSSSS")
    epoch = line.breaker.epoch  # a wrapper has read it, and finds it free
    assert epoch.is_free
    assert epoch.add is not None
    line.play("FFFFF")
    assert line.breaker.state == OPEN
    epoch.add(0)
    line.breaker.force("closed")
    assert line.breaker.counts() == (0, 0, 0)


@pytest.mark.parametrize(
    ("before", "after", "calls"),
    [
        ({"size": 10}, {"size": 10, "failure_rate": 0.9}, 6),
        ({"size": 10}, {"size": 4}, 4),
        ({"size": 10}, {"size": 20}, 6),
        ({"size": None, "duration": 60.0}, {"size": None, "duration": 60.0, "minimum_calls": 7}, 6),
        ({"size": None, "duration": 60.0}, {"size": None, "duration": 30.0}, 0),
        ({"size": None, "duration": 30.0}, {"size": None, "duration": 60.0}, 0),
        ({"size": None, "duration": 60.0}, {"size": 10, "duration": None}, 0),
    ],
)
def test_other_settings_keep_what_the_window_can_keep(
    before: dict[str, Any], after: dict[str, Any], calls: int
) -> None:
    line = Line(**before)
    line.play("SSSSSF")
    line.breaker.change(breaker_settings(**after))
    assert line.breaker.counts().calls == calls
    assert line.breaker.state == C


def test_after_a_change_what_was_enough_before_is_judged_anew() -> None:
    line = Line(failure_rate=0.5)
    line.play("SSSFF")
    line.breaker.change(breaker_settings(failure_rate=0.3))
    assert line.after("S") == OPEN


def test_who_is_refused_for_good_is_told_no_wait() -> None:
    line = Line()
    line.breaker.force("forced_open")
    _, refused = line.breaker.admit()
    assert refused is not None
    assert refused.retry_after == 0.0
