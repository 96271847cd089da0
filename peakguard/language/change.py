"""What a policy says, element by element, and how the change of an element is judged.

A kind lists its elements in `changes.py`; `peakguard.difference` compares those of two versions. Values are
normalised: two texts that mean the same have one value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics.span import Span
from peakguard.syntax.node import Path

Level = Literal["patch", "minor", "risk", "breaking"]
LEVELS: tuple[Level, ...] = ("patch", "minor", "risk", "breaking")
"""From harmless to breaking. `risk` is legal and needs a reason, as `breaking` does."""
Direction = Literal["tightens", "loosens", "both", "undetermined", "none"]
"""How the set of what is permitted moves. `both`: some of it goes and some comes; `none`: it stays as it is."""
Meaning = Literal["ok", "risk", "breaks"]
Perspective = Literal["both", "consumer", "producer"]
"""Consumers rely on what a policy promises, producers have to keep it."""

_LEVEL_OF: dict[Meaning, Level] = {"ok": "patch", "risk": "risk", "breaks": "breaking"}


class Grade(NamedTuple):
    """The judgement on one change.

    `least` is its level where it harms nobody. `is_final`: no reason makes it acceptable.
    """

    direction: Direction
    least: Level = "minor"
    consumer: Meaning = "ok"
    producer: Meaning = "ok"
    is_final: bool = False

    def level(self, perspective: Perspective = "both") -> Level:
        """The level as it is seen from a side, or the worse of both."""
        sides = {"consumer": (self.consumer,), "producer": (self.producer,)}.get(
            perspective, (self.consumer, self.producer)
        )
        return max(self.least, *(_LEVEL_OF[side] for side in sides), key=LEVELS.index)


class Element(NamedTuple):
    """One thing that a policy says.

    `key` is what it is found by in the other version, `path` how people name it; `value` is compared. `shown` is
    the value for people, `detail` what the judge may want to see besides, `whole` the model of the policy.
    `scope` holds the keys of one policy; elements with the scope of a namespace keep their identity when they move
    to another policy. `effect` names what is computed, such as a worst case: it is shown beside what causes it, and
    counts by itself only where it is breaking.
    """

    key: Path
    path: Path
    value: Any
    span: Span
    judge: Judge
    shown: str
    detail: Any = None
    whole: Any = None
    scope: str = ""
    effect: str = ""


Judge = Callable[["Element | None", "Element | None"], "Grade | None"]
"""Grades a change from the first to the second; None of both was not there. No grade: it makes no difference."""
