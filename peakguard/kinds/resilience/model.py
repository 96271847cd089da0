"""What a `resilience` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, Strict

from peakguard.kinds.resilience.patterns import WORDS
from peakguard.language.header import Mode, Policy
from peakguard.language.model import Model
from peakguard.language.references import RefTo, ResilienceRef
from peakguard.language.typed import ShortForm
from peakguard.language.values import Count, Duration, Flag, Name, Number, Rate, Text, of_form

_FORMS = r"[A-Z]{1,10}-?[0-9]*\*?|http:[1-5][0-9x]{2}|[A-Za-z_][\w.]*:[A-Za-z_][\w.]*|[A-Z]\w*"
_ERROR = re.compile("|".join((_FORMS, *WORDS)), re.ASCII)
_ERROR_SAYS = f"a code (PT-3001, PT-3*), an exception (TimeoutError, module:Class), http:503, or {', '.join(WORDS)}"
_FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)


ErrorPattern = Annotated[str, Strict(), of_form(_ERROR, "error", _ERROR_SAYS)]
Function = Annotated[str, Strict(), of_form(_FUNCTION, "function", "`package.module:function`")]
AtLeastOne = Annotated[int, Strict(), Field(ge=1)]
BudgetRef = Annotated[str, Strict(), RefTo("retry budget")]


class Timeout(Model):
    """How long a call and each of its attempts may take."""

    total: Duration | None = None
    """The whole call, with all attempts and the waits between them."""
    attempt: Duration | None = None
    """One attempt."""
    mode: Literal["cooperative", "thread", "signal"] = "cooperative"
    """How a function that is not async is held to it: it asks itself, is left behind in a thread, or is interrupted."""


class Backoff(Model):
    """How long to wait ahead of the next attempt."""

    type: Literal["exponential", "fixed", "random"] = "exponential"
    """`exponential` grows, `fixed` does not, `random` lies anywhere between `initial` and `max_delay`."""
    initial: Duration = "250ms"
    """The wait ahead of the second attempt."""
    multiplier: Annotated[Number, Field(ge=1)] = 2
    """By how much it grows each time."""
    max_delay: Duration | None = None
    """What it never exceeds."""
    jitter: Literal["none", "full", "equal", "decorrelated"] = "full"
    """How it is spread, so that callers do not come back all at once."""


class RetryAfter(Model):
    """What becomes of the time that a provider names (`Retry-After`)."""

    respect: Flag = True
    """Whether at least that long is waited."""
    max: Duration = "30s"
    """The longest that is waited for it."""
    over_max: Literal["fail", "cap"] = "fail"
    """For a longer one: give up at once, or wait `max` and try."""


class Retry(Model):
    """When a failed call is made again, and how often."""

    max_attempts: Annotated[int, Strict(), Field(ge=2, le=1000)]
    """All attempts, the first included."""
    on: tuple[ErrorPattern, ...] = ()
    """Errors after which it is; those that the catalogs call retryable if it is not given."""
    never: tuple[ErrorPattern, ...] = ()
    """Errors after which it is not, whatever `on` says."""
    result: Function | None = None
    """A function that is given a result and says whether it is worth another attempt."""
    backoff: Backoff = Field(default_factory=Backoff)
    """How long to wait ahead of the next attempt."""
    retry_after: RetryAfter = Field(default_factory=RetryAfter)
    """What becomes of the time that a provider names."""
    budget: BudgetRef | None = None
    """The budget that every retry is paid from."""


class SlowCall(Model):
    """When calls that succeed count against their dependency."""

    duration: Duration
    """A call that takes longer is slow."""
    rate_threshold: Annotated[Rate, Field(gt=0)] = 1.0
    """The share of slow calls (0..1) at which the breaker opens."""


class Window(Model):
    """The latest calls, from which rates are taken."""

    type: Literal["count", "time"] = "count"
    """A number of calls, or those of a time."""
    size: Annotated[int, Strict(), Field(ge=1, le=100_000)] | None = None
    """So many calls; 100 if it is not given."""
    duration: Duration | None = None
    """For `time`: so long."""


class OpenTime(Model):
    """How long a breaker stays open."""

    initial: Duration = "10s"
    """The first time."""
    multiplier: Annotated[Number, Field(ge=1)] = 1
    """By how much it grows when a trial fails."""
    max: Duration | None = None
    """What it never exceeds."""


class Breaker(Model):
    """Keeps calls away from a dependency that fails."""

    failure_rate_threshold: Annotated[Rate, Field(gt=0)] = 0.5
    """The share of failed attempts (0..1) at which it opens."""
    slow_call: SlowCall | None = None
    """Whether slow attempts count too."""
    sliding_window: Window = Field(default_factory=Window)
    """The latest attempts, from which the rates are taken."""
    minimum_calls: AtLeastOne = 10
    """With fewer attempts in the window it stays closed."""
    wait_duration_in_open: Annotated[OpenTime, ShortForm("initial")] = Field(default_factory=OpenTime)
    """How long it stays open ahead of a trial."""
    permitted_calls_in_half_open: AtLeastOne = 3
    """Attempts of a trial, and no more at a time."""
    max_wait_in_half_open: Duration | None = None
    """After this time a trial that has not ended counts as failed."""
    record: tuple[ErrorPattern, ...] = ()
    """The errors that count as failures; all but ours if it is not given."""
    ignore: tuple[ErrorPattern, ...] = ()
    """Errors that count as nothing."""
    scope: Literal["process", "host"] = "process"
    """Who shares its state: this process, or all processes of the host that use this project."""
    mode: Literal["enforce", "metrics_only", "disabled", "forced_open"] = "enforce"
    """`metrics_only` counts and keeps nothing away."""


class Bulkhead(Model):
    """How many calls may run at a time."""

    max_concurrent: AtLeastOne
    """So many."""
    max_wait: Duration = "0s"
    """How long others wait for their turn, first come, first served."""


class RateLimit(Model):
    """How many calls may begin in a time."""

    limit: AtLeastOne
    """So many …"""
    per: Duration
    """… in this time."""
    burst: AtLeastOne | None = None
    """So many at once after a pause; `limit` if it is not given."""
    max_wait: Duration = "0s"
    """How long others wait for their turn, first come, first served."""


class Fallback(Model):
    """What is given in place of a call that failed."""

    call: Function
    """A function that is given the arguments of the call."""
    on: tuple[ErrorPattern, ...] = ()
    """Errors that it stands in for; all if it is not given."""


class Client(Model):
    """The library that makes the calls, which may try again by itself."""

    name: Literal["anthropic", "boto3", "botocore", "google-api-core", "openai", "requests", "urllib3"] | None = None
    """A library whose habit is known; `attempts` says otherwise."""
    attempts: AtLeastOne | None = None
    """How often it tries in all."""


class Resilience(Model):
    """What stands around a call that may fail."""

    description: Text | None = None
    """What it is for."""
    mode: Mode = "enforce"
    """`observe` counts and reports without acting, `off` does nothing."""
    idempotent: Flag | None = None
    """Whether a call may be made twice without harm."""
    caller_timeout: Duration | None = None
    """How long whoever calls waits."""
    calls: tuple[ResilienceRef, ...] = ()
    """Policies under which calls are made inside; their attempts multiply."""
    client: Annotated[Client | None, ShortForm("name")] = None
    """The library that makes the calls, which may try again by itself."""
    expected_rps: Annotated[Number, Field(gt=0)] | None = None
    """Calls a second that are expected, on average."""
    workers: AtLeastOne | None = None
    """Processes of one host that run the program at a time."""
    timeout: Timeout | None = None
    """How long a call and each of its attempts may take."""
    retry: Retry | None = None
    """When a failed call is made again, and how often."""
    breaker: Breaker | None = None
    """Keeps calls away from a dependency that fails."""
    bulkhead: Bulkhead | None = None
    """How many calls may run at a time."""
    rate_limit: RateLimit | None = None
    """How many calls may begin in a time."""
    fallback: Fallback | None = None
    """What is given in place of a call that failed."""


class Budget(Model):
    """Tokens that retries are paid with, shared by all policies that name it."""

    capacity: AtLeastOne
    """Tokens at the start, and the most there can be."""
    retry_cost: AtLeastOne = 5
    """Tokens that a retry costs."""
    timeout_cost: AtLeastOne | None = None
    """Tokens that a retry after a timeout costs; `retry_cost` if it is not given."""
    success_refund: Count = 1
    """Tokens that a call which succeeds at once gives back."""


class Resiliences(Policy):
    """Policies around calls that may fail."""

    kind: Literal["resilience"]
    """What the file declares."""
    policies: Annotated[dict[Name, Resilience], Field(min_length=1)]
    """The policies, by the names that bindings and `policies.guard` call them."""
    budgets: dict[Name, Budget] = Field(default_factory=dict)
    """Budgets of retries."""


MODEL = Resiliences
