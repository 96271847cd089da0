"""What a journal adds up to: the metrics of `peakguard report`."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from peakguard.pipeline.project import find_project
from peakguard.runtime.journal.segments import read_journal

_ERRORS = (
    "error_created", "error_classified", "contract_violated", "call_refused", "config_refused", "invariant_broken",
)  # fmt: skip # a table
"""The events that tell of one occurrence of a code each."""
_COUNTED = (
    "rows_quarantined", "guard_failed", "context_refused", "baggage_dropped", "sink_failed", "config_refused",
    "object_damaged", "cache_repaired", "cache_stale", "cache_failed", "cache_refresh_failed",
)  # fmt: skip # a table


def journal_report(
    root: str | None, since_ns: int | None = None, *, code: str | None = None, run: str | None = None
) -> dict[str, Any]:
    """The report as JSON values, of all events or of those since a time in nanoseconds after 1970.

    With `code` only those that name it, with `run` those of the runs whose ids begin so. Raises OSError for a journal
    that cannot be read.
    """
    project = find_project(root)
    journal = read_journal(project.root)
    events = [event for event in journal.events if _is_asked(event, since_ns, code, run)]
    return {
        "version": 1,
        "since_unix_nano": since_ns,
        "code": code,
        "run": run,
        "first_unix_nano": events[0]["time_unix_nano"] if events else None,
        "last_unix_nano": events[-1]["time_unix_nano"] if events else None,
        "events": len(events),
        "damaged": journal.damaged,
        "dropped": journal.dropped,
        "codes": _codes(events),
        "runs": _runs(events),
        "recovery": _recovery(events),
        "repeated": _repeated(events),
        "resilience": _resilience(events),
        "others": {name: sum(1 for event in events if event["event_name"] == name) for name in _COUNTED},
    }


def _is_asked(event: Mapping[str, Any], since_ns: int | None, code: str | None, run: str | None) -> bool:
    if since_ns is not None and event["time_unix_nano"] < since_ns:
        return False
    if code is not None and str(event["attributes"].get("code") or "").casefold() != code.casefold():
        return False
    return run is None or str(event["run_id"] or "").startswith(run.casefold())


def _codes(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Occurrences by code, the most frequent first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event["event_name"] in _ERRORS:
            found.setdefault(event["attributes"].get("code") or "none", []).append(event)
    rows = [_code(code, each) for code, each in found.items()]
    return sorted(rows, key=lambda row: (-row["count"], row["code"]))


def _code(code: str, events: list[Mapping[str, Any]]) -> dict[str, Any]:
    where = {_where(event["attributes"]) for event in events}
    return {
        "code": code,
        "count": len(events),
        "enforced": sum(1 for event in events if event["attributes"].get("enforced", True)),
        "where": sorted(where - {""}),
        "first_unix_nano": events[0]["time_unix_nano"],
        "last_unix_nano": events[-1]["time_unix_nano"],
        "runs": len({event["run_id"] for event in events if event["run_id"]}),
        "last_run_id": events[-1]["run_id"],
    }


def _where(attributes: Mapping[str, Any]) -> str:
    if "invariant" in attributes:
        return f"{attributes['policy']}: {attributes['invariant']}"
    return str(next((attributes[name] for name in _PLACES if attributes.get(name)), ""))


_PLACES = ("contract", "binding", "config", "error_type")
"""What tells where something happened, the closest first."""


def _runs(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Failed runs by name, and whether the latest of them was followed by one that ended well."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        if event["event_name"] not in ("run_ended", "run_recovered"):
            continue
        attributes = event["attributes"]
        name = attributes.get("name") or ""
        row = found.setdefault(name, {"name": name, "failed": 0, "recovered": 0, "open_since_unix_nano": None})
        if event["event_name"] == "run_recovered":
            row["recovered"] += 1
            row["open_since_unix_nano"] = None
        else:
            row["failed"] += 1
            row["open_since_unix_nano"] = row["open_since_unix_nano"] or event["time_unix_nano"]
    return sorted(found.values(), key=lambda row: (-row["failed"], row["name"]))


def _repeated(events: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Recorded runs that were made again, by what came of it."""
    found = [event["attributes"]["verdict"] for event in events if event["event_name"] == "run_repeated"]
    return {verdict: found.count(verdict) for verdict in ("identical", "diverged", "not replayable")}


def _resilience(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By policy: calls that retries saved and did not save, how often its breaker opened, and what it refused."""
    found: dict[str, dict[str, Any]] = {}
    for event in events:
        name, attributes = event["event_name"], event["attributes"]
        if name not in ("call_saved", "retries_exhausted", "breaker_moved"):
            continue
        policy = attributes["policy"]
        row = found.setdefault(
            policy, {"policy": policy, "saved": 0, "exhausted": 0, "opened": 0, "refused": 0, "state": None}
        )
        if name == "breaker_moved":
            row["opened"] += attributes["after"] == "open"
            row["refused"] += attributes["refused"]
            row["state"] = attributes["after"]
        else:
            row["saved" if name == "call_saved" else "exhausted"] += 1
    return sorted(found.values(), key=lambda row: str(row["policy"]))


def _recovery(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Time to recovery in seconds: from the end of the first run that failed to the end of the next that did not."""
    incidents = [
        {
            "name": event["attributes"].get("name") or "",
            "code": event["attributes"].get("code"),
            "seconds": event["attributes"]["seconds"],
            "failures": event["attributes"]["failures"],
            "at_unix_nano": event["time_unix_nano"],
        }
        for event in events
        if event["event_name"] == "run_recovered"
    ]
    times = [incident["seconds"] for incident in incidents]
    return {
        "incidents": incidents,
        "median_seconds": statistics.median(times) if times else None,
        "longest_seconds": max(times, default=None),
    }
