"""Puts values into a store and says when each is acknowledged: `python -m tests.crash.writer ROOT NUMBER [MODE]`."""

from __future__ import annotations

import os
import sys

from peakguard.runtime import fsops
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store.store import Store


def _nothing(_: object) -> None:
    pass


def main(root: str, number: int, mode: str = "") -> None:
    """Values of different lengths; with a mode, a protocol that leaves something out."""
    if mode:
        fsops.sync_folder = _nothing  # type: ignore[assignment] # left out on purpose
    if mode == "no-sync":
        fsops.sync_file = _nothing  # type: ignore[assignment] # likewise
        fsops.disk.fsync = _nothing  # type: ignore[assignment] # left out on purpose
    store = Store(root)
    for each in range(number):
        try:
            store.put("k", b"%d " % each * (1 + each * 997))
        except PeakguardError as error:
            os.write(1, b"refused %s\n" % error.code.encode())
            continue
        os.write(1, b"acked %d\n" % each)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
