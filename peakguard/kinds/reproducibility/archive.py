"""Recorded runs of a project, in `.peakguard/runs`: manifests under their run ids, and what they name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.reproducibility import manifest as manifests
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Pointer, Store
from peakguard.runtime.store.collect import Collected


class Archive:
    """The runs in a folder. Every method raises PeakguardError as the store does."""

    def __init__(self, folder: str) -> None:
        # A crash of the program loses nothing; a power cut may lose a record, which is worth no wait at every run.
        self._store = Store(folder, durability="rename")

    def add(self, data: bytes) -> str:
        """Keep some content, and give its digest."""
        return self._store.add(data)

    def content(self, digest: str) -> bytes | None:
        """What was kept under a digest, None where it was not."""
        return self._store.object(digest)

    def save(self, manifest: Mapping[str, Any], digests: list[str]) -> None:
        """Keep a manifest, and the contents that it names for as long."""
        run = manifest["run_id"]
        self._store.pin(run, digests)
        meta = {name: manifest[name] for name in ("name", "seed", "level", "fingerprint", "began", "seconds", "ended")}
        self._store.put(run, manifests.encode(manifest), meta)

    def load(self, run: str) -> dict[str, Any]:
        """The manifest of a run, named by its id, the first digits of it, or `last`.

        Raises PeakguardError: PG2101 where there is none, PG2102 for one that cannot be used.
        """
        pointer = self.find(run)
        entry = self._store.get(pointer.key)
        if entry is None:
            raise PeakguardError(codes.RUN_UNKNOWN, run=run, problem="was removed just now")
        return manifests.decode(entry.data, pointer.key)

    def note_verified(self, run: str) -> None:
        """Count one more repetition of a run that gave the same."""
        entry = self._store.get(run)
        if entry is not None:
            meta = {**entry.pointer.meta, "verified": int(entry.pointer.meta.get("verified", 0)) + 1}
            self._store.put(run, entry.data, meta)

    def find(self, run: str) -> Pointer:
        """What is known of a run without its manifest. Raises PeakguardError (PG2101)."""
        known = list(self.runs())
        found = known[-1:] if run == "last" else [each for each in known if each.key.startswith(run)]
        if not found or not run:
            problem = (
                "is no run that was recorded here" if known else "is not here: no run was recorded in this project"
            )
            raise PeakguardError(codes.RUN_UNKNOWN, run=run, problem=problem)
        if len(found) > 1:
            raise PeakguardError(codes.RUN_UNKNOWN, run=run, problem=f"may be any of {len(found)} runs")
        return found[0]

    def runs(self) -> Iterator[Pointer]:
        """Every run that can be read, in the order of their ids, which is that of their beginnings."""
        pointers = [each for each in self._store.pointers() if not isinstance(each, PeakguardError)]
        yield from sorted(pointers, key=lambda each: each.key)

    def damaged(self) -> list[PeakguardError]:
        """What should tell of runs and cannot be read; it is kept in the quarantine of the store."""
        return [each for each in self._store.pointers() if isinstance(each, PeakguardError)]

    def remove(self, run: str) -> None:
        """Forget a run; what it alone named is removed by the next `collect`."""
        self._store.remove(run)
        self._store.unpin(run)

    def collect(self, grace: float) -> Collected:
        """Remove what no run names."""
        return self._store.collect(grace=grace)


def folder_of(root: str) -> str:
    """Where the runs of a project lie."""
    return os.path.join(root, ".peakguard", "runs")
