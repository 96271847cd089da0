"""Under each planted fault of the scenarios the program ends as its policy expects."""

from __future__ import annotations

import json
from typing import Any

from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.subject import Subject


def check(subject: Subject) -> Outcome:
    """Red where a fault ends otherwise than expected, never comes, or the program cannot be run without faults."""
    faults: list[dict[str, Any]] = []
    for scenario in subject.table["chaos"]:
        subject.told(f"chaos: {scenario}")
        done = subject.peakguard("chaos", scenario, "--root", subject.root, "--format", "json")
        if done.code is None:
            found = f"scenario {scenario} was stopped: the budget is used up"
            return Outcome("failed", found, "Name fewer scenarios, or raise the budget", _lines(faults))
        try:
            report: dict[str, Any] = json.loads(done.out)
        except ValueError:
            found, todo = f"{scenario}: {done.last_words}", f"Run `peakguard chaos {scenario}`"
            return Outcome("failed", found, todo, tuple(done.errors.splitlines()))
        faults += [{"scenario": scenario, **each} for each in report["faults"]]
    wrong = [each for each in faults if not each["ok"]]
    found = f"{len(faults) - len(wrong)} of {len(faults)} faults end as expected"
    data = {"faults": len(faults), "unexpected": len(wrong)}
    if not wrong:
        return Outcome("passed", found, data=data)
    return Outcome("failed", f"{found}; {_line(wrong[0])}", f"Run `{wrong[0]['repeat']}`", _lines(wrong), data)


def _lines(faults: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(map(_line, faults))


def _line(fault: dict[str, Any]) -> str:
    expected = " or ".join(fault["expected"])
    return f"{fault['scenario']}.{fault['fault']}: {fault['verdict']}, expected {expected}: {fault['because']}"
