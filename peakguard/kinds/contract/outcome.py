"""One frame under one plan: which rules run, what they count, and which rows speak against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.align import Fault, align
from peakguard.engines.polars.evaluate import Counted, evaluate, without_rows
from peakguard.engines.polars.examples import cells, examples_of, group_examples
from peakguard.engines.polars.exempt import exempted
from peakguard.runtime.violation import RuleOutcome, Verdict, Violation

if TYPE_CHECKING:
    import polars as pl

_REFUSING = ("error", "halt")


class Inspector:
    """Judges a frame once; `examples` bounds how many rows each violation shows with their values."""

    def __init__(self, plan: Mapping[str, Any], frame: pl.DataFrame, *, is_text: bool, examples: int = 5) -> None:
        self._plan = plan
        self._examples = examples
        self._height = frame.height
        self._aligned = align(frame, plan, is_text=is_text)
        self._today = datetime.now(UTC).date().isoformat()

    def verdict(self) -> Verdict:
        """Every rule of the plan, run or skipped."""
        rules = (*self._schema(), *self._whole(), *self._checks(), *self._references())
        is_enforced = self._plan["mode"] == "enforce" and self._plan["on_violation"] != "observe"
        return Verdict(self._plan["name"], self._plan["version"], self._height, rules, is_enforced)

    def result(self, verdict: Verdict) -> pl.DataFrame:
        """The frame that `validate` returns: columns as declared, refused rows dropped where that is asked."""
        frame = self._aligned.frame
        if self._plan["extra_columns"] == "allow":
            frame = frame.hstack(list(self._aligned.extra))
        refused = {row for violation in verdict.violations for row in violation.rows}
        if self._plan["on_violation"] != "drop" or not refused:
            return frame
        return frame[[row for row in range(self._height) if row not in refused]]

    def _schema(self) -> Iterator[RuleOutcome]:
        for fault in self._aligned.faults:
            yield self._fault(fault)
        if self._aligned.extra and self._plan["extra_columns"] == "forbid":
            names = ", ".join(series.name for series in self._aligned.extra)
            yield self._frame_outcome("extra_columns", fits=False, reason=f"not declared: {names}")

    def _fault(self, fault: Fault) -> RuleOutcome:
        error = fault.error or self._plan["error"]
        if not fault.rows:
            return self._frame_outcome(fault.id, fits=False, reason=fault.reason, error=error)
        failed = len(fault.rows)
        shown = cells(self._aligned.frame, fault.rows[: self._examples], self._plan["key"], fault.column, fault.values)
        violation = Violation(fault.id, error, "error", fault.reason, failed, 0, fault.rows, shown)
        passed = self._height - failed
        return RuleOutcome(fault.id, error, "error", "run", None, passed, failed, 0, violation, refuses=True)

    def _whole(self) -> Iterator[RuleOutcome]:
        """Demands on the frame as a whole: it passes or fails once."""
        if self._plan["rows"] is not None:
            least, most = self._plan["rows"]
            fits = (least is None or self._height >= least) and (most is None or self._height <= most)
            yield self._frame_outcome("rows", fits=fits, reason=f"there are {self._height} rows")
        if self._plan["freshness"] is not None:
            yield self._freshness(*self._plan["freshness"])

    def _freshness(self, column: str, max_age: int) -> RuleOutcome:
        if column in self._aligned.absent:
            return _skip("freshness", "error", None, self._aligned.absent[column])
        from peakguard.engines.polars.freshness import age_of_newest

        age = age_of_newest(self._aligned.frame[column], datetime.now(UTC))
        if age is None:
            return self._frame_outcome("freshness", fits=False, reason="no row has a time")
        reason = f"the newest row is {age // 10**9} s old"
        return self._frame_outcome("freshness", fits=age <= max_age, reason=reason)

    def _checks(self) -> Iterator[RuleOutcome]:
        runnable, outcomes = [], {}
        for check in self._plan["checks"]:
            missing = [name for name in (*check["reads"], *check["within"]) if name in self._aligned.absent]
            if check["mode"] == "off":
                outcomes[check["id"]] = _skip(check["id"], check["severity"], check["error"], "mode is off")
            elif missing:
                reason = self._aligned.absent[missing[0]]
                outcomes[check["id"]] = _skip(check["id"], check["severity"], check["error"], reason)
            else:
                runnable.append(check)
        for check, counted in zip(runnable, evaluate(self._aligned.frame, runnable), strict=True):
            outcomes[check["id"]] = self._judge(check, self._excused(check, counted))
        yield from (outcomes[check["id"]] for check in self._plan["checks"])

    def _excused(self, check: Mapping[str, Any], counted: Counted) -> Counted:
        """Cells that could not be read are one fault, not a missing value as well; exempted rows are accepted."""
        unread = next((f.rows for f in self._aligned.faults if check["id"] == f"columns.{f.column}.not_null"), ())
        exemptions = [
            key for rule, key, until in self._plan["exempt"] if check["id"] == f"rules.{rule}" and until >= self._today
        ]
        excused = {*unread, *(row for key in exemptions for row in exempted(self._aligned.frame, key))}
        return without_rows(counted, excused) if excused and counted.against else counted

    def _judge(self, check: Mapping[str, Any], counted: Counted) -> RuleOutcome:
        error = check["error"] or self._plan["error"]
        total = counted.passed + counted.failed + counted.unknown
        against = len(counted.against)
        violation = self._violation(check, counted, error) if against else None
        is_enforced = check["severity"] in _REFUSING and check["mode"] == "enforce"
        refuses = is_enforced and against > check["max_fail_rate"] * total
        counts = (counted.passed, counted.failed, counted.unknown)
        return RuleOutcome(check["id"], error, check["severity"], "run", None, *counts, violation, refuses)

    def _violation(self, check: Mapping[str, Any], counted: Counted, error: str | None) -> Violation:
        first = counted.against[: self._examples]
        if check["form"] == "row":
            shown = examples_of(self._aligned.frame, first, self._plan["key"], check["reads"])
            counts, rows = "rows", counted.against
        elif check["within"]:
            shown = group_examples(self._aligned.frame, first, check["within"])
            counts, rows = "groups", counted.against
        else:
            shown, counts, rows = (), "frames", ()
        head = (check["id"], error, check["severity"], check["message"])
        return Violation(*head, counted.failed, counted.unknown, rows, shown, counts)

    def _references(self) -> Iterator[RuleOutcome]:
        for column, (contract, _) in self._plan["references"].items():
            yield _skip(f"references.{column}", "error", None, f"the data of contract {contract} is not at hand")

    def _frame_outcome(self, name: str, *, fits: bool, reason: str, error: str | None = None) -> RuleOutcome:
        error = error or self._plan["error"]
        violation = None if fits else Violation(name, error, "error", reason, 1, 0, (), (), "frames")
        return RuleOutcome(name, error, "error", "run", None, int(fits), int(not fits), 0, violation, refuses=not fits)


def _skip(name: str, severity: str, error: str | None, reason: str) -> RuleOutcome:
    return RuleOutcome(name, error, severity, "skipped", reason, 0, 0, 0, None, refuses=False)
