"""What a look into a cache found."""

from __future__ import annotations

from typing import NamedTuple

from peakguard.kinds.cache.age import State
from peakguard.kinds.cache.steps import Outcome
from peakguard.kinds.cache.values import Value


class Looked(NamedTuple):
    """`state` is `missing` where there is nothing that can be given, `damaged` the reason if it was not whole.

    `age` counts seconds. `has_spare`: the value may stand in for one that cannot be had.
    """

    state: State | str
    value: Value | None = None
    age: float = 0.0
    damaged: str | None = None
    has_spare: bool = False

    @property
    def is_answer(self) -> bool:
        """Whether no call is needed."""
        return self.state == "fresh"

    def outcome(self) -> Outcome:
        """What the caller gets of it."""
        assert self.value is not None
        if self.value.error is not None:
            return Outcome(error=self.value.error)
        return Outcome(self.value.frame)

    def after(self, before: Looked, *, has_spare: bool | None = None) -> Looked:
        """This look, with what the one before it found damaged."""
        spare = self.has_spare if has_spare is None else has_spare
        return self._replace(damaged=self.damaged or before.damaged, has_spare=spare)
