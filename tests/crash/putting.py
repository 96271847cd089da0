"""One operation, in a process of its own: `python -m tests.crash.putting STORE VALUE [MUTANT [OPERATION]]`.

It says `acknowledged` when it is done; a put unless another is named.

After a put elsewhere, which imports everything, comes the marker: a file that is not there. The calls after it are
those of the operation alone. The mutants are of a store that syncs less.
"""

from __future__ import annotations

import os
import sys
import tempfile

from peakguard.runtime import fsops
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store

MARKER = "/peakguard-marker"


class SyncsLess:
    """The system, whose fsync does nothing: for folders, or for all."""

    def __init__(self, mutant: str) -> None:
        self._mutant = mutant

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        is_folder = os.path.isdir(f"/proc/self/fd/{descriptor}")
        if self._mutant == "folders" and not is_folder:
            os.fsync(descriptor)


def act(store: Store, does: str, value: bytes) -> None:
    """One public operation on the key `a`."""
    match does:
        case "remove":
            store.remove("a")
        case "describe":
            pointer = store.pointer("a")
            assert pointer is not None
            store.describe(pointer, {"note": "new"})
        case "collect":
            store.collect(grace=0)
        case "pin":
            store.pin("run", [])
        case _:
            store.put("a", value)


def main(root: str, value: str, mutant: str = "", does: str = "put") -> int:
    """Do it and say so; 1 for an error that is of the catalog."""
    if mutant:
        vars(fsops)["system"] = SyncsLess(mutant)
    with tempfile.TemporaryDirectory() as folder:
        Store(folder).put("a", b"")  # what is imported late is imported now
        act(Store(folder), does, b"")
    os.path.exists(MARKER)
    try:
        act(Store(root), does, value.encode())
    except PeakguardError as error:
        print(error.code, flush=True)
        return 1
    os.write(1, b"acknowledged\n")
    return 0


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))
