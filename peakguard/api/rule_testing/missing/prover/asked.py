"""What is asked of a rule, whatever the kind of its policy: that it comes out so, and the others well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import z3

from peakguard.api.rule_testing.missing.prover.cells import Cell, Untranslatable, is_false, is_true
from peakguard.api.rule_testing.missing.prover.ordered import ORDERED
from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN
from peakguard.expression.typed import Typed, walk

MOST_ROWS: Final = 4
OUTCOMES: dict[str, Callable[[Cell], Any]] = {PASSES: is_true, FAILS: is_false, UNKNOWN: lambda verdict: verdict.null}


def formula(flag: Any) -> Any:
    """A flag as a formula of z3."""
    return z3.BoolVal(flag) if isinstance(flag, bool) else flag


def wishes(asked: Iterable[Callable[[], Any]]) -> list[Any]:
    """The formulas of what had better be so; what has none is left out."""
    found = []
    for make in asked:
        try:
            flag = make()
        except Untranslatable:
            continue
        if flag is not True:
            found.append(formula(flag))
    return found


def counts(roots: Iterable[Typed]) -> range:
    """How many rows are unrolled: one is enough for a rule that does not look at others."""
    is_ordered = any(node.op in ORDERED for root in roots for node in walk(root))
    return range(1, MOST_ROWS + 1 if is_ordered else 2)
