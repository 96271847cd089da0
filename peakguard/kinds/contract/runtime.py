"""A compiled contract at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.runtime.errors import ContractViolation
from peakguard.runtime.violation import Verdict, Violation

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.evidence import Evidence
    from peakguard.engines.polars.in_memory import Prepared


def bind(plan: Mapping[str, Any]) -> Contract:
    """The contract of a compiled plan."""
    return Contract(plan)


class Contract:
    """Validates frames: Polars, pandas or Arrow, which come back as what they were."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._plan = plan
        self.name: str = plan["name"]
        self.version: str = plan["version"]
        self._prepared: Prepared | None = None

    def validate(self, frame: Any) -> Any:
        """The frame under the contract's names and types.

        Raises ContractViolation exactly when `collect_violations` would return something. With
        `on_violation: drop` the rows that count against a rule are left out instead.
        """
        from peakguard.engines.polars.frames import to_polars

        data, back = to_polars(frame)
        verdict, evidence = self._judge(data, is_text=False, examples=5)
        refusing = self._refusing(verdict)
        if refusing:
            raise self._violation(refusing)
        return back(self._result(verdict, evidence))

    def collect_violations(self, frame: Any) -> tuple[Violation, ...]:
        """What `validate` would raise; empty when it would not."""
        return self._refusing(self.inspect(frame))

    def inspect(self, frame: Any) -> Verdict:
        """What became of every rule, run or skipped, whatever the contract does about it."""
        from peakguard.engines.polars.frames import to_polars

        data, _ = to_polars(frame)
        return self._judge(data, is_text=False, examples=5)[0]

    def inspect_file(self, path: str, *, examples: int = 5) -> Verdict:
        """The same for a data file; text formats are read as the contract says."""
        from peakguard.engines.polars.files import load

        frame, is_text = load(path)
        return self._judge(frame, is_text=is_text, examples=examples)[0]

    def _judge(self, frame: pl.DataFrame, *, is_text: bool, examples: int) -> tuple[Verdict, Evidence]:
        from peakguard.engines.polars.in_memory import Prepared, gather

        if self._prepared is None:
            self._prepared = Prepared(self._plan)
        now = datetime.now(UTC)
        today = now.date().isoformat()
        evidence = gather(self._prepared, frame, is_text=is_text, examples=examples, today=today)
        return verdict_of(self._plan, evidence, now), evidence

    def _result(self, verdict: Verdict, evidence: Evidence) -> pl.DataFrame:
        """Columns as declared, refused rows dropped where that is asked."""
        assert evidence.aligned is not None
        frame = evidence.aligned.frame
        if self._plan["extra_columns"] == "allow":
            frame = frame.hstack(list(evidence.aligned.extra))
        refused = {row for violation in verdict.violations for row in violation.rows}
        if self._plan["on_violation"] != "drop" or not refused:
            return frame
        return frame[[row for row in range(evidence.height) if row not in refused]]

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
