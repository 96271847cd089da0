"""A cache for code that has a class of its own today, with `save`, `load`, `exists` and `clear`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from peakguard.kinds.cache.cache import Cache
from peakguard.runtime.clock import REAL
from peakguard.runtime.policy_set import PolicySet

_SETTINGS: Mapping[str, Any] = {
    "contract": None, "ttl": None, "stale_while_revalidate": None, "stale_if_error": None, "negative": None,
    "max_size": None, "max_entries": None, "wait": 60.0, "durability": "full", "verify": "first_open",
    "compression": "zstd", "on_corrupt": "quarantine", "network": False,
}  # fmt: skip # a cache that no policy speaks of


class ParquetCache:
    """Frames under names in a folder: `ParquetCache("data_cache")`, or `ParquetCache(cache=policies.cache("bars"))`.

    What is saved is whole, survives a power cut, and comes back as what it was: a frame of pandas, polars or pyarrow.
    Raises PeakguardError: PG2042 and PG2043 for a folder that is no store of this release, PG2048 on a network.
    """

    def __init__(self, cache_dir: str | os.PathLike[str] | None = None, *, cache: Cache | None = None) -> None:
        if (cache_dir is None) == (cache is None):
            raise TypeError("give either the folder or the cache of a policy")
        self.cache = cache if cache is not None else _of_folder(os.fspath(cache_dir or ""))

    def save(self, frame: Any, key: str) -> None:
        """Keep a frame; `save(key, frame)` does as well.

        Raises PeakguardError (PG2040, PG2045), and ContractViolation under a contract.
        """
        if isinstance(frame, str) and not isinstance(key, str):
            frame, key = key, frame
        self.cache.put(key, frame)

    def load(self, key: str) -> Any:
        """The frame of a name; None where there is none. A damaged one is kept as evidence, and counts as none."""
        return self.cache.get(key)

    def exists(self, key: str) -> bool:
        """Whether there is a frame of that name."""
        return self.cache.exists(key)

    def clear(self, key: str | None = None) -> int:
        """Forget a frame, or all of them; tells how many."""
        return self.cache.clear() if key is None else int(self.cache.remove(key))


def _of_folder(folder: str) -> Cache:
    name = os.path.basename(os.path.abspath(folder)) or "cache"
    table = {**_SETTINGS, "name": name, "folder": os.path.abspath(folder)}
    return Cache(PolicySet({}, "", ""), table, "enforce", REAL)
