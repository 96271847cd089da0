"""What became of invariants as a JUnit report: a suite for each file, a case for each invariant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.reporters.invariants import breach_line, counted
from peakguard.reporters.visible import visible
from peakguard.reporters.xml_text import attribute, content
from peakguard.runtime.invariant import InvariantOutcome, Verification


def render(found: Mapping[str, Verification]) -> str:
    """Invariants that refuse the data are failures, lesser ones output; those never exercised say so."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for path, verification in found.items():
        lines += _suite(path, verification)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(path: str, verification: Verification) -> Iterator[str]:
    outcomes = verification.outcomes
    skipped = sum(1 for each in outcomes if each.state == "skipped")
    counts = f'tests="{len(outcomes)}" failures="{len(verification.breaches)}" errors="0" skipped="{skipped}" time="0"'
    yield f"  <testsuite name={attribute(visible(path))} {counts}>"
    for each in outcomes:
        yield _case(each, verification)
    yield "  </testsuite>"


def _case(outcome: InvariantOutcome, verification: Verification) -> str:
    opening = f'    <testcase classname={attribute(verification.policy)} name={attribute(outcome.id)} time="0"'
    if outcome.state == "skipped":
        return f"{opening}><skipped message={attribute(outcome.reason or '')}/></testcase>"
    if outcome.first is None:
        said = "never exercised" if outcome.is_idle else ""
        return f"{opening}><system-out>{said}</system-out></testcase>" if said else f"{opening}/>"
    text = visible(f"`{outcome.asks}` {breach_line(outcome.first)}")
    if not (outcome.refuses and verification.is_enforced):
        return f"{opening}><system-out>{content(text)}</system-out></testcase>"
    kind = outcome.error or outcome.severity
    told = f"message={attribute(visible(counted(outcome)))} type={attribute(kind)}"
    return f"{opening}><failure {told}>{content(text)}</failure></testcase>"
