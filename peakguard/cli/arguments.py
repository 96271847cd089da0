"""Types of options that several commands have."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

MOST = 10**9


def count(text: str) -> int:
    """A number of rows. Raises ArgumentTypeError, which argparse shows, for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows from 0 to {MOST}")
    return int(text)


def seed(text: str) -> int:
    """The seed of a run. Raises ArgumentTypeError for what is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed: a whole number from 0 to 2^63 - 1")
    return int(text)


def length(text: str) -> float:
    """Seconds of a length of time. Raises ArgumentTypeError for what is none, or nothing."""
    from peakguard.runtime.lengths import LENGTH, nanoseconds

    if not LENGTH.fullmatch(text) or not nanoseconds(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time such as 30s or 2m")
    return nanoseconds(text) / 1e9


def reference(text: str) -> tuple[str, str]:
    """The name of a contract and the path of its data. Raises ArgumentTypeError for anything but `NAME=PATH`."""
    name, _, path = text.partition("=")
    if not (name and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PATH")
    return name, path


def moment(text: str) -> datetime:
    """A moment; without a zone it is in UTC. Raises ArgumentTypeError for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-01-02T00:00:00Z") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
