"""The side of `peakguard chaos` in the process of the program: faults are planted before the guards are put on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from peakguard.kinds.chaos.permission import PROFILE, VARIABLE, permitted, take_over
from peakguard.runtime.context import current
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.failure import failure_of
from peakguard.runtime.streams import say

if TYPE_CHECKING:
    from peakguard.kinds.chaos.plot import Plot
    from peakguard.runtime.policy_set import PolicySet


class Inside:
    """What the process of a program does under orders. Without faults it only tells how the run went."""

    def __init__(self, plot: Plot, policies: PolicySet, *, is_bare: bool) -> None:
        self._plot = plot
        self._policies = policies
        self.is_bare = is_bare

    def on_main(self, guard_main: Callable[[ModuleType], bool]) -> Callable[[ModuleType], bool]:
        """What `execute` is told, with the faults of the program's own functions put on first."""

        def both(module: ModuleType) -> bool:
            is_planted = self._plot.on_main(module)
            return guard_main(module) and is_planted

        return both

    def began(self) -> None:
        """The run is open: its id is told."""
        context = current()
        self._plot.ledger.note(event="began", run=context.run_id if context is not None else None)

    def died(self, error: BaseException) -> None:
        """Tell of which error the program dies."""
        failure = failure_of(error)
        if failure is None and not self.is_bare:
            failure = self._policies.classify(error)
        of_code: dict[str, Any] = dict.fromkeys(("code", "slug", "hints", "context", "declares_context"))
        if failure is not None:
            definition = failure.definition
            of_code = {
                "code": failure.code,
                "slug": definition.slug,
                "hints": list(failure.hints),
                "context": {name: str(value) for name, value in failure.context.items()},
                "declares_context": bool(definition.context),
            }
        self._plot.ledger.note(event="died", type=type(error).__name__, message=str(error), **of_code)


def begin(policies: PolicySet) -> Inside | None:
    """Plant what the orders of this process say; None where it has none.

    A handle that is not of this process plants nothing, and is told on stderr. Raises PeakguardError (PG2130) in a
    profile that the policy does not name.
    """
    if VARIABLE not in os.environ:
        return None
    try:
        orders = take_over(os.environ)
    except PeakguardError as error:
        say(f"peakguard: {error}\n")
        return None
    assert orders is not None
    table = policies.tables("chaos")[orders["policy"]]
    permitted(table, orders["scenario"], os.environ.get(PROFILE))
    return _planted(policies, orders, table["scenarios"][orders["scenario"]])


def _planted(policies: PolicySet, orders: Mapping[str, Any], scenario: Mapping[str, Any]) -> Inside:
    from peakguard.api.chaos_data import breaking
    from peakguard.kinds.chaos.plot import Plot

    is_bare = bool(orders["bare"])
    faults, seed, folder = orders["faults"], orders["seed"], orders["folder"]
    plot = Plot(policies, scenario, faults, seed, folder, breaking(policies), is_strict=False)
    plot.put_on()
    return Inside(plot, policies, is_bare=is_bare)
