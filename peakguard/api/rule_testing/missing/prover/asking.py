"""Asks z3 for values: those that must be so, then as much as can be had of what had better be so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover.cells import opposite
from peakguard.api.rule_testing.missing.prover.readable import TIERS, readable
from peakguard.api.rule_testing.missing.prover.variables import Variables

_MILLISECONDS = 2_000
_STEPS = 500_000
"""What z3 may do for one question, 0.2 s of work. Unlike the time, it is the same on every machine."""
_SEED = 1
_PATIENCE = 5
"""So many questions without an answer; then what has been found must do."""
_BOUND = 2
"""The tier of values that is tried first where not all wishes can be met."""


def ask(formulas: Sequence[Any]) -> tuple[Any, Any]:
    """`z3.sat`, `z3.unsat` or `z3.unknown`, and a model where there is one: the same whatever was asked before."""
    # What z3 answers depends on all that its context has seen.
    context = z3.Context()
    solver = z3.Solver(ctx=context)
    solver.set("timeout", _MILLISECONDS, "rlimit", _STEPS, "random_seed", _SEED)
    solver.add(*(each.translate(context) for each in formulas))
    try:
        answer = solver.check()
    except z3.Z3Exception:  # it ran out of something
        return z3.unknown, None
    return answer, solver.model().translate(z3.main_ctx()) if answer == z3.sat else None


def is_ruled_out(variables: Variables, wanted: Sequence[Any]) -> bool:
    """Whether no values at all meet some formulas."""
    return bool(ask([*variables.domain, *wanted])[0] == z3.unsat)


class Question:
    """Values that meet some formulas, and as much of what is wished for as can be had with them."""

    def __init__(self, variables: Variables, wanted: Sequence[Any]) -> None:
        self._variables = variables
        self._formulas = [*variables.domain, *wanted]
        self._model: Any = None
        self._patience = _PATIENCE

    def best(self, wishes: Sequence[Any]) -> Any:
        """A model that meets what can be met of the wishes, has few oddities, and reads well; None where none is."""
        plain = [opposite(flag) for flag in self._variables.odd]
        # Mostly all can be had at once, and small numbers are found where there are any: two products are hard without.
        if any(self._has([*wishes, *plain, *self._tier(tier)]) for tier in range(TIERS)):
            return self._model
        # Else one by one, within bounds that make every question an easy one.
        if not self._has(self._tier(_BOUND)) and not self._has(self._tier(TIERS - 1)) and not self._has([]):
            return None
        self._keep(wishes)
        self._keep(plain)
        left = list(range(len(self._variables.leaves)))
        for tier in range(_BOUND):
            wished = self._tier(tier)
            left = [left[place] for place in self._keep([wished[each] for each in left])]
        return self._model

    def _tier(self, tier: int) -> list[Any]:
        return [readable(leaf, tier) for leaf in self._variables.leaves]

    def _keep(self, wishes: Sequence[Any], start: int = 0) -> list[int]:
        """Keep what can be kept, by halves, for mostly little cannot; the places of the others."""
        if not wishes or self._has(wishes):
            return []
        if len(wishes) == 1:
            return [start]
        middle = len(wishes) // 2
        return [*self._keep(wishes[:middle], start), *self._keep(wishes[middle:], start + middle)]

    def _has(self, wishes: Sequence[Any]) -> bool:
        """Whether these can be met too; if so they must be from now on."""
        if not self._patience:
            return False
        answer, model = ask([*self._formulas, *wishes])
        self._patience -= answer == z3.unknown
        if answer != z3.sat:
            return False
        self._formulas += wishes
        self._model = model
        return True
