"""What came of a gate, for people at a terminal: a line a check, what to do below those that are red."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.reporters.gate_words import SLOW, headline, over_budget
from peakguard.reporters.visible import visible

_COLOURS = {"passed": "32", "failed": "31", "inconclusive": "33", "skipped": "36"}
_MOST_LINES = 20


def render(found: Mapping[str, Any], *, colour: bool = False) -> str:
    """A headline and a table."""
    return "\n".join([headline(found), "", *_rows(found, colour=colour)]) + "\n"


def _rows(found: Mapping[str, Any], *, colour: bool) -> Iterator[str]:
    width = max((len(row["check"]) for row in found["checks"]), default=0)
    for row in found["checks"]:
        state = f"{row['state']:12}"
        shown = f"\x1b[{_COLOURS[row['state']]}m{state}\x1b[0m" if colour else state
        yield f"{shown}  {row['check']:{width}}  {row['seconds']:6.1f} s  {visible(row['found'])}"
        if row["state"] in ("failed", "inconclusive"):
            yield from (f"    {visible(line)}" for line in row["details"][:_MOST_LINES])
            if len(row["details"]) > _MOST_LINES:
                yield f"    and {len(row['details']) - _MOST_LINES} more: `--format json` has all"
            yield f"    -> {visible(row['todo'])}"
    late = over_budget(found)
    if late is not None:
        yield f"{'failed':12}  {'budget':{width}}  {found['seconds']:6.1f} s  {late}"
        yield f"    -> {SLOW}"
