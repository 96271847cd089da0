"""Whether peakguard itself asks: it works with the time and the random bytes of the system."""

import sys
from types import FrameType

_HERE = __name__.rpartition(".")[0]


def is_ours() -> bool:
    """Whether the code that asks is peakguard's own; replacements that call each other do not count."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 # the documented way to the caller
    name = ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if not name.startswith(_HERE):
            break
        frame = frame.f_back
    return name.startswith("peakguard.")
