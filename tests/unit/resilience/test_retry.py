"""Retries around functions: how often, after which errors, and when they stop."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import peakguard
from peakguard.runtime import events
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import Event
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.rejections import BreakerOpen
from tests.unit.resilience.virtual import HEAD, Time, on, policies_of

CATALOG = """\
peakguard: 1
kind: errors
name: catalog
version: 1.0.0
domain: test
categories: {provider: {codes: 3000-3999, retryable: true}, data: {codes: 1000-1999}}
errors:
  PT-3001:
    {slug: down, title: Down, category: provider, severity: error, message: down, matches: ['builtins:ConnectionError']}
  PT-3002: {slug: busy, title: Busy, category: provider, severity: error, message: busy, matches: ['http:429']}
  PT-3009: {slug: gone, title: Gone, category: provider, severity: error, message: gone, retryable: false}
  PT-1001: {slug: bad, title: Bad, category: data, severity: error, message: bad, matches: ['builtins:KeyError']}
"""
RETRY = "{idempotent: true, retry: {max_attempts: 4, backoff: {initial: 1s, jitter: none}, %s}}"


class Script:
    """A function that does what a list says, one entry a call: it raises an exception, or gives another value."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0

    def __call__(self) -> Any:
        outcome = self.outcomes[min(self.calls, len(self.outcomes) - 1)]
        self.calls += 1
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def run(policies: PolicySet, script: Script, *, is_async: bool, name: str = "p") -> Any:
    """Call the script through a guard, as a function or as a coroutine."""
    if not is_async:

        @policies.guard(name)
        def call() -> Any:
            return script()

        return call()

    @policies.guard(name)
    async def awaited() -> Any:
        return script()

    return asyncio.run(awaited())


both = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
CODE_CASES: list[tuple[str, BaseException, int]] = [
    ("on: [PT-3*]", ConnectionError("x"), 4),
    ("on: [PT-3001]", ConnectionError("x"), 4),
    ("on: [PT-3002]", ConnectionError("x"), 1),
    ("on: [PT-3*], never: [PT-3001]", ConnectionError("x"), 1),
    ("on: [OSError]", ConnectionError("x"), 4),
    ("on: [TimeoutError]", ConnectionError("x"), 1),
    ("on: ['builtins:ConnectionError']", ConnectionResetError("x"), 4),
    ("", ConnectionError("x"), 4),
    ("", KeyError("x"), 1),
    ("", ValueError("x"), 1),
    ("on: [Exception], never: [KeyError]", KeyError("x"), 1),
    ("on: [Exception]", KeyboardInterrupt(), 1),
    ("on: [Exception]", SystemExit(1), 1),
]  # fmt: skip # a table
NAMES = [f"{settings} {type(error).__name__}" for settings, error, _ in CODE_CASES]


@both
@pytest.mark.parametrize(
    ("settings", "error", "calls"), CODE_CASES, ids=[f"{a} {type(b).__name__}" for a, b, _ in CODE_CASES]
)
def test_which_errors_are_tried_again(
    tmp_path: Path, settings: str, error: BaseException, calls: int, *, is_async: bool
) -> None:
    policies = policies_of(tmp_path, RETRY % settings, errors=CATALOG)
    on(Time(), policies)
    script = Script(error)
    with pytest.raises(type(error)) as caught:
        run(policies, script, is_async=is_async)
    assert caught.value is error
    assert script.calls == calls


@both
def test_statuses_are_tried_again(tmp_path: Path, *, is_async: bool) -> None:
    error = Exception("busy")
    error.status = 503  # type: ignore[attr-defined] # as HTTP clients have it
    policies = policies_of(tmp_path, RETRY % "on: ['http:5xx']")
    on(Time(), policies)
    script = Script(error, "fine")
    assert run(policies, script, is_async=is_async) == "fine"


@both
def test_waits_lie_between_attempts_and_nowhere_else(tmp_path: Path, *, is_async: bool) -> None:
    time = Time()
    policies = policies_of(tmp_path, RETRY % "on: [OSError]")
    on(time, policies)
    assert run(policies, Script(OSError(), OSError(), "fine"), is_async=is_async) == "fine"
    assert time.slept == [1, 2]


@both
def test_what_is_raised_in_the_end_is_the_last_error_with_a_note(tmp_path: Path, *, is_async: bool) -> None:
    policies = policies_of(tmp_path, RETRY % "on: [OSError]")
    on(Time(), policies)
    last = OSError("last")
    with pytest.raises(OSError, match="last") as caught:
        run(policies, Script(OSError("first"), OSError("second"), OSError("third"), last), is_async=is_async)
    assert caught.value is last
    assert caught.value.__notes__ == ["peakguard: p gave up after 4 attempts: no attempts are left"]
    frames = [frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert len([name for name in frames if "peakguard/" in name]) == 0
    assert frames.count("<peakguard p>") == 1


@both
def test_a_total_never_starts_a_wait_that_it_cannot_finish(tmp_path: Path, *, is_async: bool) -> None:
    """tenacity test_stop_before_delay: waits of 1, 2 and 4 s, and 6 s in all."""
    time = Time()
    retry = "{max_attempts: 9, on: [OSError], backoff: {initial: 1s, jitter: none}}"
    policies = policies_of(tmp_path, f"{{idempotent: true, timeout: {{total: 6s}}, retry: {retry}}}")
    on(time, policies)
    script = Script(OSError())
    with pytest.raises(OSError):  # noqa: PT011 # it says nothing
        run(policies, script, is_async=is_async)
    assert (time.slept, script.calls) == ([1, 2], 3)


def test_calls_inside_inherit_the_deadline(tmp_path: Path) -> None:
    time = Time()
    text = HEAD + (
        "  outer: {timeout: {total: 5s}}\n"
        "  p: {idempotent: true, retry: {max_attempts: 9, on: [OSError], backoff: {initial: 2s, jitter: none}}}\n"
    )
    policies = policies_of(tmp_path, text)
    on(time, policies)
    script = Script(OSError())
    inner = policies.guard("p")(script.__call__)
    with pytest.raises(OSError):  # noqa: PT011 # it says nothing
        policies.guard("outer")(inner)()
    assert time.slept == [2]


def asking(seconds: float) -> OSError:
    error = OSError("busy")
    error.retry_after = seconds  # type: ignore[attr-defined] # as some clients have it
    return error


@pytest.mark.parametrize(
    ("after", "asked", "slept"),
    [
        ("{}", 7.0, [7.0, 7.0, 7.0]),
        ("{}", 0.5, [1.0, 2.0, 4.0]),
        ("{}", 31.0, []),
        ("{max: 60s}", 31.0, [31.0] * 3),
        ("{max: 31s}", 31.0, [31.0] * 3),
        ("{max: 10s, over_max: cap}", 31.0, [10.0] * 3),
        ("{respect: false}", 31.0, [1.0, 2.0, 4.0]),
    ],
)
def test_what_a_provider_asks_for_is_waited(tmp_path: Path, after: str, asked: float, slept: list[float]) -> None:
    time = Time()
    policies = policies_of(tmp_path, RETRY % f"on: [OSError], retry_after: {after}")
    on(time, policies)
    with pytest.raises(OSError, match="busy"):
        run(policies, Script(asking(asked)), is_async=False)
    assert time.slept == slept


BUDGET = HEAD + (
    "  p: {idempotent: true, retry: {max_attempts: 9, on: [OSError], backoff: {initial: 1s}, budget: egress}}\n"
    "budgets:\n  egress: {capacity: %s, retry_cost: 5, timeout_cost: 10, success_refund: 1}\n"
)


@both
def test_retries_are_paid_from_their_budget(tmp_path: Path, *, is_async: bool) -> None:
    """botocore test_quota: 5 for a retry, 10 after a timeout, 1 back for a success at once."""
    policies = policies_of(tmp_path, BUDGET % 24)
    budget = on(Time(), policies).budget
    assert budget is not None
    script = Script(OSError())
    with pytest.raises(OSError) as caught:  # noqa: PT011 # its note is looked at
        run(policies, script, is_async=is_async)
    assert (script.calls, budget.tokens) == (5, 4)
    assert "budget" in caught.value.__notes__[0]
    for _ in range(3):
        run(policies, Script("fine"), is_async=is_async)
    assert budget.tokens == 7
    run(policies, Script(OSError(), "fine"), is_async=is_async)  # a retry that helps gives back what it cost
    assert budget.tokens == 7
    with pytest.raises(TimeoutError):
        run(policies, Script(TimeoutError()), is_async=is_async)
    assert budget.tokens == 7
    for _ in range(50):
        run(policies, Script("fine"), is_async=is_async)
    assert (budget.tokens, budget.is_short) == (24, False)


def test_an_open_breaker_ends_the_retries_and_names_what_failed(tmp_path: Path) -> None:
    retry = "{max_attempts: 9, on: [OSError], backoff: {initial: 1s}}"
    policies = policies_of(tmp_path, f"{{idempotent: true, retry: {retry}, breaker: {{minimum_calls: 2}}}}")
    on(Time(), policies)
    script = Script(OSError("down"))
    with pytest.raises(BreakerOpen) as caught:
        run(policies, script, is_async=False)
    assert script.calls == 2
    assert isinstance(caught.value.__cause__, OSError)
    assert "BreakerOpen" in caught.value.__notes__[0]


@both
def test_a_result_that_stays_unwelcome_earns_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_async: bool
) -> None:
    judge = SimpleNamespace(is_empty=lambda found: not found)
    monkeypatch.setitem(sys.modules, "judge", judge)
    retry = "max_attempts: 2, backoff: {initial: 1s}, on: [OSError], result: 'judge:is_empty'"
    policies = policies_of(
        tmp_path,
        f"{HEAD}  p: {{idempotent: true, retry: {{{retry}, budget: egress}}}}\n"
        "budgets:\n  egress: {capacity: 20, retry_cost: 5, success_refund: 1}\n",
    )
    budget = on(Time(), policies).budget
    assert budget is not None
    assert run(policies, Script([], []), is_async=is_async) == []
    assert budget.tokens == 15
    assert run(policies, Script([7]), is_async=is_async) == [7]
    assert budget.tokens == 16


@both
def test_tests_of_a_program_do_not_wait(tmp_path: Path, *, is_async: bool) -> None:
    retry = "{max_attempts: 3, on: [OSError], backoff: {initial: 1h, jitter: none}}"
    policies = policies_of(tmp_path, f"{{idempotent: true, retry: {retry}}}")
    script = Script(OSError(), OSError(), "fine")
    peakguard.set_testing()
    try:
        assert run(policies, script, is_async=is_async) == "fine"
    finally:
        peakguard.set_testing(False)
    assert script.calls == 3


def test_a_breaker_that_opens_is_waited_for_where_the_policy_says_so(tmp_path: Path) -> None:
    time = Time()
    retry = "{max_attempts: 9, on: [OSError, breaker_open], backoff: {initial: 1s, jitter: none}}"
    breaker = "{minimum_calls: 2, wait_duration_in_open: 20s, permitted_calls_in_half_open: 1}"
    policies = policies_of(tmp_path, f"{{idempotent: true, retry: {retry}, breaker: {breaker}}}")
    on(time, policies)
    assert run(policies, Script(OSError(), OSError(), "fine"), is_async=False) == "fine"
    assert time.slept == [1, 2, 18]  # the last is what the breaker asks for


@both
def test_results_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_async: bool) -> None:
    monkeypatch.setitem(sys.modules, "judge", SimpleNamespace(is_empty=lambda bars: bars == []))
    time = Time()
    policies = policies_of(tmp_path, RETRY % "on: [OSError], result: 'judge:is_empty'")
    on(time, policies)
    assert run(policies, Script([], OSError(), [], [1]), is_async=is_async) == [1]
    assert time.slept == [1, 2, 4]
    script = Script([])
    assert run(policies, script, is_async=is_async) == []  # the last one is what there is
    assert script.calls == 4


@both
def test_what_happened_is_told(tmp_path: Path, *, is_async: bool) -> None:
    policies = policies_of(tmp_path, RETRY % "on: [PT-3*]", errors=CATALOG)
    on(Time(), policies)
    heard: list[Event] = []
    stop = events.subscribe(heard.append)
    run(policies, Script(ConnectionError(), ConnectionError(), "fine"), is_async=is_async)
    with pytest.raises(ConnectionError):
        run(policies, Script(ConnectionError()), is_async=is_async)
    stop()
    told = [
        (each.name, each.fields.get("attempt") or each.fields.get("attempts"))
        for each in heard
        if "policy" in each.fields
    ]
    assert told[:3] == [("call_retried", 2), ("call_retried", 3), ("call_saved", 3)]
    assert told[3:] == [("call_retried", 2), ("call_retried", 3), ("call_retried", 4), ("retries_exhausted", 4)]
    assert {each.fields["code"] for each in heard if each.name == "retries_exhausted"} == {"PT-3001"}


@pytest.mark.parametrize("make", [lambda: (yield 1), None])
def test_generators_are_refused(tmp_path: Path, make: Callable[[], Any] | None) -> None:
    policies = policies_of(tmp_path, RETRY % "on: [OSError]")

    async def asynchronous() -> Any:
        yield 1

    with pytest.raises(PeakguardError) as caught:
        policies.guard("p")(make or asynchronous)
    assert caught.value.code == "PG2082"


def test_a_policy_that_observes_or_is_off_does_not_act(tmp_path: Path) -> None:
    for mode in ("observe", "off"):
        policies = policies_of(tmp_path, (RETRY % "on: [OSError]").replace("{", f"{{mode: {mode}, ", 1))
        on(Time(), policies)
        script = Script(OSError())
        with pytest.raises(OSError):  # noqa: PT011 # it says nothing
            run(policies, script, is_async=False)
        assert script.calls == 1


def test_an_unknown_name_is_one_clear_error(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, RETRY % "on: [OSError]")
    with pytest.raises(PeakguardError) as caught:
        policies.guard("q")
    assert (caught.value.code, caught.value.context["known"]) == ("PG2005", "p")


def test_attempts_of_concurrent_coroutines_are_counted_apart(tmp_path: Path) -> None:
    """tenacity test_attempt_number_is_correct_for_interleaved_coroutines."""
    policies = policies_of(tmp_path, RETRY % "on: [OSError]")
    on(Time(), policies)

    @policies.guard("p")
    async def call(script: Script) -> Any:
        await asyncio.sleep(0)
        return script()

    async def many() -> list[Any]:
        scripts = [Script(*[OSError()] * (number % 4), number) for number in range(200)]
        return await asyncio.gather(*map(call, scripts))

    assert asyncio.run(many()) == list(range(200))
