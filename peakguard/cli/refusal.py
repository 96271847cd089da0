"""A command that cannot be carried out as it was given."""

from peakguard.diagnostics.diagnostic import Diagnostic


class Refusal(Exception):
    """Ends a command with exit code 2; holds the findings that say why."""

    def __init__(self, *findings: Diagnostic) -> None:
        super().__init__()
        self.findings = findings
