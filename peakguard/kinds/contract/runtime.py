"""A compiled contract at work."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.violated import violation_of
from peakguard.runtime.violation import Verdict, Violation

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.engine import Engine
    from peakguard.engines.polars.evidence import Evidence
    from peakguard.engines.polars.lookups import Other
    from peakguard.runtime.errors import ContractViolation
    from peakguard.runtime.policy_set import PolicySet


Given = Mapping[str, Any]
"""The data of other contracts by their names: frames, streams, or paths of files."""


def bind(plan: Mapping[str, Any], policies: PolicySet | None = None) -> Contract:
    """The contract of a compiled plan, which raises the errors and may refer to the contracts of these policies."""
    return Contract(plan, policies)


class Contract:
    """Validates frames: Polars, pandas or Arrow, which come back as what they were.

    `references` gives the data of the contracts that this one refers to, by their names: frames, streams or paths. A
    reference without data is reported as skipped. `now` is what `freshness` and `exempt` are measured against, the
    time of the call if it is not given; without a zone it is taken as UTC.
    """

    def __init__(self, plan: Mapping[str, Any], policies: PolicySet | None = None) -> None:
        self._plan = plan
        self._policies = policies
        self._plans: Mapping[str, Mapping[str, Any]] = policies.tables("contract") if policies is not None else {}
        self.name: str = plan["name"]
        self.version: str = plan["version"]
        self.calls: tuple[str, ...] = tuple(check["call"] for check in plan["calls"])
        """The functions of the operator that its rules call."""
        self._names = [name for column in plan["columns"] for name in column["names"]]
        self._made: Engine | None = None

    def validate(self, frame: Any, *, references: Given | None = None, now: datetime | None = None) -> Any:
        """The frame under the contract's names and types.

        Raises ContractViolation exactly when `collect_violations` would return something. With
        `on_violation: drop` the rows that count against a rule are left out instead. The whole frame
        is held in memory, for it is given back.
        """
        from peakguard.engines.polars.frames import to_polars

        others = self._others(references)
        data, back = to_polars(frame, self._names)
        now = _moment(now)
        evidence = self._engine().whole(data, examples=5, today=_day(now), others=others)
        verdict = verdict_of(self._plan, evidence, now)
        refusing = self._refusing(verdict)
        if refusing:
            raise self._violation(refusing)
        return back(self._result(verdict, evidence))

    def collect_violations(
        self, frame: Any, *, references: Given | None = None, now: datetime | None = None
    ) -> tuple[Violation, ...]:
        """What `validate` would raise; empty when it would not."""
        return self._refusing(self.inspect(frame, references=references, now=now))

    def inspect(self, frame: Any, *, references: Given | None = None, now: datetime | None = None) -> Verdict:
        """What became of every rule, run or skipped, whatever the contract does about it.

        Takes frames and tables, and streams of them of any length: a lazy frame, an Arrow reader.
        """
        now = _moment(now)
        evidence = self._engine().frame(frame, examples=5, today=_day(now), others=self._others(references))
        return verdict_of(self._plan, evidence, now)

    def inspect_file(
        self,
        path: str | os.PathLike[str],
        *,
        examples: int = 5,
        references: Given | None = None,
        now: datetime | None = None,
    ) -> Verdict:
        """The same for a data file, a pattern that matches several (`data/*.parquet`), or a folder of them.

        Text formats are read as the contract says. Files may be larger than memory.
        """
        now = _moment(now)
        others = self._others(references)
        evidence = self._engine().file(os.fspath(path), examples=examples, today=_day(now), others=others)
        return verdict_of(self._plan, evidence, now)

    def _others(self, references: Given | None) -> dict[str, Other]:
        """The data with the plans of their contracts. Raises PeakguardError (PG160) for what is not referred to."""
        if not references:
            return {}
        from peakguard.engines.polars.lookups import Other

        known = sorted({check["contract"] for check in self._plan["references"]})
        for name in references:
            if name not in known:
                from peakguard.diagnostics.wording import did_you_mean

                data = {"known": ", ".join(known) or "none", "suggestion": did_you_mean(name, known)}
                raise PeakguardError(codes.REFERENCE_NOT_ASKED, contract=self.name, name=name, **data)
        return {name: Other(self._plans[name], data) for name, data in references.items()}

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


def _moment(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    return now if now.tzinfo is not None else now.replace(tzinfo=UTC)


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
