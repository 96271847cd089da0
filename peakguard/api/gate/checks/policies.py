"""The policies of the project have no finding, warnings included."""

from __future__ import annotations

from peakguard.api.gate.outcome import Outcome, number
from peakguard.api.gate.subject import Subject


def check(subject: Subject) -> Outcome:
    """Red where `peakguard check --strict` is."""
    findings = [each for each in subject.bundle.findings if each.severity in ("error", "warning")]
    if not findings:
        return Outcome("passed", f"{number(len(subject.bundle.documents), 'policy', 'policies')}, no findings")
    lines = tuple(f"{each.span}: {each.severity}[{each.code}]: {each.message}" for each in findings)
    found = f"{number(len(findings), 'finding')}, first {lines[0]}"
    return Outcome("failed", found, "Run `peakguard check --strict`, which says what to do about each", lines)
