"""Writing to the standard streams without leaving anything in their buffers that could fail later."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Literal


def write_to(name: Literal["stderr", "stdout"], text: str) -> None:
    """Write a text to a standard stream, whatever that is at the time.

    A pipe that is closed would keep the text in the buffer of the stream, and Python would end the program with exit
    code 120 because of it. So the real streams are written to directly. Raises OSError or ValueError.
    """
    stream = getattr(sys, name)
    if stream is None:
        return
    if stream is not getattr(sys, f"__{name}__"):
        stream.write(text)
        stream.flush()
        return
    stream.flush()
    rest = memoryview(text.encode(stream.encoding or "utf-8", "backslashreplace"))
    while rest:
        rest = rest[os.write(stream.fileno(), rest) :]


def say(text: str) -> None:
    """Write a text to stderr, where that is possible."""
    with suppress(AttributeError, OSError, ValueError):  # no stderr, or one that is closed
        write_to("stderr", text)
