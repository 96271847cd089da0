"""Our own codes as definitions, from the generated catalog."""

from __future__ import annotations

from functools import lru_cache

from peakguard.diagnostics.catalog import CATALOG
from peakguard.runtime.failure.definition import Definition


@lru_cache(maxsize=64)
def own_definition(code: str) -> Definition:
    """What our catalog says of one of our codes."""
    entry = CATALOG[code]
    return Definition(
        code=code,
        slug=entry.slug,
        domain="peakguard",
        title=entry.title,
        category="peakguard",
        severity=entry.severity,
        message=entry.message,
        context={},
        cause=None,
        hints=(entry.hint,) if entry.hint else (),
        recovery=(),
        retryable=False,
        exit_code=1,
        http_status=500,
        also=(),
        matches=(),
        replaced_by=None,
        origin=f"peakguard {code}",
    )
