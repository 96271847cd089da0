"""A name that no policy has."""

from __future__ import annotations

from collections.abc import Sequence

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError


def unknown_policy(kind: str, name: str, known: Sequence[str]) -> PeakguardError:
    """The error (PG2005) for a name of a kind, with those that there are."""
    from peakguard.diagnostics.wording import did_you_mean

    suggestion = did_you_mean(name, known)
    data = {"kind": kind, "name": name, "known": ", ".join(known) or "none", "suggestion": suggestion}
    return PeakguardError(codes.UNKNOWN_POLICY, **data)
