"""The tests of policies pass, and have shown each rule passing, failing and, where it can be, unknown."""

from __future__ import annotations

import json
from typing import Any

from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.subject import Subject


def check(subject: Subject) -> Outcome:
    """Red where a case fails, or less of the rules was shown than should be."""
    least = subject.table["rule_tests"]["min_coverage"]
    done = subject.peakguard("test", "--format", "json", "--root", subject.root)
    if done.code is None:
        return Outcome("failed", "stopped: the budget is used up", "Raise the budget, or run them in another profile")
    try:
        report: dict[str, Any] = json.loads(done.out)
    except ValueError:
        return Outcome("failed", done.last_words, "Run `peakguard test`", tuple(done.errors.splitlines()))
    failed = [each for each in report["cases"] if not each["ok"]]
    coverage = report["coverage"]
    found = f"{len(report['cases'])} cases, {coverage['share']:.1%} of what rules can say was shown"
    data = {"cases": len(report["cases"]), "failed": len(failed), "share": coverage["share"]}
    if failed:
        lines = tuple(line for case in failed for line in _lines(case))
        return Outcome("failed", f"{len(failed)} of {found}", "`peakguard test` shows what came instead", lines, data)
    if coverage["share"] < least:
        lines = tuple(
            f"{each['policy']}: {each['rule']}: {', '.join(each['outcomes'])}" for each in coverage["missing"]
        )
        todo = "Write cases for what was never shown; `peakguard test --coverage` lists it"
        return Outcome("failed", f"{found}, at least {least:.0%}", todo, lines, data)
    return Outcome("passed", found, data=data)


def _lines(case: dict[str, Any]) -> list[str]:
    place = f"{case['file']}:{case['line']}"
    return [f"{place}: {case['name'] or case['number']}: {each['what']}" for each in case["mismatches"]]
