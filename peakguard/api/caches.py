"""The caches of a project, from outside: what `peakguard cache` shows and does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from peakguard.api.policies import load
from peakguard.diagnostics import codes
from peakguard.kinds.cache import examining, runtime
from peakguard.kinds.cache.cache import Cache
from peakguard.runtime.errors import PeakguardError

OnProgress = Callable[[int, int], object] | None


def caches(root: str | None, name: str | None) -> list[Cache]:
    """The cache of a name, or all of a project.

    Raises PolicyError for a project with errors, PeakguardError (PG2005) for an unknown name and as `Cache` does.
    """
    policies = load(root)
    return [policies.cache(each) for each in ([name] if name is not None else runtime.names(policies))]


def listed(found: list[Cache]) -> list[dict[str, Any]]:
    """Every value of some caches, those used last first."""
    return [_row(cache, kept) for cache in found for kept in examining.kept(cache)]


def shown(cache: Cache, entry: str) -> dict[str, Any]:
    """All that is known of a value. Raises PeakguardError: PG2049 for an unknown one, PG2041 for a damaged one."""
    from peakguard.engines.arrow import pages

    kept = examining.find(cache, entry)
    path = cache.store.layout.object(kept.pointer.digest)
    row = _row(cache, kept) | {"digest": kept.pointer.digest, "path": path, "generation": kept.pointer.generation}
    row |= {"run_id": kept.note.run_id, "writer": kept.note.writer, "fetch_seconds": kept.note.seconds}
    if kept.note.form != "error":
        try:
            row["columns"] = pages.shape(path)["columns"]
        except (FileNotFoundError, pages.DamagedFile) as error:
            raise cache.store.damaged(kept.pointer, str(error)) from error
    return row


def verified(found: list[Cache], *, deep: bool, on_progress: OnProgress) -> Iterator[dict[str, Any]]:
    """What a look at every value found."""
    for place, cache in enumerate(found):
        for each in examining.examine(cache, deep=deep, on_progress=_part(on_progress, place, len(found))):
            yield {"cache": cache.name, **each._asdict()}


def repaired(found: list[Cache], on_progress: OnProgress) -> list[dict[str, Any]]:
    """What was taken away so that the next call fetches it."""
    return [
        {"cache": cache.name, **examining.repair(cache, _part(on_progress, place, len(found)))._asdict()}
        for place, cache in enumerate(found)
    ]


def _part(on_progress: OnProgress, place: int, count: int) -> OnProgress:
    """Hears of one of several pieces of work, as a part of all."""
    if on_progress is None:
        return None
    return lambda done, total: on_progress(place * total + done, count * total)


def evicted(cache: Cache, entries: list[str], *, everything: bool) -> list[dict[str, Any]]:
    """Values that were forgotten. Raises PeakguardError (PG2049) for an unknown one; then nothing is."""
    there = examining.kept(cache) if everything else [examining.find(cache, entry) for entry in entries]
    rows = [_row(cache, kept) for kept in there]
    for kept in there:
        cache.store.remove(kept.pointer.key)
    return rows


def cleaned(found: list[Cache], *, evidence_older: float | None) -> list[dict[str, Any]]:
    """What nobody can be given any more, taken away."""
    return [{"cache": cache.name, **examining.clean(cache, evidence_older=evidence_older)._asdict()} for cache in found]


def imported(cache: Cache, folder: str, on_progress: OnProgress) -> Iterator[dict[str, Any]]:
    """What became of each file of a folder. Raises PeakguardError (PG2050) for a folder that is none."""
    if not os.path.isdir(folder):
        raise PeakguardError(codes.CACHE_NO_FOLDER, folder=folder)
    for each in examining.import_folder(cache, folder, on_progress):
        yield {"cache": cache.name, **each._asdict()}


def _row(cache: Cache, kept: examining.Kept) -> dict[str, Any]:
    judged = kept.note.judged
    return {
        "cache": cache.name,
        "id": kept.id,
        "key": kept.note.shown,
        "form": kept.note.form,
        "rows": kept.note.rows,
        "bytes": kept.pointer.size,
        "created": _time(kept.note.created),
        "used": _time(kept.used),
        "state": kept.state,
        "contract": f"{judged.contract} {judged.version}" if judged is not None else None,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
