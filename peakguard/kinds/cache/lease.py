"""A second name for an object that is read later: it stays readable when the cache lets go of it."""

from __future__ import annotations

import os
from contextlib import suppress

from peakguard.runtime.fsops import name_again
from peakguard.runtime.store import Store
from peakguard.runtime.store.writers import lease_path


def lease(store: Store, path: str, digest: str) -> str:
    """The path of this process for an object, which is swept when the process is gone. Raises OSError."""
    own = lease_path(store.layout, digest)
    store.ready()
    with suppress(FileExistsError):
        name_again(path, own)
    if not os.path.samefile(path, own) and os.path.getsize(own) != os.path.getsize(path):
        raise FileNotFoundError(path)
    return own
