"""The one rule shape, shared by every kind that has rules."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from peakguard.language.header import Mode
from peakguard.language.model import Model
from peakguard.language.references import ErrorRef
from peakguard.language.values import Identifier, Rate, Text, choose_one

OnNull = Literal["fail", "pass"]
FORMS = ("expr", "dataset", "call")
KEYS_OF = {"within": ("expr", "dataset"), "when": ("expr", "dataset"), "reads": ("call",), "per": ("call",)}
"""The keys that only some forms of a rule have."""


class Rule(Model):
    """A demand in the expression language, with what happens when it is not met."""

    expr: Text | None = None
    """An expression that holds for every row."""
    dataset: Text | None = None
    """An expression over all rows, or over all rows of each group of `within`."""
    call: Text | None = None
    """A function of yours, `package.module:function`, that gives one bool for each row. Nobody checks what it does."""
    reads: tuple[Identifier, ...] = ()
    """The columns of the frame that the function is given."""
    per: Literal["data", "batch"] = "data"
    """Whether the function is given all rows at once, or some at a time."""
    within: tuple[Identifier, ...] = ()
    """Columns whose values divide the rows into groups that do not see each other."""
    when: Text | None = None
    """The rule asks something only of rows for which this expression holds."""
    on_null: OnNull | None = None
    """The verdict on a row whose outcome is unknown; must be stated where that can happen."""
    severity: Literal["info", "warning", "error", "halt"] = "error"
    """How bad a failure is."""
    error: ErrorRef | None = None
    """The code that a failure raises."""
    message: Text | None = None
    """What a failure means, in the operator's words."""
    max_fail_rate: Rate = Field(default=0.0)
    """The share of rows (0..1) that may fail before the rule does."""
    mode: Mode = "enforce"
    """`observe` reports failures without acting on them, `off` leaves the rule out."""

    @property
    def form(self) -> str:
        """Which of the forms it is."""
        return next(form for form in FORMS if getattr(self, form) is not None)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, value: Any) -> Any:
        if isinstance(value, dict):
            choose_one(value, FORMS)
        return value
