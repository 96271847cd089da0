"""What changed in the meaning of policies is accepted with a reason, and their versions say so."""

from __future__ import annotations

from peakguard.api.difference import compare
from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.subject import Subject


def check(subject: Subject) -> Outcome:
    """Red where `peakguard diff` is: a breaking or risky change without `accept:`, or a version that is not raised."""
    base = subject.base()
    difference = compare(f"git:{base.commit}", None, subject.root)
    counted = ", ".join(f"{count} {level}" for level, count in difference.summary.items() if count)
    found = f"since {base.name} ({base.commit[:10]}): {counted or 'no change'}"
    data = {"against": base.name, "commit": base.commit, **difference.summary}
    if not difference.refused:
        return Outcome("passed", found, data=data)
    lines = tuple(f"{each.span}: {each.message}" for each in difference.refused)
    todo = f"Raise the versions, and write `accept:` with a reason: `peakguard diff {base.commit[:10]}` says where"
    return Outcome("failed", f"{found}; {len(lines)} not accepted, first {lines[0]}", todo, lines, data)
