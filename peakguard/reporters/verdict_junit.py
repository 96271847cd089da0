"""Verdicts on data as a JUnit report: a suite for each file, a case for each rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.reporters.validation import Validation, counted, gap_lines, hidden, status
from peakguard.reporters.visible import visible
from peakguard.reporters.xml_text import attribute, content
from peakguard.runtime.violation import RuleOutcome, Verdict, Violation


def render(found: Validation) -> str:
    """Rules that refuse the data are failures, lesser ones output; skipped rules and files say why."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for path, verdict in found.verdicts.items():
        lines += _suite(path, verdict)
    for path in found.unseen:
        lines += _unseen(path)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(path: str, verdict: Verdict) -> Iterator[str]:
    failures = len(verdict.violations) if verdict.is_enforced else 0
    skipped = sum(1 for rule in verdict.rules if rule.state == "skipped")
    yield _opening(path, len(verdict.rules), failures, skipped)
    yield "    <properties>"
    facts = {"contract": verdict.contract, "contract_version": verdict.version, "rows": str(verdict.rows)}
    for name, value in facts.items():
        yield f'      <property name="{name}" value={attribute(value)}/>'
    yield "    </properties>"
    for rule in verdict.rules:
        yield _case(rule, verdict)
    yield "  </testsuite>"


def _unseen(path: str) -> Iterator[str]:
    yield _opening(path, 1, 0, 1)
    reason = "stopped at the first file that breaks the contract"
    yield f'    <testcase classname="peakguard" name="validate" time="0"><skipped message="{reason}"/></testcase>'
    yield "  </testsuite>"


def _opening(path: str, tests: int, failures: int, skipped: int) -> str:
    counts = f'tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}" time="0"'
    return f"  <testsuite name={attribute(visible(path))} {counts}>"


def _case(rule: RuleOutcome, verdict: Verdict) -> str:
    opening = f'    <testcase classname={attribute(verdict.contract)} name={attribute(rule.id)} time="0"'
    if rule.state == "skipped":
        return f"{opening}><skipped message={attribute(visible(rule.reason or 'no reason given'))}/></testcase>"
    if rule.violation is None:
        said = content("\n".join(map(visible, rule.caveats)))
        return f"{opening}><system-out>{said}</system-out></testcase>" if rule.caveats else f"{opening}/>"
    text = "\n".join(_lines(rule, rule.violation))
    if not (rule.refuses and verdict.is_enforced):
        return f"{opening}><system-out>{content(text)}</system-out></testcase>"
    message, kind = visible(counted(rule, rule.violation)), rule.error or rule.severity
    return (
        f"{opening}><failure message={attribute(message)} type={attribute(kind)}>{content(text)}</failure></testcase>"
    )


def _lines(rule: RuleOutcome, violation: Violation) -> Iterator[str]:
    code = f"[{rule.error}]" if rule.error else ""
    yield visible(f"{status(rule)}{code}: {rule.id}: {counted(rule, violation)}")
    if violation.message and violation.counts != "frames":
        yield visible(violation.message)
    for example in violation.examples:
        yield f"row {example.row}: {_pairs({**example.key, **example.values})}"
    if hidden(violation) and violation.examples:
        yield f"and {hidden(violation)} more"
    yield from map(visible, gap_lines(violation))
    yield from map(visible, rule.caveats)


def _pairs(values: Mapping[str, Any]) -> str:
    return "  ".join(visible(f"{name}={'null' if value is None else value}") for name, value in values.items())
