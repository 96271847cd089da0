"""What lies in caches, and what was done to them, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
_COUNTED = {
    "values": "{} values that were not whole",
    "expired": "{} values past all their times",
    "objects": "{} objects that nothing names",
    "temporary": "{} files of writers that are gone",
    "evidence": "{} pieces of evidence",
}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def lines(action: str, rows: Sequence[Row]) -> Iterator[str]:
    """The report of an action of `peakguard cache`."""
    match action:
        case "ls":
            yield from _listed(rows)
        case "show":
            yield from _shown(rows[0])
        case "verify":
            yield from _verified(rows)
        case "evict":
            yield from (f"forgot {row['cache']}  {row['id']}  {row['key']}" for row in rows)
            yield f"forgot {_count(len(rows), 'value')}"
        case "import":
            yield from _imported(rows)
        case _:
            yield from (f"{row['cache']}: took away {_counts(row)}" for row in rows)
            if not rows:
                yield "no policy declares a cache"


def _listed(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        size = f"{row['rows']:,} rows, {size_text(row['bytes'])}" if row["form"] != "error" else "a failure"
        judged = f", keeps {row['contract']}" if row["contract"] else ""
        yield f"{row['cache']}  {row['id']}  {row['created']}  {row['state']}  {size}{judged}  {row['key']}"
    total = sum(row["bytes"] for row in rows)
    yield f"{_count(len(rows), 'value')}, {size_text(total)}" if rows else "no values"


def _shown(row: Row) -> Iterator[str]:
    for name, value in row.items():
        if name == "columns":
            yield "columns"
            yield from (f"  {column}: {kind}" for column, kind in value.items())
        elif value is not None:
            yield f"{name}  {size_text(value) if name == 'bytes' else value}"


def _verified(rows: Sequence[Row]) -> Iterator[str]:
    bad = [row for row in rows if row["state"] != "whole"]
    for row in bad:
        yield f"{row['state']}: {row['cache']}  {row['id'] or '-'}  {row['key']}"
        yield f"  {row['reason']}"
    whole = len(rows) - len(bad)
    yield f"{_count(len(rows), 'value')}: {whole} whole, {len(bad)} not"
    if bad:
        yield "the next call fetches them anew; `peakguard cache repair` takes them away now"


def _imported(rows: Sequence[Row]) -> Iterator[str]:
    bad = [row for row in rows if row["reason"]]
    for row in bad:
        yield f"left out {row['path']}: {row['reason']}"
    yield f"took in {_count(len(rows) - len(bad), 'file')}, left out {len(bad)}"


def _counts(row: Row) -> str:
    counted = [_COUNTED[name].format(value) for name, value in row.items() if name in _COUNTED]
    return ", ".join(counted) + (f"; {size_text(row['bytes'])} freed" if "bytes" in row else "")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def size_text(size: float) -> str:
    """Bytes in a unit that people read."""
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError
