"""A rule as `peakguard show` prints it: what a kind says of each of its rules."""

from __future__ import annotations

from typing import NamedTuple

from peakguard.diagnostics.span import Span
from peakguard.expression.typed import TypedExpression


class Shown(NamedTuple):
    """One demand in the expression language.

    `id` is the stable id of the rule, `text` its expression, `span` where that is written. `relation` names the
    table in SQL; ordered functions stay `within` groups of these columns, and follow `order`.
    """

    id: str
    text: str
    span: Span
    typed: TypedExpression
    is_dataset: bool
    relation: str
    within: tuple[str, ...]
    order: tuple[str, ...]
