"""What a `gate` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict, model_validator

from peakguard.diagnostics import codes
from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.references import ScenarioRef
from peakguard.language.values import Date, Duration, Flag, Name, Rate, Text, choose_one, fault, of_form

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_TEST = re.compile(r"[^:\s]+\.py(::[A-Za-z_]\w*)+(\[[^\n]+\])?", re.ASCII)
_SEED = 2**63 - 1


def _check_inside(text: str) -> str:
    import posixpath

    plain = posixpath.normpath(text)
    if posixpath.isabs(plain) or plain.split("/")[0] == "..":
        raise fault(codes.BAD_NAME, found=text, what="path", form="a path inside the project, from its root")
    return plain


Inside = Annotated[str, Strict(), AfterValidator(_check_inside)]
Function = Annotated[
    str, Strict(), of_form(_FUNCTION, "function", "`package.module:function`, which takes no arguments")
]
Test = Annotated[str, Strict(), of_form(_TEST, "test", "`tests/file.py::test`, as pytest names it")]
Seed = Annotated[int, Strict(), Field(ge=0, le=_SEED)]
Share = Annotated[float, Strict(), Field(gt=0, le=100)]


class Skip(Model):
    """Why a check is not run for now."""

    reason: Text
    """Why, in words that every report repeats."""
    until: Date
    """The last day; after it the check is run again."""


class Profile(Model):
    """Checks that are run together, and how long they may take."""

    checks: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The checks, by name; `all` stands for every one."""
    budget: Duration
    """How long all of them may take together; beyond it the gate is red."""
    paths: Literal["all", "critical"] = "all"
    """Whose tests `critical_paths` runs: `critical` means the critical rows and those whose files have changed."""


class Base(Model):
    """What the change is compared with."""

    against: Text = "main"
    """A branch or another git revision; where it was left is what counts."""


class Locks(Model):
    """Lock files of error codes, beside those in policy folders."""

    files: tuple[Inside, ...] = ()
    """Further ones, from the root."""


class RuleTests(Model):
    """The tests of policies."""

    min_coverage: Rate = 1.0
    """The least share of outcomes that tests must have shown: each rule passing, failing and, if it can be, unknown."""


class Replay(Model):
    """A reference run that is recorded, made once more, and compared."""

    command: Text | None = None
    """The program, such as `python backtest.py`; it is recorded anew each time."""
    run: Text | None = None
    """In place of it: a run that was recorded before, by its id."""
    folder: Inside = "."
    """Where the command is run, from the root."""
    seed: Seed = 0
    """The seed of the recorded run."""

    @model_validator(mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return _one_of(value, "command", "run")


class Determinism(Model):
    """A program that is run under one change at a time (hash seed, threads, clock and so on)."""

    command: Text
    """The program, such as `python backtest.py`."""
    folder: Inside = "."
    """Where it is run, from the root."""
    seed: Seed = 0
    """The seed of all runs."""
    only: tuple[Text, ...] = ()
    """The changes that are tried, as `peakguard determinism --only` names them; all if it is not given."""


class Rounds(Model):
    """How often is measured; each round runs the bare program, the guarded one, and the bare one again."""

    first: Annotated[int, Strict(), Field(ge=11, le=1001)] = 21
    """Rounds before the first verdict."""
    most: Annotated[int, Strict(), Field(ge=11, le=1001)] = 301
    """Rounds after which it is left undecided."""


class Counted(Model):
    """A hot path of pure Python whose instructions are counted, by callgrind, as a second witness."""

    target: Function
    """A function without arguments that does the work once."""
    max: Share
    """The greatest share of instructions that guards may add; counts are exact to a hundredth of it."""


class Overhead(Model):
    """What guards may cost."""

    command: Text | None = None
    """A program that is run bare and under `peakguard run`, such as `python backtest.py`."""
    target: Function | None = None
    """In place of it: a function without arguments, called with guards on and off in one process."""
    folder: Inside = "."
    """Where the command is run, from the root."""
    max: Share = 0.05
    """The greatest share of time that guards may add."""
    plant: Share | None = None
    """The share that is added on purpose, and must be noticed; 1.6 times `max` if it is not given."""
    clock: Literal["cpu", "wall"] = "cpu"
    """`cpu` is the time of the processor, which other programs disturb less; `wall` also sees waiting."""
    rounds: Rounds = Field(default_factory=Rounds)
    """How often is measured."""
    counted: Counted | None = None
    """Instructions as a second witness."""

    @model_validator(mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return _one_of(value, "command", "target")


class Row(Model):
    """One way in which one path of the program can fail, and what proves that it does not."""

    path: Text
    """What the program does there, such as `store.put`; for a critical binding its name or target."""
    fault: Text
    """What goes wrong, such as `power cut`."""
    proven_by: Test
    """The test that shows the fault does no harm."""
    mutant: Name | None = None
    """The mutant that takes the defence away; the test must fail with it."""
    critical: Flag = False
    """Without it the gate is red, whatever the share of the others."""


class CriticalPaths(Model):
    """The catalogue of critical paths and of the ways in which they fail."""

    min_proven: Rate = 0.95
    """The least share of all rows that must be proven; of critical rows it is always all."""
    mutants: Inside = "tests/mutation/killed.jsonl"
    """The record of mutants: a line of JSON for each, with the test that failed and the digests of the files."""
    renew: Text | None = None
    """The command that writes the record anew, for reports."""
    runner: Text = "python -m pytest"
    """How tests are run; the names of tests are added."""
    catalogue: Annotated[tuple[Row, ...], Field(min_length=1)]
    """The rows."""


class Gate(Policy):
    """What a change must pass before it goes in."""

    kind: Literal["gate"]
    """What the file declares."""
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)]
    """Sets of checks, such as `smoke` for every pull request and `full`."""
    skip: dict[Name, Skip] = Field(default_factory=dict)
    """Checks that are not run for now, each with a reason and a last day."""
    diff: Base = Field(default_factory=Base)
    """What the change is compared with."""
    locks: Locks = Field(default_factory=Locks)
    """Lock files of error codes."""
    rule_tests: RuleTests = Field(default_factory=RuleTests)
    """The tests of policies."""
    chaos: Annotated[tuple[ScenarioRef, ...], Field(min_length=1)] | None = None
    """Scenarios of chaos policies, each with a command of its own."""
    replay: Replay | None = None
    """A reference run that is recorded, made once more, and compared."""
    determinism: Determinism | None = None
    """A program that is run under one change at a time."""
    overhead: Overhead | None = None
    """What guards may cost."""
    critical_paths: CriticalPaths | None = None
    """The catalogue of critical paths and of the ways in which they fail."""


def _one_of(value: Any, *keys: str) -> Any:
    if isinstance(value, dict):
        choose_one(value, keys)
    return value


MODEL = Gate
