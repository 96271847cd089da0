"""A fault of peakguard itself: a report to paste, never a bare traceback."""

from __future__ import annotations

import platform
import sys
import traceback
from importlib.metadata import version


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
