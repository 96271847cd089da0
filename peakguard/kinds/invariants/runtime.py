"""A compiled policy of invariants at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from peakguard.kinds.invariants.monitor import Monitor

if TYPE_CHECKING:
    from peakguard.runtime.invariant import Verification
    from peakguard.runtime.margin import Margin
    from peakguard.runtime.policy_set import PolicySet


def bind(table: Mapping[str, Any], policies: PolicySet | None = None) -> Invariants:
    """The invariants of a compiled table."""
    return Invariants(table, policies)


class Invariants:
    """Watches steps as they come, or verifies all of a result that is there."""

    def __init__(self, table: Mapping[str, Any], policies: PolicySet | None = None) -> None:
        self.table = table
        self.name: str = table["name"]
        self.version: str = table["version"]
        self._policies = policies

    def monitor(self, mode: Literal["enforce", "observe", "off"] = "enforce") -> Monitor:
        """A monitor of a new stream of steps."""
        return Monitor(self.table, self._policies, mode)

    def verify(self, frame: Any) -> Verification:
        """What became of every invariant over the rows of a frame, each a step, in their order.

        Takes Polars, pandas and Arrow. Columns are found under the names of the state. Raises PeakguardError (PG2063)
        for a frame that lacks one, or has one of another type. Closest calls of many steps are looked for when they
        are asked for: memory that a frame of Polars shares with an array must not be written to before.
        """
        from peakguard.engines.polars.frames import to_polars
        from peakguard.kinds.invariants.verifying import verification

        data, _ = to_polars(frame, [field["name"] for field in self.table["state"]])
        found = verification(self.table, data)
        if data is not frame:
            # The memory may be that of an array, which its owner may write to.
            found.locate()
        return found

    def verify_file(self, path: str) -> Verification:
        """The same for a data file: Parquet, CSV, Arrow, lines of JSON, or what a halted run has left behind."""
        from peakguard.engines.polars.step_rows import read_steps
        from peakguard.kinds.invariants.verifying import verification

        data, form = read_steps(path)
        return verification(self.table, data, **form)

    def margins_of_file(self, path: str) -> tuple[Margin, ...]:
        """How close the invariants of a data file came to their bounds, over its steps."""
        from peakguard.engines.polars.margins import margins
        from peakguard.engines.polars.step_rows import read_steps
        from peakguard.kinds.invariants.choosing import draws

        data, form = read_steps(path)
        return margins(self.table, data, draws(self.table["steps"]), **form)
