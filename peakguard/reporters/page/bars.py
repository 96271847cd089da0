"""Pass, fail and unknown as parts of a bar."""

from __future__ import annotations

from peakguard.reporters.page.markup import Markup, tag
from peakguard.runtime.violation import RuleOutcome

LEAST = 300
"""The least width of a part that is there at all, in hundredths of a percent: one row of ten million is seen."""

_WHOLE = 10_000
_NAMES = ("passed", "failed", "unknown")


def shares(*counts: int) -> tuple[int, ...]:
    """The widths of the parts in hundredths of a percent; they sum to 10,000 unless every count is 0."""
    total = sum(counts)
    if total == 0:
        return (0,) * len(counts)
    widths = [max(LEAST, count * _WHOLE // total) if count else 0 for count in counts]
    widths[widths.index(max(widths))] += _WHOLE - sum(widths)
    return tuple(widths)


def bar(rule: RuleOutcome) -> Markup:
    """The bar of a rule; one that judged nothing is empty."""
    counts = (rule.passed, rule.failed, rule.unknown)
    if rule.state == "skipped" or not any(counts):
        label = "skipped" if rule.state == "skipped" else "nothing to judge"
        return tag("div", class_="bar none", role="img", aria_label=label)
    parts = [
        tag("span", class_=name, style=f"width:{width / 100:.2f}%")
        for name, width in zip(_NAMES, shares(*counts), strict=True)
        if width
    ]
    return tag("div", *parts, class_="bar", role="img", aria_label=counts_of(rule))


def counts_of(rule: RuleOutcome, noun: str = "") -> str:
    """The three counts in words, without those that are 0; `noun` says what is counted."""
    counts = {"pass": rule.passed, "fail": rule.failed, "unknown": rule.unknown}
    told = [f"{count:,} {word}" for word, count in counts.items() if count]
    if not told:
        return "nothing to judge"
    return ", ".join(told) + (f" of {sum(counts.values()):,} {noun}" if noun else "")
