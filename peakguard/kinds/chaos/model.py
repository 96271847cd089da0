"""What a `chaos` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, Strict, WithJsonSchema

from peakguard.diagnostics import codes
from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.references import ContractRef, ErrorRef
from peakguard.language.short import Short
from peakguard.language.values import (
    Count,
    Duration,
    Identifier,
    Name,
    Plain,
    Rate,
    Size,
    Step,
    Target,
    Text,
    fault,
    of_form,
)
from peakguard.runtime.lengths import LENGTH

Verdict = Literal["absorbed", "clear_error", "unclear_error", "wrong_result", "hang"]
_CLASS = re.compile(r"(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:)?[A-Za-z_]\w*", re.ASCII)
_CLASS_SAYS = "a built-in exception such as TimeoutError, or `package.module:Class`"
MOST_TIMES = 10_000


def _check_jump(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if not isinstance(value, str) or text[:1] not in ("+", "-") or not LENGTH.fullmatch(text[1:]):
        raise fault(codes.BAD_NAME, found=text, what="jump of the clock", form="`+2h` or `-90s`: a sign and a length")
    return text


Jump = Annotated[str, PlainValidator(_check_jump), WithJsonSchema({"type": "string"})]
Times = Annotated[int, Strict(), Field(ge=1, le=MOST_TIMES)]


class At(Model):
    """Which calls a fault meets; the first, where nothing is said."""

    call: Step | None = None
    """This call of the target, and those that follow it up to `times`."""
    every: Step | None = None
    """Every so-many-th call."""
    probability: Rate | None = None
    """Each call by chance; the seed decides which."""
    after: Duration | None = None
    """Calls count only when the program has run for so long."""


class Raised(Model):
    """An exception that is no error of the catalog."""

    type: Annotated[str, Strict(), of_form(_CLASS, "exception", _CLASS_SAYS)]
    """A built-in exception, or `package.module:Class`."""
    args: tuple[Plain, ...] | None = None
    """What it is made with; a sentence that says it is a planted fault, where nothing is given."""


class Fault(Model):
    """One fault: what happens, at which calls, how often at most, and what must become of it."""

    description: Text | None = None
    """What of the real world it stands for."""
    target: Target | None = None
    """The function whose calls it meets: that of a binding, or any other."""
    error: ErrorRef | None = None
    """The call raises this error of the catalog."""
    context: dict[Identifier, Plain] = Field(default_factory=dict)
    """Context of that error; what is not given is made up by its type."""
    raises: Annotated[Raised | None, Short(str, lambda text: {"type": text})] = None
    """The call raises this exception."""
    latency: Duration | None = None
    """The call takes so much longer."""
    hang: Duration | None = None
    """The call does not answer; after this time it ends with TimeoutError, so that no run stays for ever."""
    breaks: Text | None = None
    """The frame that the call gives breaks this rule of its contract, and no other."""
    contract: ContractRef | None = None
    """The contract of `breaks`, where no binding of the target names one."""
    disk: Literal["full", "torn", "partial", "lost"] | None = None
    """Writing fails: no space left; an error in the middle; each write takes a part and says so; the rest is lost."""
    paths: tuple[Text, ...] = ()
    """Files that a fault of the disk meets: patterns, from the folder that the program runs in."""
    room: Size | None = None
    """What can still be written to each of them; nothing, where it is not given."""
    clock: Jump | None = None
    """The wall clock jumps, such as `+2h` or `-90s`; clocks that measure how long something takes do not."""
    kill: Literal["worker", "subprocess"] | None = None
    """A process is killed: the worker that makes this call of the target, or a program that is started."""
    at: Annotated[At, Short(int, lambda number: {"call": number})] = Field(default_factory=At)
    """Which calls: a number, or how they are chosen."""
    times: Times | None = None
    """How often at most; once, where `at` is a call."""
    expect: Verdict | None = None
    """What must become of the program."""


class Scenario(Model):
    """A program under faults: first without any, then under each alone, then under all."""

    description: Text | None = None
    """What it is about."""
    command: Text | None = None
    """The program and its arguments, from the root of the project; what the command line gives comes first."""
    outputs: tuple[Text, ...] = ()
    """Files that are compared: patterns, from the root of the project."""
    stdout: Literal["compare", "ignore"] = "compare"
    """Whether what the program prints is compared too."""
    restores: tuple[Text, ...] = ()
    """Files and folders that each run finds as the first found them, such as caches; outputs are always among them."""
    timeout: Duration = "60s"
    """A run that takes longer hangs."""
    seed: Count | None = None
    """What chance follows from; `--seed` comes first."""
    expect: Verdict | None = None
    """What must become of the program under each fault that does not say."""
    together: Verdict | None = None
    """What must become of it under all faults; one of those that are expected of each, where it is not given."""
    faults: Annotated[dict[Name, Fault], Field(min_length=1)]
    """The faults by name."""


class Chaos(Policy):
    """Faults that a program is put under on purpose, in test profiles only."""

    kind: Literal["chaos"]
    """What the file declares."""
    profiles: Annotated[tuple[Name, ...], Field(min_length=1)] = ("test", "chaos")
    """Profiles (PEAKGUARD_PROFILE) in which the faults may be put in; in all others they are refused."""
    scenarios: Annotated[dict[Name, Scenario], Field(min_length=1)]
    """The scenarios by name; names are unique in the project."""


MODEL = Chaos
