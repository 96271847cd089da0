"""Types of options that several commands have."""

from __future__ import annotations

import argparse

MOST = 10**9


def count(text: str) -> int:
    """A number of rows. Raises ArgumentTypeError, which argparse shows, for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows from 0 to {MOST}")
    return int(text)
