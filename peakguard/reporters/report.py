"""What a reporter is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakguard.diagnostics.diagnostic import Diagnostic


class Report(NamedTuple):
    """Sorted findings, the texts of the files they point into, and what was counted."""

    diagnostics: Sequence[Diagnostic]
    sources: Mapping[str, str]
    files: int
    suppressed: int = 0
