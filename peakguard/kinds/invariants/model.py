"""What an `invariants` policy may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Strict, model_validator

from peakguard.diagnostics import codes
from peakguard.language.header import Mode, Policy
from peakguard.language.model import Model
from peakguard.language.references import ErrorRef
from peakguard.language.rule import OnNull
from peakguard.language.short import Short
from peakguard.language.typed import Shape, ShortForm
from peakguard.language.values import Duration, Flag, Identifier, Rate, Text, Whole, choose_one, fault

FORMS = ("expr", "never", "eventually", "after")
"""The keys of which an invariant has exactly one."""
AtLeastOne = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
Severity = Literal["record", "warning", "error", "halt"]
_WORDS = {"every_step": {}, "on_change": {"on_change": True}}


def _steps_of(word: str) -> dict[str, Any]:
    if word not in _WORDS:
        from peakguard.diagnostics.wording import did_you_mean

        suggestion = did_you_mean(word, list(_WORDS))
        raise fault(codes.NOT_AN_OPTION, found=word, allowed=", ".join(_WORDS), suggestion=suggestion)
    return _WORDS[word]


def _is_length(value: Any) -> bool:
    """Whether a text is meant as a length of time: no name of a field begins with a digit."""
    return isinstance(value, str) and value[:1].isdecimal()


class Grace(Model):
    """How many failures are borne before an invariant counts as broken."""

    failures: AtLeastOne
    """It is broken when this many …"""
    of: AtLeastOne
    """… of so many steps in a row fail."""


class Invariant(Model):
    """Something that holds at every step, or comes about in time."""

    expr: Text | None = None
    """An expression that holds at every step."""
    never: Text | None = None
    """An expression that holds at no step."""
    eventually: Text | None = None
    """An expression that holds at one step at least."""
    after: Text | None = None
    """From a step at which this holds, `expect` must come about in time."""
    expect: Text | None = None
    """For `after`: what must hold at that step or soon after it."""
    steps: AtLeastOne | None = None
    """For `after`: how many steps later at the latest; `within: 5` says the same."""
    duration: Duration | None = None
    """For `after`: how much later at the latest, by the time of the steps; `within: 5m` says the same."""
    within: tuple[Identifier, ...] = ()
    """Fields whose values divide the steps into groups that do not see each other."""
    when: Text | None = None
    """It asks something only of steps at which this expression holds."""
    on_null: OnNull = "fail"
    """The verdict where the outcome is unknown: a limit that cannot be evaluated denies."""
    severity: Severity = "error"
    """`halt` ends the run, `error` refuses the step, `warning` reports it, `record` only counts."""
    error: ErrorRef | None = None
    """The code that a failure raises."""
    message: Text | None = None
    """What a failure means, in the operator's words."""
    grace: Annotated[Grace, Short(int, lambda number: {"failures": number, "of": number})] | None = None
    """It is broken only when so many steps in a row fail, or so many of the latest."""
    mode: Mode = "enforce"
    """`observe` reports failures without acting on them, `off` leaves the invariant out."""

    @property
    def form(self) -> str:
        """Which of the forms it is."""
        return next(form for form in FORMS if getattr(self, form) is not None)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        choose_one(value, FORMS)
        within = value.get("within")
        key = "steps" if isinstance(within, int) else "duration" if _is_length(within) else None
        if key is not None and key not in value:
            value = {**{name: each for name, each in value.items() if name != "within"}, key: within}
        choose_one(value, ("steps", "duration"), is_optional=True)
        return value


class AtEnd(Model):
    """Something that holds of the last step."""

    expr: Text
    """An expression that holds at the last step; ordered functions look back over all of them."""
    on_null: OnNull = "fail"
    """The verdict where its outcome is unknown."""
    severity: Literal["record", "warning", "error"] = "error"
    """How bad a failure is."""
    error: ErrorRef | None = None
    """The code that a failure raises."""
    message: Text | None = None
    """What a failure means, in the operator's words."""
    mode: Mode = "enforce"
    """`observe` reports a failure without acting on it, `off` leaves it out."""


class Steps(Model):
    """Which steps are looked at; the others are as if they had not been."""

    on_change: Flag = False
    """Those at which any value of the state is another than at the step before."""
    every: AtLeastOne | None = None
    """The first step, and then each that comes so many later."""
    sample: Annotated[Rate, Field(gt=0)] | None = None
    """A share of them (0..1), drawn at random."""
    seed: Whole = 0
    """Decides which are drawn."""

    @model_validator(mode="before")
    @classmethod
    def _one_choice(cls, value: Any) -> Any:
        if isinstance(value, dict):
            choose_one(value, ("on_change", "every", "sample"), is_optional=True)
        return value


class Invariants(Policy):
    """What holds while a program changes its state step by step."""

    kind: Literal["invariants"]
    """What the file declares."""
    state: Annotated[dict[Identifier, Annotated[Shape, ShortForm()]], Field(min_length=1)]
    """What one step shows, with types and units."""
    invariants: dict[Identifier, Invariant] = Field(default_factory=dict)
    """What holds at every step, or comes about in time."""
    at_end: dict[Identifier, AtEnd] = Field(default_factory=dict)
    """What holds of the last step."""
    time: Identifier | None = None
    """The value of the state that says when a step is, for lengths of time; its only `datetime` if not given."""
    when: Annotated[Steps, Short(str, _steps_of)] = Field(default_factory=Steps)
    """Which steps are looked at: `every_step`, `on_change`, `{every: 100}`, `{sample: 0.01, seed: 7}`."""
    keep: Annotated[int, Strict(), Field(ge=0, le=1000)] = 8
    """How many steps before a failure are kept, to be shown with it."""
    error: ErrorRef | None = None
    """The code that is raised for anything that is not named more closely."""


MODEL = Invariants
