"""What came of a gate as a JUnit report: a case for each check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.reporters.gate_words import SLOW, over_budget
from peakguard.reporters.visible import visible
from peakguard.reporters.xml_text import attribute, content


def render(found: Mapping[str, Any]) -> str:
    """One suite; what is failed or undecided is a failure, what is skipped says why."""
    cases = list(_cases(found))
    red = sum(1 for row in found["checks"] if row["state"] in ("failed", "inconclusive")) + int(found["over_budget"])
    skipped = sum(1 for row in found["checks"] if row["state"] == "skipped")
    counts = f'tests="{len(cases)}" failures="{red}" errors="0" skipped="{skipped}" time="{found["seconds"]:.3f}"'
    name = attribute(f"peakguard gate {found['gate']} {found['profile']}")
    head = f"  <testsuite name={name} {counts}>"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", head, *cases, "  </testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _cases(found: Mapping[str, Any]) -> Iterator[str]:
    for row in found["checks"]:
        yield _case(row)
    late = over_budget(found)
    if late is not None:
        yield _case({"check": "budget", "state": "failed", "seconds": 0.0, "found": late, "todo": SLOW, "details": ()})


def _case(row: Mapping[str, Any]) -> str:
    opening = f'    <testcase classname="peakguard.gate" name={attribute(row["check"])} time="{row["seconds"]:.3f}"'
    message = attribute(visible(row["found"]))
    text = content("\n".join(map(visible, (row["found"], *row["details"], *filter(None, [row["todo"]])))))
    if row["state"] == "skipped":
        return f"{opening}><skipped message={message}/></testcase>"
    if row["state"] == "passed":
        return f"{opening}><system-out>{text}</system-out></testcase>"
    return f'{opening}><failure message={message} type="{row["state"]}">{text}</failure></testcase>'
