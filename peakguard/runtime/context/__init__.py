"""The run context: which run, trace and span this code belongs to, wherever it runs."""

from __future__ import annotations

from peakguard.runtime.context.scope import Context, Member, adopt, current

__all__ = ["Context", "Member", "adopt", "current"]
