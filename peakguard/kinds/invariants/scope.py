"""The names that the expressions of invariants may read, and their types."""

from __future__ import annotations

from peakguard.expression.scope import Scope
from peakguard.kinds.invariants.model import Invariants
from peakguard.language.typed import column_of


def scope_of(spec: Invariants) -> Scope:
    """The state as the expression checker sees it."""
    return Scope({name: column_of(shape) for name, shape in spec.state.items()}, ordered=True)
