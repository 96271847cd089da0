"""Evidence under a plan: what became of every rule, run or skipped, and which rows speak against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.wording import message
from peakguard.engines.polars.evidence import missing
from peakguard.runtime.violation import RuleOutcome, Verdict, Violation

if TYPE_CHECKING:
    from peakguard.engines.polars.align import Fault
    from peakguard.engines.polars.evidence import Evidence
    from peakguard.engines.polars.expressions import Counted

_REFUSING = ("error", "halt")


def verdict_of(plan: Mapping[str, Any], evidence: Evidence, now: datetime) -> Verdict:
    """Every rule of the plan; `now` is what freshness is measured against."""
    judge = _Judge(plan, evidence)
    rules = (*judge.schema(), *judge.whole(now), *judge.checks(), *judge.calls(), *judge.references())
    is_enforced = plan["mode"] == "enforce" and plan["on_violation"] != "observe"
    return Verdict(plan["name"], plan["version"], evidence.height, rules, is_enforced)


class _Judge:
    def __init__(self, plan: Mapping[str, Any], evidence: Evidence) -> None:
        self._plan = plan
        self._evidence = evidence
        self._height = evidence.height

    def schema(self) -> Iterator[RuleOutcome]:
        for fault in self._evidence.faults:
            yield self._fault(fault)
        if self._evidence.extra and self._plan["extra_columns"] == "forbid":
            names = ", ".join(self._evidence.extra)
            yield self._frame_outcome("extra_columns", fits=False, reason=f"not declared: {names}")
        if self._plan["column_order"] == "declared":
            yield self._column_order()
        for note in self._evidence.notes:
            yield RuleOutcome(
                note.id, None, "info", "run", None, self._height, 0, 0, None, refuses=False, note=note.text
            )

    def _column_order(self) -> RuleOutcome:
        arranged = self._evidence.arranged
        declared = [column["name"] for column in self._plan["columns"] if column["name"] in arranged]
        wrong = next((pair for pair in zip(arranged, declared, strict=True) if pair[0] != pair[1]), None)
        reason = f"`{wrong[0]}` stands where `{wrong[1]}` should" if wrong is not None else ""
        return self._frame_outcome("column_order", fits=wrong is None, reason=reason)

    def _fault(self, fault: Fault) -> RuleOutcome:
        error = fault.error or self._plan["error"]
        if not fault.rows:
            return self._frame_outcome(fault.id, fits=False, reason=fault.reason, error=error)
        failed = len(fault.rows)
        shown = self._evidence.examples[fault.id]
        violation = Violation(fault.id, error, "error", fault.reason, failed, 0, fault.rows, shown)
        passed = self._height - failed
        return RuleOutcome(fault.id, error, "error", "run", None, passed, failed, 0, violation, refuses=True)

    def whole(self, now: datetime) -> Iterator[RuleOutcome]:
        """Demands on the frame as a whole: it passes or fails once."""
        if self._plan["rows"] is not None:
            least, most = self._plan["rows"]
            fits = (least is None or self._height >= least) and (most is None or self._height <= most)
            yield self._frame_outcome("rows", fits=fits, reason=f"there are {self._height} rows")
        if self._plan["freshness"] is not None:
            column, max_age = self._plan["freshness"]
            yield self._freshness(column, max_age, now)

    def _freshness(self, column: str, max_age: int, now: datetime) -> RuleOutcome:
        if column in self._evidence.absent:
            return _skip("freshness", "error", None, self._evidence.absent[column])
        if self._evidence.newest is None:
            return self._frame_outcome("freshness", fits=False, reason="no row has a time")
        from peakguard.engines.polars.freshness import age_of

        age = age_of(self._evidence.newest, now)
        reason = f"the newest row is {age // 10**9} s old"
        return self._frame_outcome("freshness", fits=age <= max_age, reason=reason)

    def checks(self) -> Iterator[RuleOutcome]:
        for check in self._plan["checks"]:
            if check["mode"] == "off":
                yield _skip(check["id"], check["severity"], check["error"], "mode is off")
            elif (name := missing(check, self._evidence.absent)) is not None:
                yield _skip(check["id"], check["severity"], check["error"], self._evidence.absent[name])
            else:
                yield self._judge(check, self._evidence.counted[check["id"]])

    def _judge(self, check: Mapping[str, Any], counted: Counted) -> RuleOutcome:
        error = check["error"] or self._plan["error"]
        total = counted.passed + counted.failed + counted.unknown
        against = len(counted.against)
        violation = self._violation(check, counted, error) if against else None
        is_enforced = check["severity"] in _REFUSING and check["mode"] == "enforce"
        refuses = is_enforced and against > check["max_fail_rate"] * total
        counts = (counted.passed, counted.failed, counted.unknown)
        outcome = RuleOutcome(check["id"], error, check["severity"], "run", None, *counts, violation, refuses)
        if check["id"] in self._evidence.by_statistics:
            return outcome._replace(by_statistics=True)
        number = self._evidence.sampled.get(check["id"])
        return outcome if number is None else outcome._replace(sampled=(number, self._height))

    def _violation(self, check: Mapping[str, Any], counted: Counted, error: str | None) -> Violation:
        head = (check["id"], error, check["severity"], check["message"], counted.failed, counted.unknown)
        shown = self._evidence.examples.get(check["id"], ())
        if check["form"] == "row":
            return Violation(*head, counted.against, shown, "rows", self._evidence.gaps.get(check["id"]))
        if check["within"]:
            return Violation(*head, counted.against, shown, "groups")
        return Violation(*head, (), (), "frames")

    def calls(self) -> Iterator[RuleOutcome]:
        """Rules that call a function of the operator, which may have no verdict to give."""
        for check in self._plan["calls"]:
            yield self._called(check)._replace(unproven=check["call"])

    def _called(self, check: Mapping[str, Any]) -> RuleOutcome:
        if check["mode"] == "off":
            return _skip(check["id"], check["severity"], check["error"], "mode is off")
        if (name := missing(check, self._evidence.absent)) is not None:
            return _skip(check["id"], check["severity"], check["error"], self._evidence.absent[name])
        problem = self._evidence.problems.get(check["id"])
        if problem is None:
            return self._judge(check, self._evidence.counted[check["id"]])
        # There are no rows to blame, and no rate of them to tolerate: the fault is in the function.
        reason = message(codes.CALL_FAILED, {"function": check["call"], "problem": problem})
        outcome = self._frame_outcome(check["id"], fits=False, reason=reason, error=codes.CALL_FAILED)
        refuses = check["severity"] in _REFUSING and check["mode"] == "enforce"
        violation = outcome.violation._replace(severity=check["severity"]) if outcome.violation is not None else None
        return outcome._replace(severity=check["severity"], violation=violation, refuses=refuses)

    def references(self) -> Iterator[RuleOutcome]:
        for check in self._plan["references"]:
            if (name := missing(check, self._evidence.absent)) is not None:
                yield _skip(check["id"], check["severity"], check["error"], self._evidence.absent[name])
            elif check["id"] not in self._evidence.counted:
                reason = f"the data of contract {check['contract']} is not at hand"
                yield _skip(check["id"], check["severity"], check["error"], reason)
            else:
                yield self._judge(check, self._evidence.counted[check["id"]])

    def _frame_outcome(self, name: str, *, fits: bool, reason: str, error: str | None = None) -> RuleOutcome:
        error = error or self._plan["error"]
        violation = None if fits else Violation(name, error, "error", reason, 1, 0, (), (), "frames")
        return RuleOutcome(name, error, "error", "run", None, int(fits), int(not fits), 0, violation, refuses=not fits)


def _skip(name: str, severity: str, error: str | None, reason: str) -> RuleOutcome:
    return RuleOutcome(name, error, severity, "skipped", reason, 0, 0, 0, None, refuses=False)
