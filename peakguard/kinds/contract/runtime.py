"""A compiled contract at work."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.kinds.contract.outcome import verdict_of
from peakguard.runtime.failure.violated import violation_of
from peakguard.runtime.violation import Verdict, Violation

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.engine import Engine
    from peakguard.engines.polars.evidence import Evidence
    from peakguard.runtime.errors import ContractViolation
    from peakguard.runtime.policy_set import PolicySet


def bind(plan: Mapping[str, Any], policies: PolicySet | None = None) -> Contract:
    """The contract of a compiled plan, which raises the errors that these policies declare."""
    return Contract(plan, policies)


class Contract:
    """Validates frames: Polars, pandas or Arrow, which come back as what they were."""

    def __init__(self, plan: Mapping[str, Any], policies: PolicySet | None = None) -> None:
        self._plan = plan
        self._policies = policies
        self.name: str = plan["name"]
        self.version: str = plan["version"]
        self._names = [name for column in plan["columns"] for name in column["names"]]
        self._made: Engine | None = None

    def validate(self, frame: Any) -> Any:
        """The frame under the contract's names and types.

        Raises ContractViolation exactly when `collect_violations` would return something. With
        `on_violation: drop` the rows that count against a rule are left out instead. The whole frame
        is held in memory, for it is given back.
        """
        from peakguard.engines.polars.frames import to_polars

        data, back = to_polars(frame, self._names)
        now = datetime.now(UTC)
        evidence = self._engine().whole(data, examples=5, today=_day(now))
        verdict = verdict_of(self._plan, evidence, now)
        refusing = self._refusing(verdict)
        if refusing:
            raise self._violation(refusing)
        return back(self._result(verdict, evidence))

    def collect_violations(self, frame: Any) -> tuple[Violation, ...]:
        """What `validate` would raise; empty when it would not."""
        return self._refusing(self.inspect(frame))

    def inspect(self, frame: Any) -> Verdict:
        """What became of every rule, run or skipped, whatever the contract does about it.

        Takes frames and tables, and streams of them of any length: a lazy frame, an Arrow reader.
        """
        now = datetime.now(UTC)
        evidence = self._engine().frame(frame, examples=5, today=_day(now))
        return verdict_of(self._plan, evidence, now)

    def inspect_file(self, path: str | os.PathLike[str], *, examples: int = 5) -> Verdict:
        """The same for a data file, a pattern that matches several (`data/*.parquet`), or a folder of them.

        Text formats are read as the contract says. Files may be larger than memory.
        """
        now = datetime.now(UTC)
        evidence = self._engine().file(os.fspath(path), examples=examples, today=_day(now))
        return verdict_of(self._plan, evidence, now)

    def _engine(self) -> Engine:
        if self._made is None:
            from peakguard.engines.polars.engine import Engine

            self._made = Engine(self._plan)
        return self._made

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
        found = self._policies.errors.find(code) if self._policies is not None else None
        digest = self._policies.digest if self._policies is not None else None
        return violation_of(self.name, self.version, violations, code, found, digest)


def _day(now: datetime) -> str:
    return now.date().isoformat()
