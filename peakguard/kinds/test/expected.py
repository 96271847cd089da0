"""What should become of what a case sets up: rows, steps, calls, configurations and errors."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, model_validator

from peakguard.language.model import Model
from peakguard.language.references import ErrorRef
from peakguard.language.short import Short
from peakguard.language.typed import ShortForm
from peakguard.language.values import Count, Duration, Flag, Identifier, Text, choose_one, of_form

_FAILURE = r"[A-Z]{1,10}-?[0-9]+|http:[1-5][0-9]{2}|[A-Za-z_][\w.]*:[A-Za-z_][\w.]*|[A-Z]\w*"
_CAUGHT = _FAILURE + "|breaker_open|bulkhead_full|rate_limited|timeout"
_SAYS = "a code (PT-3001), an exception (TimeoutError, module:Class) or http:503"

Failure = Annotated[str, Strict(), of_form(re.compile(_FAILURE, re.ASCII), "error", _SAYS)]
Caught = Annotated[
    str, Strict(), of_form(re.compile(_CAUGHT, re.ASCII), "error", f"{_SAYS}, breaker_open, timeout or their kin")
]
Rules = Annotated[tuple[Text, ...], Short(str, lambda text: [text])]
FromOne = Annotated[int, Strict(), Field(ge=1, le=100_000)]
State = Literal["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"]


class Outcomes(Model):
    """What became of some rules; what counts against a row and is not named here is a failure of the test."""

    fails: Rules = ()
    """Rules that do not hold."""
    unknown: Rules = ()
    """Rules that could not be decided."""
    passes: Rules = ()
    """Rules that hold."""


class Counts(Model):
    """Of how many rows a rule holds, does not, or is unknown."""

    passed: Count | None = None
    """Rows of which it holds."""
    failed: Count | None = None
    """Rows of which it does not hold."""
    unknown: Count | None = None
    """Rows of which it is unknown."""


class OfRow(Outcomes):
    """What becomes of one row, or with no `row` of the data as a whole."""

    row: Count | None = None
    """The number of the row, from 0."""
    values: dict[Identifier, Any] = Field(default_factory=dict)
    """Values of the row as they are read under the contract."""
    dropped: Flag | None = None
    """Whether the row is left out or set aside."""
    counts: dict[Text, Counts] = Field(default_factory=dict)
    """By rule, how many rows pass, fail and are unknown."""
    verdict: Literal["pass", "fail"] | None = None
    """Whether the contract takes the data."""
    error: ErrorRef | None = None
    """The code that `validate` raises."""
    kept: Count | None = None
    """How many rows pass through."""


class OfStep(Outcomes):
    """What becomes of one step, or with no `step` of the run as a whole."""

    step: FromOne | None = None
    """The number of the step, from 1."""
    raises: ErrorRef | None = None
    """The code that the step raises, or the end of the run."""
    counts: dict[Text, Counts] = Field(default_factory=dict)
    """By invariant, of how many steps it holds, does not, or is unknown."""
    verdict: Literal["pass", "fail"] | None = None
    """Whether any invariant refuses the run."""


class Between(Model):
    """A length of time between two others."""

    min: Duration | None = None
    """The shortest."""
    max: Duration | None = None
    """The longest."""


Time = Annotated[Between, Short(str, lambda text: {"min": text, "max": text})]


class Answer(Model):
    """What an attempt meets: an answer, an error, or nothing at all."""

    fail: Failure | None = None
    """The error it fails with."""
    result: Literal["ok", "unwelcome"] | None = None
    """What it gives; `unwelcome` is what `retry.result` of the policy sends back."""
    hangs: Flag | None = None
    """It is never answered."""
    times: FromOne = 1
    """So many attempts in a row meet it."""
    takes: Duration = "0s"
    """How long it takes."""
    retry_after: Duration | None = None
    """What a caller that fails is asked to wait."""

    @model_validator(mode="before")
    @classmethod
    def _one_of_three(cls, value: Any) -> Any:
        if isinstance(value, dict):
            choose_one(value, ("fail", "result", "hangs"))
        return value


class OfCall(Model):
    """What becomes of a call under the policy."""

    result: Literal["ok", "error", "fallback"] | None = None
    """What the caller gets."""
    error: Caught | None = None
    """The error that the caller gets: a code, a class, or a word such as breaker_open."""
    attempts: Count | None = None
    """How many attempts are made."""
    waits: tuple[Time, ...] | None = None
    """How long is waited ahead of each further attempt."""
    elapsed: Time | None = None
    """How long the call takes."""
    breaker: State | None = None
    """The state of the breaker afterwards."""


class Call(Model):
    """A call under the policy; calls follow each other, and share its breaker, budget and limits."""

    wait: Duration = "0s"
    """The time that passes ahead of it."""
    times: FromOne = 1
    """So many such calls, one after the other."""
    script: tuple[Annotated[Answer, ShortForm("result")], ...] = ()
    """What its attempts meet, in order; each call begins anew."""
    expect: OfCall | None = None
    """What becomes of each."""


class Fault(Model):
    """A finding about a configuration."""

    code: Annotated[str, Strict(), of_form(re.compile(r"PG[0-9]{3,4}", re.ASCII), "code of ours", "PG and digits")]
    """Its code."""
    file: Text | None = None
    """The file that it is in."""
    line: FromOne | None = None
    """The line."""
    field: Text | None = None
    """The field that it is about."""


class OfConfig(Outcomes):
    """What becomes of a configuration; findings that are not named are a failure of the test."""

    faults: tuple[Annotated[Fault, ShortForm("code")], ...] = ()
    """Findings that it is refused for."""
    values: dict[Text, Any] = Field(default_factory=dict)
    """Values by their paths, such as risk.max_drawdown."""
    verdict: Literal["pass", "fail"] | None = None
    """Whether it can be used."""
    error: ErrorRef | None = None
    """The code that loading it raises."""


class OfError(Model):
    """How an error reads, and what it says of itself."""

    error: ErrorRef | None = None
    """The code that a foreign exception is classified as; without it, it must stay foreign."""
    message: Text | None = None
    """The message."""
    hints: tuple[Text, ...] | None = None
    """What to try."""
    recovery: tuple[Text, ...] | None = None
    """Steps for the operator."""
    severity: Literal["info", "warning", "error", "critical"] | None = None
    """How bad it is."""
    retryable: Flag | None = None
    """Whether trying again can help."""
    exit_code: Count | None = None
    """The exit code of a program that dies of it."""
    http_status: Count | None = None
    """The status of an HTTP answer that reports it."""
    also: tuple[Text, ...] | None = None
    """Built-in exceptions that it is too."""
