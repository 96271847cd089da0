"""Damaged files are evidence: they get a second name in the quarantine, with the reason beside it.

The first name stays until a whole file takes its place. To move the file instead would race with the writer that
repairs it, and could take the repaired one away.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from peakguard.runtime.fsops import Durability, name_again, remove_if_there, sync_folder, write_atomic
from peakguard.runtime.store.layout import Layout
from peakguard.runtime.store.sealed import seal


def set_aside(
    layout: Layout, path: str, found: os.stat_result, reason: Mapping[str, Any], durability: Durability
) -> str:
    """Keep a damaged file; `found` is the state of the file that was read. Gives its path in the quarantine.

    The same file is kept once, whoever finds it. Raises OSError.
    """
    name = f"{os.path.basename(path)}-{found.st_ino:x}-{found.st_mtime_ns:x}"
    aside = os.path.join(layout.quarantine, name)
    if os.path.exists(aside):
        return aside
    write_atomic(f"{aside}.reason", seal(reason), durability=durability)
    with suppress(FileExistsError):
        if durability == "none":  # what is written in place would change what is kept
            with open(path, "rb") as file:
                write_atomic(aside, file.read(), durability="rename")
        else:
            name_again(path, aside)
        if (there := os.stat(aside)).st_nlink > 1 and there.st_ino != found.st_ino:
            remove_if_there(aside)  # a whole one has taken its place just now, and the damaged one is gone
    if durability == "full":
        sync_folder(layout.quarantine)
    return aside
