"""A simulation for people: a timeline of rows, and what it adds up to; of two runs, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_BARS = " ▁▂▃▄▅▆▇█"
_STATES = {"closed": "·", "open": "O", "half_open": "h", "forced_open": "O", "disabled": "-", "metrics_only": "·"}
_ROWS = {"calls": "calls", "ok": "ok", "failed": "failed", "rejected": "rejected", "attempts": "attempts"}


def simulation_text(runs: Sequence[Mapping[str, Any]], script: str) -> str:
    """The report of `peakguard simulate`."""
    first = runs[0]
    head = (
        f"{first['policy']} under {script}: {first['rps']:g} calls a second for {first['seconds']:g} s, "
        f"seed {first['seed']}; a column is {first['bucket_seconds']:g} s"
    )
    lines = [head, ""]
    for number, each in enumerate(runs):
        if len(runs) > 1:
            lines.append(("this project", "against")[number])
        lines += [*timeline(each, _most(runs)), ""]
    lines += [*_table(runs), ""]
    return "\n".join(lines)


def timeline(run: Mapping[str, Any], most: int) -> Iterator[str]:
    """A row for each count, on one scale, and one for the breaker."""
    for key, name in _ROWS.items():
        bars = "".join(_bar(bucket[key], most) for bucket in run["buckets"])
        yield f"{name:<9} {bars}  {max((bucket[key] for bucket in run['buckets']), default=0):,} at most"
    if any(bucket["state"] for bucket in run["buckets"]):
        shown = "".join(_STATES.get(bucket["state"] or "", " ") for bucket in run["buckets"])
        yield f"{'breaker':<9} {shown}  · closed, O open, h trial"
    tokens = [bucket["tokens"] for bucket in run["buckets"] if bucket["tokens"] is not None]
    if tokens:
        bars = "".join(_bar(bucket["tokens"] or 0, max(tokens)) for bucket in run["buckets"])
        yield f"{'tokens':<9} {bars}  {min(tokens):,} at least"


def _bar(count: int, most: int) -> str:
    if not count:
        return _BARS[0]
    return _BARS[max(1, round(count / max(1, most) * (len(_BARS) - 1)))]


def _most(runs: Sequence[Mapping[str, Any]]) -> int:
    return max((bucket[key] for run in runs for bucket in run["buckets"] for key in _ROWS), default=1)


def _table(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    columns = [[tell(run) for tell in FACTS.values()] for run in runs]
    if len(runs) > 1:
        columns = [[head, *column] for head, column in zip(("this project", "against"), columns, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    for name, *cells in zip(["", *FACTS] if len(runs) > 1 else FACTS, *columns, strict=True):
        shown = "   ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        yield f"{name:<22} {shown}".rstrip()


def _outcomes(run: Mapping[str, Any]) -> str:
    return f"{run['ok']:,} of {run['calls']:,} ({_share(run['ok'], run['calls'])})"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _breaker(run: Mapping[str, Any]) -> str:
    opened = [move["at"] for move in run["moves"] if move["after"] == "open"]
    closed = [move["at"] for move in run["moves"] if move["after"] == "closed"]
    if not opened:
        return "never" if any(bucket["state"] for bucket in run["buckets"]) else "none"
    last = f", closed at {closed[-1]:.1f} s" if closed and closed[-1] > opened[-1] else ", open at the end"
    return f"{len(opened)} times, first at {opened[0]:.1f} s{last}"


def _median(run: Mapping[str, Any]) -> str:
    return f"{run['median_ok']:.3g} s in the median, " if run["median_ok"] is not None else ""


def _errors(run: Mapping[str, Any]) -> str:
    return ", ".join(f"{code} {count:,}" for code, count in run["errors"].items()) or "none"


FACTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "calls that end well": _outcomes,
    "calls that fail": lambda run: f"{run['failed']:,}",
    "calls kept away": lambda run: f"{run['rejected']:,}",
    "calls that hang": lambda run: f"{run['hanging']:,}",
    "saved by retries": lambda run: f"{run['saved']:,}, of {run['retried']:,} retries",
    "load on the dependency": lambda run: f"{run['attempts']:,} attempts, {run['amplification']:.2f} a call",
    "at a time, at most": lambda run: f"{run['busiest']:,}",
    "a call takes": lambda run: f"{_median(run)}at most {run['longest']:.4g} s",
    "the breaker opened": _breaker,
    "errors": _errors,
}
"""What a run adds up to, by name."""
