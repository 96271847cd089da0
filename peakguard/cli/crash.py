"""What no command expected: an error of our catalog becomes a finding, a fault of peakguard a report to paste."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version

from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError


def refusal_of(error: BaseException, arguments: Sequence[str]) -> Refusal | None:
    """The finding that an error of our own catalog is, at the command; None for a fault of peakguard."""
    if not isinstance(error, PeakguardError) or not error.code.startswith("PG"):
        return None
    findings = getattr(error, "diagnostics", ())
    place = Span.whole(" ".join(["peakguard", *arguments[:1]]))
    return Refusal(*(findings or [found(error.code, place, **error.context)]))


def print_crash(error: BaseException, arguments: list[str]) -> None:
    """What to send us, on stderr."""
    lines = [
        "peakguard has a fault; please report it with the lines below.",
        "",
        f"peakguard {version('peakguard')}, Python {platform.python_version()}, {platform.system()}",
        f"arguments: {arguments}",
        *(line.rstrip("\n") for line in traceback.format_exception(error)),
    ]
    sys.stderr.write("\n".join(lines) + "\n")
