"""Asks z3 for values: those that must be so, then as much as can be had of what had better be so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover.cells import opposite
from peakguard.api.rule_testing.missing.prover.readable import TIERS, readable
from peakguard.api.rule_testing.missing.prover.variables import Variables

_MILLISECONDS = 2_000
_STEPS = 1_000_000
"""What z3 may do for one question, 0.4 s of work. Unlike the time, it is the same on every machine."""
_SEED = 1


def ask(formulas: Sequence[Any]) -> tuple[Any, Any]:
    """`z3.sat`, `z3.unsat` or `z3.unknown`, and a model where there is one."""
    solver = z3.Solver()
    solver.set("timeout", _MILLISECONDS, "rlimit", _STEPS, "random_seed", _SEED)
    solver.add(*formulas)
    answer = solver.check()
    return answer, solver.model() if answer == z3.sat else None


class Question:
    """Values that meet some formulas, and as much of what is wished for as can be had with them."""

    def __init__(self, variables: Variables, wanted: Sequence[Any]) -> None:
        self._variables = variables
        self._formulas = [*variables.domain, *wanted]
        self._model: Any = None

    def best(self, wishes: Sequence[Any]) -> Any:
        """A model that meets what can be met of the wishes, has few oddities, and reads well; None where none is."""
        plain = [opposite(flag) for flag in self._variables.odd]
        # Mostly all can be had at once, and small numbers are found where there are any: two products are hard without.
        if any(self._has([*wishes, *plain, *self._tier(tier)]) for tier in range(TIERS)):
            return self._model
        if not self._has([]) and not any(self._has(self._tier(tier)) for tier in range(TIERS)):
            return None
        self._keep(wishes)
        self._keep(plain)
        left = self._variables.leaves
        for tier in range(TIERS):
            if not left or self._has([readable(leaf, tier) for leaf in left]):
                break
            left = [leaf for leaf in left if not self._has([readable(leaf, tier)])]
        return self._model

    def _tier(self, tier: int) -> list[Any]:
        return [readable(leaf, tier) for leaf in self._variables.leaves]

    def _keep(self, wishes: Sequence[Any]) -> None:
        if not self._has(wishes):
            for wish in wishes:
                self._has([wish])

    def _has(self, wishes: Sequence[Any]) -> bool:
        """Whether these can be met too; if so they must be from now on."""
        answer, model = ask([*self._formulas, *wishes])
        if answer != z3.sat:
            return False
        self._formulas += wishes
        self._model = model
        return True
