"""A second name for an object that is read later: it stays readable when the cache lets go of it."""

from __future__ import annotations

import os
from contextlib import suppress

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import name_again
from peakguard.runtime.store import Store
from peakguard.runtime.store.writers import lease_path


def lease(store: Store, path: str, digest: str) -> str | None:
    """The path of this process for an object, swept when the process is gone; None where the object is gone.

    A file that took the place of a damaged one gets a path of its own. Raises PeakguardError (PG2040).
    """
    store.ready()
    try:
        own = lease_path(store.layout, digest, os.stat(path))
        with suppress(FileExistsError):
            name_again(path, own)
        return own if os.path.samefile(path, own) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PeakguardError(codes.STORE_REFUSED, store=store.layout.root, file=path, reason=reason) from error
