"""The recorded runs of a project, from outside: what `peakguard runs` lists, shows, compares and removes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from peakguard.kinds.reproducibility.archive import Archive, folder_of
from peakguard.kinds.reproducibility.comparison import Divergence, divergence
from peakguard.pipeline.project import find_project

_GIVEN = ("command", "folder", "seed", "level", "policy_set", "environment")
"""What two runs may have been given otherwise, beside files and packages."""


def recorded_runs(root: str | None) -> list[dict[str, Any]]:
    """Every run of a project, the latest last."""
    return [
        {
            "run_id": found.key,
            **{name: found.meta[name] for name in ("name", "seed", "level", "fingerprint", "began", "seconds")},
            "status": found.meta["ended"]["status"],
            "exit_code": found.meta["ended"]["exit_code"],
            "verified": found.meta.get("verified", 0),
        }
        for found in _archive(root).runs()
    ]


def damaged_runs(root: str | None) -> list[str]:
    """What is wrong with records that cannot be read."""
    return [str(error) for error in _archive(root).damaged()]


def recorded_run(run: str, root: str | None) -> dict[str, Any]:
    """The manifest of a run. Raises PeakguardError: PG2101 where there is none, PG2102 for one that cannot be used."""
    return _archive(root).load(run)


def compared(left: str, right: str, root: str | None) -> tuple[list[dict[str, Any]], Divergence | None]:
    """What two runs were given otherwise, and the first thing that they gave otherwise. Raises PeakguardError."""
    archive = _archive(root)
    one, other = archive.load(left), archive.load(right)
    return list(_given(one, other)), divergence(one, other, archive.content, archive.content)


def forgotten(run: str, root: str | None) -> None:
    """Remove one run; what it alone named goes with the next `runs gc`. Raises PeakguardError as `recorded_run`."""
    archive = _archive(root)
    archive.remove(archive.find(run).key)


def removed(keep: int | None, older_than_seconds: float | None, root: str | None) -> dict[str, int]:
    """Remove runs beyond the latest `keep`, or older than some seconds, and what no other names; gives the counts."""
    archive = _archive(root)
    known = list(archive.runs())
    first_kept = len(known) - keep if keep is not None else 0
    limit = time.time() - older_than_seconds if older_than_seconds is not None else None
    gone = 0
    for index, found in enumerate(known):
        began = datetime.fromisoformat(found.meta["began"]).astimezone(UTC).timestamp()
        if index < first_kept or (limit is not None and began < limit):
            archive.remove(found.key)
            gone += 1
    swept = archive.collect(grace=3600.0)
    return {"runs": gone, "objects": swept.objects, "bytes": swept.bytes}


def _given(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [{"what": key, "left": one[key], "right": other[key]} for key in _GIVEN if one[key] != other[key]]
    pins = (one["table"]["pin"], other["table"]["pin"])
    found += [
        {"what": f"pin {key}", "left": pins[0][key], "right": pins[1][key]}
        for key in pins[0]
        if pins[0][key] != pins[1][key]
    ]
    clocks = [side["clock_ns"] if side["table"]["pin"]["clock"] == "injected" else None for side in (one, other)]
    if clocks[0] != clocks[1]:
        found.append({"what": "clock", "left": clocks[0], "right": clocks[1]})
    if one["python"]["version"] != other["python"]["version"]:
        found.append({"what": "python", "left": one["python"]["version"], "right": other["python"]["version"]})
    for kind in ("inputs", "sources"):
        digests = [{each["path"]: each["digest"] for each in side[kind]} for side in (one, other)]
        found += _differing(kind.removesuffix("s"), *digests)
    versions = [
        {name: f"{each['version']} {each['files'][:12]}" for name, each in (side["packages"] or {}).items()}
        for side in (one, other)
    ]
    return found + _differing("package", *versions)


def _differing(what: str, left: Mapping[str, str], right: Mapping[str, str]) -> list[dict[str, Any]]:
    names = sorted(left.keys() | right.keys())
    return [
        {"what": f"{what} {name}", "left": left.get(name), "right": right.get(name)}
        for name in names
        if left.get(name) != right.get(name)
    ]


def _archive(root: str | None) -> Archive:
    return Archive(folder_of(find_project(root).root))
