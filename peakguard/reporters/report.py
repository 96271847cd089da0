"""What a reporter is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.diagnostics.span import Span


class Report(NamedTuple):
    """Sorted findings, the texts of the files they point into, and what was counted."""

    diagnostics: Sequence[Diagnostic]
    sources: Mapping[str, str]
    files: int
    suppressed: int = 0

    def line(self, span: Span) -> str:
        """The first line of a span; empty for a whole file or one whose text is not at hand."""
        text = self.sources.get(span.file)
        if text is None or not span.line:
            return ""
        from peakguard.syntax.source import Source

        return Source(span.file, text).line(span.line)
