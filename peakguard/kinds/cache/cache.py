"""A cache as programs use it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from peakguard.kinds.cache.background import in_task, in_thread
from peakguard.kinds.cache.entry import note_of
from peakguard.kinds.cache.folder import check_folder
from peakguard.kinds.cache.keeping import Keeper, now
from peakguard.kinds.cache.key import encode, shown_of
from peakguard.kinds.cache.lease import lease
from peakguard.kinds.cache.steps import Outcome, drive, drive_async, in_worker, steps
from peakguard.runtime.clock import Clock
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Entry, Pointer, Store

if TYPE_CHECKING:
    import polars as pl

    from peakguard.runtime.policy_set import PolicySet


_TRIES = 20
"""How often a reader follows a pointer whose object was evicted meanwhile."""


class Cache:
    """Frames under keys, for any number of threads and processes: whole, verified, and under the contract.

    A key is any value made of texts, numbers, times, lists, tables and the like; two that differ, in type too, are two
    keys. What is given is what was put: a frame of polars, pandas or pyarrow. `mode` is `enforce`, `observe` or `off`.

    Raises PeakguardError: PG2042 for a folder of a newer release, PG2043 for one that is no store, PG2048 for one on a
    network file system.
    """

    def __init__(
        self,
        policies: PolicySet,
        table: Mapping[str, Any],
        mode: str,
        clock: Clock,
        today: Callable[[], float] = now,
    ) -> None:
        self.name: str = table["name"]
        self.mode = mode
        self.table = table
        self.folder = os.path.join(policies.root, table["folder"])
        if not table["network"]:
            check_folder(self.name, self.folder)
        self.store = Store(self.folder, durability=table["durability"])
        self._keeper = Keeper(policies, table, self.store, clock, today)

    def get(self, key: Any, default: Any = None, *, columns: Iterable[Any] | None = None) -> Any:
        """The frame of a key while it is fresh, or some of its columns; `default` where there is none.

        Raises PeakguardError: PG2044 for a key that cannot be told from others, PG2047 for an unknown column.
        """
        if isinstance(columns, str):
            raise TypeError("`columns` is a list of names")
        found = self._keeper.look(encode("", key), None if columns is None else list(columns))
        if not found.is_answer or found.value is None or found.value.error is not None:
            return default
        return found.value.frame

    def put(self, key: Any, frame: Any) -> Any:
        """Keep a frame, and give it as the contract does. It stands when this returns.

        Raises ContractViolation for a frame that breaks the contract, and PeakguardError: PG2040 where the system
        refuses, PG2045 for what is no frame, or would come back as another.
        """
        frame = self._keeper.judging.validated(frame)
        self._keeper.put(encode("", key), shown_of(key), frame)
        return frame

    def get_or_compute(self, key: Any, compute: Callable[[], Any]) -> Any:
        """The frame of a key, or what a function gives, which is then kept; one caller at a time makes the call.

        Raises what the function raises, ContractViolation for data that break the contract, and PeakguardError as
        `put` does, but not where the system refuses: that is told by the event `cache_failed`.
        """
        return self.computed(encode("", key), shown_of(key), compute)

    async def get_or_compute_async(self, key: Any, compute: Callable[[], Awaitable[Any]]) -> Any:
        """The same for a coroutine."""
        return await self.computed_async(encode("", key), shown_of(key), compute)

    def scan(self, key: Any) -> pl.LazyFrame | None:
        """The frame of a key to be read lazily, verified now; None where there is no fresh one.

        It can be read until this process ends, whatever becomes of the key.
        """
        from peakguard.engines.polars.library import polars

        text = encode("", key)
        for _ in range(_TRIES):
            found = self._keeper.look(text, [])
            if not found.is_answer or found.value is None or found.value.error is not None:
                return None
            path = self._keeper.path(found.value.pointer)
            own = lease(self.store, path, found.value.pointer.digest) if path is not None else None
            if own is not None:
                lazy: pl.LazyFrame = polars().scan_parquet(own)
                return lazy
        return None

    def exists(self, key: Any) -> bool:
        """Whether there is a fresh frame."""
        found = self._keeper.look(encode("", key), [])
        return found.is_answer and found.value is not None and found.value.error is None

    def remove(self, key: Any) -> bool:
        """Forget a key; tells whether it had a value."""
        return self.store.remove(encode("", key))

    def clear(self) -> int:
        """Forget all keys; tells how many."""
        return sum(self.store.remove(each.key) for each in list(self.entries())) + self.store.drop_damaged()

    def entries(self) -> Iterator[Pointer]:
        """The pointers of all keys that are whole."""
        return (each for each in self.store.pointers() if not isinstance(each, PeakguardError) and note_of(each))

    def judge(self, entry: Entry) -> None:
        """Read all pages of a value, and ask the contract as it is now.

        Raises PeakguardError (PG2041) where they are damaged, ContractViolation where it is broken.
        """
        self._keeper.judge(entry)

    @property
    def counts(self) -> dict[str, int]:
        """What happened in this process: `hits`, `looks` that found nothing fresh, `stale`, `repaired`, `evictions`."""
        return self._keeper.told.counts

    def computed(self, key: str, shown: str, compute: Callable[[], Any]) -> Any:
        """`get_or_compute` with a key that is a text already, and how it is shown."""
        if self.mode != "enforce":
            return self._observed(key, shown, compute())
        keeper = self._keeper
        return drive(steps(keeper, key, shown), compute, keeper.clock, partial(in_thread, keeper, compute))

    async def computed_async(self, key: str, shown: str, compute: Callable[[], Awaitable[Any]]) -> Any:
        """The same for a coroutine."""
        if self.mode != "enforce":
            return await in_worker(partial(self._observed, key, shown, await compute()))
        keeper = self._keeper
        return await drive_async(steps(keeper, key, shown), compute, keeper.clock, partial(in_task, keeper, compute))

    def _observed(self, key: str, shown: str, frame: Any) -> Any:
        """What a call gave, as it is; `observe` looks for it and keeps it all the same."""
        if self.mode == "observe":
            try:
                found = self._keeper.look(key)
                kept: Outcome = self._keeper.keep(key, shown, frame, 0.0, found)
                if isinstance(kept.error, PeakguardError):
                    self._keeper.told.failed(key, "write", kept.error)
            except PeakguardError as error:
                self._keeper.told.failed(key, "read", error)
        return frame
