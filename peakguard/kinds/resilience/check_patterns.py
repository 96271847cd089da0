"""Errors that a policy names in vain: it lets them through, or one part does not count what another repeats."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.resilience.facts import patterns_of
from peakguard.kinds.resilience.model import Resilience, Resiliences
from peakguard.kinds.resilience.patterns import covers, lets_through
from peakguard.language.document import Document
from peakguard.syntax.node import Path


def check_patterns(document: Document[Resiliences], at: Path, policy: Resilience) -> Iterator[Diagnostic]:
    """Findings about the errors that one policy names."""
    for path, pattern in patterns_of(policy):
        if lets_through(pattern):
            yield found(codes.PATTERN_LET_THROUGH, document.span(*at, *path), pattern=pattern)
    if policy.retry is None or policy.breaker is None:
        return
    for index, pattern in enumerate(policy.retry.on):
        ignored = next((each for each in policy.breaker.ignore if covers(each, pattern)), None)
        if ignored is not None:
            data = {"pattern": pattern, "ignored": ignored, "attempts": policy.retry.max_attempts}
            yield found(codes.RETRIED_NOT_COUNTED, document.span(*at, "retry", "on", index), **data)
