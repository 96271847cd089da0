"""What a scripted dependency does, phase by phase."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from peakguard.diagnostics import codes
from peakguard.kinds.resilience.model import AtLeastOne, ErrorPattern
from peakguard.language.model import Model
from peakguard.language.values import Duration, Flag, Rate, Text, fault
from peakguard.runtime.lengths import nanoseconds


class Latency(Model):
    """How long answers take: evenly between two times, or log-normal about a median."""

    min: Duration | None = None
    """The shortest."""
    max: Duration | None = None
    """The longest."""
    median: Duration | None = None
    """Half of the answers take longer."""
    p99: Duration | None = None
    """One in a hundred takes longer."""

    @model_validator(mode="before")
    @classmethod
    def _of_one_time(cls, value: Any) -> Any:
        return {"min": value, "max": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Latency:
        given = [name for name in ("min", "max", "median", "p99") if getattr(self, name) is not None]
        if given not in (["min", "max"], ["median", "p99"]):
            shown = ", ".join(f"`{name}`" for name in given) or "none"
            raise fault(codes.EXCLUSIVE_KEYS, keys="`min` with `max`, `median` with `p99`", found=shown)
        low, high = (getattr(self, name) for name in given)
        if nanoseconds(low) > nanoseconds(high):
            raise fault(codes.OUT_OF_RANGE, found=f"`{given[0]}: {low}`", bound=f"at most `{given[1]}: {high}`")
        return self


class Phase(Model):
    """A time in which the dependency behaves in one way."""

    duration: Annotated[Duration, Field(alias="for")]
    """How long it lasts."""
    latency: Latency = Latency(min="50ms", max="50ms")
    """How long an answer takes."""
    fails: Rate = 0.0
    """The share of calls (0..1) that fail."""
    error: ErrorPattern = "ConnectionError"
    """What they fail with: a code, a built-in exception, or a status such as http:503."""
    fast: Flag = False
    """Whether failures come at once, without the latency."""
    hangs: Rate = 0.0
    """The share of calls that are never answered."""
    retry_after: Duration | None = None
    """What a call that fails is asked to wait."""
    capacity: AtLeastOne | None = None
    """Calls that it bears at a time; with more it fails."""


class Outage(Model):
    """The phases of a dependency, one after the other; after the last one it behaves as in that."""

    peakguard: Literal[1] = 1
    """Format of this file."""
    description: Text | None = None
    """What happened, or might."""
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """The phases, in order."""

    @property
    def seconds(self) -> float:
        """How long all of it lasts."""
        return sum(nanoseconds(phase.duration) for phase in self.phases) / 1e9
