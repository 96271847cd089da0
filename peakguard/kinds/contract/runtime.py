"""A compiled contract at work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.kinds.contract.settle import Settled, partition_of, quarantine_path, refusing, write_outputs
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.failure.violated import violation_of
from peakguard.runtime.rule_places import place_of
from peakguard.runtime.violation import Verdict, Violation

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.engine import Engine
    from peakguard.engines.polars.evidence import Evidence
    from peakguard.engines.polars.lookups import Other
    from peakguard.engines.polars.partition import Partition
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
        """The frame under the contract's names and types: the very one of pandas or Arrow where it has them already.

        Raises ContractViolation exactly when `collect_violations` would return something. With
        `on_violation: drop` the rows that a rule refuses are left out instead, with `quarantine` they are also
        written to a file below `.peakguard/quarantine`, of which the event `rows_quarantined` tells. The whole frame
        is held in memory, for it is given back.
        """
        from peakguard.engines.polars.frames import needs_no_way_back, rows_of, source_of, to_polars

        others = self._others(references)
        data, back = to_polars(frame, self._names)
        now = _moment(now)
        evidence = self._engine().whole(data, examples=5, today=_day(now), others=others)
        verdict = verdict_of(self._plan, evidence, now)
        refused = refusing(verdict, self._plan["on_violation"])
        self._tell(verdict, refused)
        if refused:
            raise self._violation(refused)
        aligned = self._aligned(evidence)
        is_as_it_came = needs_no_way_back(frame, data, aligned)
        if not verdict.violations or not verdict.is_enforced:
            return frame if is_as_it_came else back(aligned)
        partition = partition_of(self._plan, source_of(data), verdict)
        if self._plan["on_violation"] == "quarantine":
            self._set_aside(partition)
        from peakguard.engines.polars.partition import joined

        return rows_of(frame, partition.kept()) if is_as_it_came else back(joined(partition.good()))

    def split_file(
        self,
        path: str | os.PathLike[str],
        *,
        valid: str | os.PathLike[str] | None = None,
        quarantine: str | os.PathLike[str] | None = None,
        examples: int = 5,
        references: Given | None = None,
        now: datetime | None = None,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> Settled:
        """As `inspect_file`, and its rows written to other files: those that pass, under the names and types of the
        contract, and those that are set aside, as they came, with the rules that refuse them.

        Both files are whole or not there, and together they hold every row once. Where the data as a whole break the
        contract nothing passes, and nothing is written. `quarantine` sets rows aside whatever `on_violation` says; a
        contract that says `quarantine` does so below `.peakguard/quarantine` where no file is named. Raises
        PeakguardError (PG2020 to PG2024) for a file that cannot be written.
        """
        from peakguard.engines.polars.files import is_among, source_of
        from peakguard.engines.polars.sinks import check_form

        outputs = [os.path.abspath(each) for each in (valid, quarantine) if each is not None]
        for each in outputs:
            check_form(each)
            if is_among(each, os.fspath(path)) or outputs.count(each) > 1:
                raise PeakguardError(codes.OUTPUT_IN_USE, output=each)
        given: Any = {"examples": examples, "references": references, "now": now, "on_progress": on_progress}
        verdict = self.inspect_file(path, **given)
        says = self._plan["on_violation"]
        aside = os.fspath(quarantine) if quarantine is not None else None
        if aside is None and says == "quarantine" and verdict.violations and verdict.is_enforced:
            aside = quarantine_path(self._root(), self.name)
        partition = partition_of(self._plan, source_of(os.fspath(path)), verdict)
        wanted = os.fspath(valid) if valid is not None else None
        return Settled(verdict, write_outputs(partition, verdict, says, wanted, aside))

    def _set_aside(self, partition: Partition) -> None:
        from peakguard.engines.polars.sinks import write_batches

        written = write_batches(partition.bad(), quarantine_path(self._root(), self.name), "quarantine")
        emit(
            "rows_quarantined",
            severity="warning",
            policy_set=self._policies.digest if self._policies is not None else None,
            contract=self.name,
            rows=written.rows,
            path=written.path,
        )

    def _root(self) -> str:
        return self._policies.root if self._policies is not None else ""

    def collect_violations(
        self, frame: Any, *, references: Given | None = None, now: datetime | None = None
    ) -> tuple[Violation, ...]:
        """What `validate` would raise; empty when it would not."""
        verdict = self.inspect(frame, references=references, now=now)
        refused = refusing(verdict, self._plan["on_violation"])
        self._tell(verdict, ())
        return refused

    @property
    def places(self) -> Mapping[str, str]:
        """Where its rules are written, by their ids or the parts that they belong to: `contracts/ohlcv.yaml:12`."""
        places: Mapping[str, str] = self._plan["places"]
        return places

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
        on_progress: Callable[[int, int], object] | None = None,
    ) -> Verdict:
        """The same for a data file, a pattern that matches several (`data/*.parquet`), or a folder of them.

        Text formats are read as the contract says. Files may be larger than memory; `on_progress` hears how many rows
        of how many were read.
        """
        now = _moment(now)
        given: Any = {"examples": examples, "others": self._others(references), "on_progress": on_progress}
        evidence = self._engine().file(os.fspath(path), today=_day(now), **given)
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

    def _aligned(self, evidence: Evidence) -> pl.DataFrame:
        """All rows, under the columns as declared."""
        assert evidence.aligned is not None
        frame = evidence.aligned.frame
        return frame.hstack(list(evidence.aligned.extra)) if self._plan["extra_columns"] == "allow" else frame

    def aligned(self, frame: Any, *, is_text: bool) -> tuple[Any, list[str]]:
        """A Polars frame under the contract's names and types, and what of it could not be had, in words.

        Columns that cannot be settled are left out, and values that cannot be read are null.
        """
        from peakguard.engines.polars.align import align

        found = align(frame, self._plan, is_text=is_text)
        return found.frame, [_told(each.column, each.reason, each.rows, each.values) for each in found.faults]

    def _tell(self, verdict: Verdict, refused: Sequence[Violation]) -> None:
        """The event `contract_violated`, where anything is broken; `refused` are the violations that raise."""
        broken = refused or verdict.violations
        if not broken:
            return
        emit(
            "contract_violated",
            severity="error" if refused else "warning",
            policy_set=self._policies.digest if self._policies is not None else None,
            contract=self.name,
            version=self.version,
            code=next((each.error for each in broken if each.error), None) or self._plan["error"],
            rules=[each.rule for each in broken],
            enforced=bool(refused),
        )

    def _violation(self, violations: Sequence[Violation]) -> ContractViolation:
        code = next((each.error for each in violations if each.error), None) or self._plan["error"]
        found = self._policies.errors.find(code) if self._policies is not None else None
        digest = self._policies.digest if self._policies is not None else None
        origin = place_of(self.places, violations[0].rule)
        return violation_of(self.name, self.version, violations, code, found, digest, origin)


def _moment(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    return now if now.tzinfo is not None else now.replace(tzinfo=UTC)


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


_LONGEST = 80


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"


def _told(column: str, reason: str, rows: Sequence[int], values: Sequence[Any]) -> str:
    if not rows:
        return f"{column}: {reason}"
    first = f"row {rows[0]} holds {_shortened(repr(values[0]))}" if values else f"row {rows[0]}"
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    return f"{column}: {reason}; {first}{more}, taken as null"
