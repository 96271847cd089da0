"""A compiled contract at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.kinds.contract.outcome import Inspector
from peakguard.runtime.errors import ContractViolation
from peakguard.runtime.violation import Verdict, Violation

if TYPE_CHECKING:
    pass


def bind(plan: Mapping[str, Any]) -> Contract:
    """The contract of a compiled plan."""
    return Contract(plan)


class Contract:
    """Validates frames: Polars, pandas or Arrow, which come back as what they were."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._plan = plan
        self.name: str = plan["name"]
        self.version: str = plan["version"]

    def validate(self, frame: Any) -> Any:
        """The frame under the contract's names and types.

        Raises ContractViolation exactly when `collect_violations` would return something. With
        `on_violation: drop` the rows that count against a rule are left out instead.
        """
        from peakguard.engines.polars.frames import to_polars

        data, back = to_polars(frame)
        inspector = Inspector(self._plan, data, is_text=False)
        verdict = inspector.verdict()
        refusing = self._refusing(verdict)
        if refusing:
            raise self._violation(refusing)
        return back(inspector.result(verdict))

    def collect_violations(self, frame: Any) -> tuple[Violation, ...]:
        """What `validate` would raise; empty when it would not."""
        return self._refusing(self.inspect(frame))

    def inspect(self, frame: Any) -> Verdict:
        """What became of every rule, run or skipped, whatever the contract does about it."""
        from peakguard.engines.polars.frames import to_polars

        data, _ = to_polars(frame)
        return Inspector(self._plan, data, is_text=False).verdict()

    def inspect_file(self, path: str, *, examples: int = 5) -> Verdict:
        """The same for a data file; text formats are read as the contract says."""
        from peakguard.engines.polars.files import load

        frame, is_text = load(path)
        return Inspector(self._plan, frame, is_text=is_text, examples=examples).verdict()

    def aligned(self, frame: Any, *, is_text: bool) -> Any:
        """A Polars frame under the contract's names and types; columns that cannot be settled are left out."""
        from peakguard.engines.polars.align import align

        return align(frame, self._plan, is_text=is_text).frame

    def _refusing(self, verdict: Verdict) -> tuple[Violation, ...]:
        if not verdict.is_enforced:
            return ()
        if self._plan["on_violation"] != "drop":
            return verdict.violations
        # Rows can be dropped; a missing column or a fault of the whole frame cannot.
        return tuple(violation for violation in verdict.violations if not violation.rows)

    def _violation(self, violations: Sequence[Violation]) -> ContractViolation:
        code = next((each.error for each in violations if each.error), None) or self._plan["error"]
        rules = ", ".join(each.rule for each in violations)
        context = {"contract": self.name, "version": self.version, "summary": f"broken: {rules}"}
        return ContractViolation(code or codes.CONTRACT_VIOLATED, violations, **context)
