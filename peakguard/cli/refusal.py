"""A command that cannot be carried out as it was given."""

from collections.abc import Mapping

from peakguard.diagnostics.diagnostic import Diagnostic


class Refusal(Exception):
    """Ends a command with exit code 2; holds the findings that say why, and the texts of files that they point into."""

    def __init__(self, *findings: Diagnostic, sources: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.findings = findings
        self.sources = sources or {}
