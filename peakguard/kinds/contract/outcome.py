"""One frame under one plan: which rules run, what they count, and which rows speak against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.align import Aligned, align
from peakguard.engines.polars.evaluate import Counted, evaluate
from peakguard.engines.polars.examples import examples_of
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
        self._aligned: Aligned = align(frame, plan, is_text=is_text)

    def verdict(self) -> Verdict:
        """Every rule of the plan, run or skipped."""
        rules = (*self._schema(), *self._whole(), *self._checks(), *self._skipped())
        return Verdict(self._plan["name"], self._plan["version"], self._height, rules)

    def result(self, verdict: Verdict) -> pl.DataFrame:
        """The frame that `validate` returns: extra columns as declared, refused rows dropped where that is asked."""
        frame = self._aligned.frame
        if self._plan["on_violation"] != "drop":
            return frame
        refused = sorted({row for violation in verdict.violations for row in violation.rows})
        keep = [row for row in range(self._height) if row not in set(refused)]
        return frame[keep] if refused else frame

    def _schema(self) -> Iterator[RuleOutcome]:
        for fault in self._aligned.faults:
            failed = len(fault.rows) or self._height
            violation = Violation(
                fault.id, fault.error or self._plan["error"], "error", fault.reason, failed, 0, fault.rows, ()
            )
            passed = self._height - failed
            yield RuleOutcome(
                fault.id, violation.error, "error", "run", None, passed, failed, 0, violation, refuses=True
            )
        if self._aligned.extra and self._plan["extra_columns"] == "forbid":
            names = ", ".join(self._aligned.extra)
            violation = Violation("extra_columns", self._plan["error"], "error", f"not declared: {names}", 1, 0, (), ())
            yield RuleOutcome("extra_columns", violation.error, "error", "run", None, 0, 1, 0, violation, refuses=True)

    def _whole(self) -> Iterator[RuleOutcome]:
        """Demands on the frame as a whole: it passes or fails once."""
        if self._plan["rows"] is not None:
            least, most = self._plan["rows"]
            fits = (least is None or self._height >= least) and (most is None or self._height <= most)
            yield self._once("rows", fits, f"{self._height} rows")
        if self._plan["freshness"] is not None:
            yield self._freshness(*self._plan["freshness"])

    def _freshness(self, column: str, max_age: int) -> RuleOutcome:
        if column in self._aligned.absent:
            return self._skip("freshness", "error", None, self._aligned.absent[column])
        from peakguard.engines.polars.freshness import age_of_newest

        age = age_of_newest(self._aligned.frame[column], datetime.now(UTC))
        if age is None:
            return self._once("freshness", fits=False, reason="no row has a time")
        return self._once("freshness", age <= max_age, f"the newest row is {age // 10**9} s old")

    def _checks(self) -> Iterator[RuleOutcome]:
        runnable, outcomes = [], {}
        for check in self._plan["checks"]:
            missing = [name for name in check["reads"] if name in self._aligned.absent]
            if check["mode"] == "off":
                outcomes[check["id"]] = self._skip(check["id"], check["severity"], check["error"], "mode is off")
            elif missing:
                reason = self._aligned.absent[missing[0]]
                outcomes[check["id"]] = self._skip(check["id"], check["severity"], check["error"], reason)
            else:
                runnable.append(check)
        for check, counted in zip(runnable, evaluate(self._aligned.frame, runnable), strict=True):
            outcomes[check["id"]] = self._judge(check, counted)
        yield from (outcomes[check["id"]] for check in self._plan["checks"])

    def _judge(self, check: Mapping[str, Any], counted: Counted) -> RuleOutcome:
        error = check["error"] or self._plan["error"]
        total = counted.passed + counted.failed + counted.unknown
        against = len(counted.against)
        violation = None
        if against:
            shown = examples_of(
                self._aligned.frame, counted.against[: self._examples], self._plan["key"], check["reads"]
            )
            violation = Violation(
                check["id"], error, check["severity"], check["message"],
                counted.failed, counted.unknown, counted.against, shown,
            )  # fmt: skip # one field a line hides the call
        refuses = (
            check["severity"] in _REFUSING and check["mode"] == "enforce" and against > check["max_fail_rate"] * total
        )
        return RuleOutcome(
            check["id"], error, check["severity"], "run", None,
            counted.passed, counted.failed, counted.unknown, violation, refuses,
        )  # fmt: skip # one field a line hides the call

    def _skipped(self) -> Iterator[RuleOutcome]:
        for column, (contract, _) in self._plan["references"].items():
            yield self._skip(f"references.{column}", "error", None, f"the data of contract {contract} is not at hand")

    def _once(self, name: str, fits: bool, reason: str) -> RuleOutcome:
        error = self._plan["error"]
        violation = None if fits else Violation(name, error, "error", reason, 1, 0, (), ())
        return RuleOutcome(name, error, "error", "run", None, int(fits), int(not fits), 0, violation, not fits)

    @staticmethod
    def _skip(name: str, severity: str, error: str | None, reason: str) -> RuleOutcome:
        return RuleOutcome(name, error, severity, "skipped", reason, 0, 0, 0, None, refuses=False)
