"""The folder of a store: recognised by its format, or made."""

from __future__ import annotations

import os

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import Durability, make_folder, sync_folder, write_atomic
from peakguard.runtime.store.layout import FOLDERS, Layout, names_in
from peakguard.runtime.store.sealed import seal, unseal

FORMAT = 1
"""The version of the layout. A change that an older release would misread makes it one more."""


def check_format(layout: Layout) -> bool:
    """Whether there is a store. A folder that is empty, or missing, may become one.

    Raises PeakguardError: PG2042 for a store of a newer release, PG2043 for a folder that holds something else. Raises
    OSError.
    """
    version = _version(layout)
    if version is None:
        if _is_empty(layout):
            return False
        version = _version(layout)  # another process may have made the store since
        if version is None:
            raise PeakguardError(codes.STORE_FOREIGN, store=layout.root, problem="it holds files and no `format`")
    if version > FORMAT:
        raise PeakguardError(codes.STORE_NEWER, store=layout.root, version=version, known=FORMAT)
    return True


def make(layout: Layout, durability: Durability) -> None:
    """Make what is missing of a store; what another process made and did not live to sync is synced. Raises OSError."""
    if not check_format(layout):
        write_atomic(layout.format, seal({"peakguard_store": FORMAT}))
    if durability == "full":
        # Before anything else: folders without a `format` would be taken for something else.
        sync_folder(layout.root)
    for folder in FOLDERS:
        make_folder(os.path.join(layout.root, folder), durability=durability)
    if durability == "full":
        sync_folder(layout.root)
        sync_folder(os.path.dirname(os.path.abspath(layout.root)))


def _is_empty(layout: Layout) -> bool:
    """Whether a folder without a `format` holds nothing, but for what is left where a writer lost its store."""
    others = [name for name in names_in(layout.root) if not name.startswith("format.")]
    held = (layout.objects, layout.keys, layout.pins, layout.quarantine)
    return all(name in FOLDERS for name in others) and not any(names_in(folder) for folder in held)


def _version(layout: Layout) -> int | None:
    try:
        with open(layout.format, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    try:
        return int(unseal(data)["peakguard_store"])
    except (ValueError, KeyError, TypeError) as error:
        raise PeakguardError(codes.STORE_FOREIGN, store=layout.root, problem="its `format` cannot be read") from error
