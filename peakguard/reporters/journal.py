"""The report of a journal: for people, as Markdown, and for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from peakguard.reporters.visible import visible

_WORDS = {
    "rows_quarantined": "times rows were set aside",
    "guard_failed": "guards failed",
    "context_refused": "trace headers refused",
    "baggage_dropped": "times baggage was dropped",
    "sink_failed": "times a log could not be written",
    "config_refused": "configurations refused",
    "object_damaged": "damaged files found and kept as evidence",
    "cache_repaired": "damaged values fetched again",
    "cache_stale": "old values given for new ones that could not be had",
    "cache_failed": "times a cache could not be read or written",
    "cache_refresh_failed": "values that could not be fetched in the background",
}


_OF_POLICIES = {
    "saved": ("peakguard_calls_saved_total", "Calls that retries saved."),
    "exhausted": ("peakguard_calls_not_saved_total", "Calls that retries did not save."),
    "opened": ("peakguard_breaker_opened_total", "Times a breaker opened."),
    "refused": ("peakguard_calls_refused_total", "Calls that a breaker refused."),
}


def journal_text(report: Mapping[str, Any]) -> str:
    """The report of `peakguard report`."""
    if not report["events"]:
        return "\n".join(["the journal holds no events" + _of(report), *_caveats(report), ""])
    first, last = _time(report["first_unix_nano"]), _time(report["last_unix_nano"])
    lines = [f"{report['events']} events{_narrowed(report)} from {first} to {last}", ""]
    lines += ["errors", *(f"  {line}" for line in _codes(report)), ""]
    lines += ["runs", *(f"  {line}" for line in _runs(report)), ""]
    if report["resilience"]:
        lines += ["resilience", *(f"  {line}" for line in _resilience(report)), ""]
    if any(report["repeated"].values()):
        lines += ["reproducibility", f"  {_repeated(report)}", ""]
    others = [f"  {count} {_WORDS[name]}" for name, count in report["others"].items() if count]
    lines += ["besides", *others, ""] if others else []
    caveats = list(_caveats(report))
    return "\n".join([*lines, *caveats, ""] if caveats else lines)


def _of(report: Mapping[str, Any]) -> str:
    since = f" since {_time(report['since_unix_nano'])}" if report["since_unix_nano"] is not None else ""
    return _narrowed(report) + since


def _narrowed(report: Mapping[str, Any]) -> str:
    code = f" of {visible(report['code'])}" if report["code"] is not None else ""
    return code + (f" of run {visible(report['run'])}" if report["run"] is not None else "")


def _caveats(report: Mapping[str, Any]) -> Iterator[str]:
    if report["dropped"]:
        yield "older events were dropped, for the journal is bounded"
    if report["damaged"]:
        yield f"{report['damaged']} lines are damaged and left out"


def _codes(report: Mapping[str, Any]) -> Iterator[str]:
    for row in report["codes"]:
        observed = row["count"] - row["enforced"]
        only = f", {observed} only observed" if observed else ""
        where = f" ({', '.join(map(visible, row['where']))})" if row["where"] else ""
        run = f", last in run {row['last_run_id']}" if row["last_run_id"] else ""
        yield f"{row['code']}  {_times(row['count'])}{only}, last {_time(row['last_unix_nano'])}{run}{where}"
    if not report["codes"]:
        yield "none"


def _runs(report: Mapping[str, Any]) -> Iterator[str]:
    for row in report["runs"]:
        since = row["open_since_unix_nano"]
        state = f"not well since {_time(since)}" if since is not None else "well again"
        yield f"{visible(row['name']) or '(no name)'}  failed {_times(row['failed'])}, {state}"
    if not report["runs"]:
        yield "none failed"
    recovery = report["recovery"]
    if recovery["incidents"]:
        median, longest = _span(recovery["median_seconds"]), _span(recovery["longest_seconds"])
        yield f"time to recovery: median {median}, longest {longest}, of {len(recovery['incidents'])} incidents"


def _resilience(report: Mapping[str, Any]) -> Iterator[str]:
    for row in report["resilience"]:
        parts = [f"retries saved {_calls(row['saved'])}, and did not save {_calls(row['exhausted'])}"]
        if row["state"] is not None:
            opened = f"its breaker opened {_times(row['opened'])} and refused {_calls(row['refused'])}"
            parts.append(f"{opened}, last {row['state']}")
        yield f"{visible(row['policy'])}  {'; '.join(parts)}"


def _repeated(report: Mapping[str, Any]) -> str:
    told = ", ".join(f"{count} {verdict}" for verdict, count in report["repeated"].items() if count)
    return f"recorded runs made again: {told}"


def _calls(count: int) -> str:
    return f"{count} call{'' if count == 1 else 's'}"


def journal_markdown(report: Mapping[str, Any]) -> str:
    """The same as tables."""
    lines = ["# What went wrong", "", f"{report['events']} events{_of(report)}.", ""]
    lines += ["| code | times | last | where |", "|---|---|---|---|"]
    lines += [
        f"| {row['code']} | {row['count']} | {_time(row['last_unix_nano'])} | {', '.join(map(_cell, row['where']))} |"
        for row in report["codes"]
    ]
    lines += ["", "| run | failed | recovered | not well since |", "|---|---|---|---|"]
    lines += [
        f"| {_cell(row['name'])} | {row['failed']} | {row['recovered']} | {_time(row['open_since_unix_nano'])} |"
        for row in report["runs"]
    ]
    lines += ["", "| recovered | after | failures | first code |", "|---|---|---|---|"]
    lines += [
        f"| {_cell(each['name'])} | {_span(each['seconds'])} | {each['failures']} | {each['code'] or ''} |"
        for each in report["recovery"]["incidents"]
    ]
    if report["resilience"]:
        lines += ["", "| policy | saved | not saved | breaker opened | refused |", "|---|---|---|---|---|"]
        lines += [
            f"| {_cell(row['policy'])} | {row['saved']} | {row['exhausted']} | {row['opened']} | {row['refused']} |"
            for row in report["resilience"]
        ]
    if any(report["repeated"].values()):
        lines += ["", f"- {_repeated(report)}"]
    lines += ["", *(f"- {count} {_WORDS[name]}" for name, count in report["others"].items() if count)]
    lines += [f"- {caveat}" for caveat in _caveats(report)]
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|")


def journal_prometheus(report: Mapping[str, Any]) -> str:
    """The exposition format of Prometheus, for the textfile collector of its node exporter."""
    lines = list(_metric("peakguard_errors_total", "counter", "Occurrences of an error code."))
    lines += [_sample("peakguard_errors_total", row["count"], code=row["code"]) for row in report["codes"]]
    lines += _metric("peakguard_runs_failed_total", "counter", "Runs that failed.")
    lines += [_sample("peakguard_runs_failed_total", row["failed"], run=row["name"]) for row in report["runs"]]
    lines += _metric("peakguard_run_is_failing", "gauge", "1 while the latest run of a name has failed.")
    lines += [
        _sample("peakguard_run_is_failing", int(row["open_since_unix_nano"] is not None), run=row["name"])
        for row in report["runs"]
    ]
    lines += _metric("peakguard_recovery_seconds", "summary", "Time from a failed run to the next that ended well.")
    incidents = report["recovery"]["incidents"]
    lines.append(_sample("peakguard_recovery_seconds_sum", sum(each["seconds"] for each in incidents)))
    lines.append(_sample("peakguard_recovery_seconds_count", len(incidents)))
    for key, (name, says) in _OF_POLICIES.items():
        lines += _metric(name, "counter", says)
        lines += [_sample(name, row[key], policy=row["policy"]) for row in report["resilience"]]
    lines += _metric("peakguard_runs_repeated_total", "counter", "Recorded runs that were made again.")
    repeated = report["repeated"].items()
    lines += [_sample("peakguard_runs_repeated_total", count, verdict=verdict) for verdict, count in repeated]
    for name, count in report["others"].items():
        lines += _metric(f"peakguard_{name}_total", "counter", f"Events {name}.")
        lines.append(_sample(f"peakguard_{name}_total", count))
    return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, says: str) -> Iterator[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"


def _sample(name: str, value: float, **labels: str) -> str:
    quoted = {key: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for key, text in labels.items()}
    inside = ",".join(f'{key}="{text}"' for key, text in quoted.items())
    return f"{name}{{{inside}}} {value}" if labels else f"{name} {value}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _time(nanoseconds: int | None) -> str:
    if nanoseconds is None:
        return ""
    return datetime.fromtimestamp(nanoseconds // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _span(seconds: float) -> str:
    """A length of time in its two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min {whole % 60} s"
