"""What came of a gate as Markdown, for the summary of a job or the comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.reporters.gate_words import SLOW, headline, over_budget
from peakguard.reporters.visible import visible

_MARKS = {"passed": "✅ passed", "failed": "❌ failed", "inconclusive": "❔ inconclusive", "skipped": "⏭ skipped"}
_MOST_LINES = 50


def render(found: Mapping[str, Any]) -> str:
    """A heading, a table with what to do, and the details of what is red, folded."""
    return "\n".join([f"### {_cell(headline(found))}", "", *_table(found), *_details(found)]) + "\n"


def _table(found: Mapping[str, Any]) -> Iterator[str]:
    yield "| | check | seconds | what | what to do |"
    yield "|---|---|---:|---|---|"
    for row in found["checks"]:
        cells = (_MARKS[row["state"]], row["check"], f"{row['seconds']:.1f}", _cell(row["found"]), _cell(row["todo"]))
        yield f"| {' | '.join(cells)} |"
    late = over_budget(found)
    if late is not None:
        yield f"| {_MARKS['failed']} | budget | {found['seconds']:.1f} | {late} | {SLOW} |"


def _details(found: Mapping[str, Any]) -> Iterator[str]:
    for row in found["checks"]:
        if row["details"] and row["state"] != "passed":
            lines = [visible(line).replace("```", "'''") for line in row["details"][:_MOST_LINES]]
            yield from ("", f"<details><summary>{row['check']}</summary>", "", "```text", *lines, "```", "</details>")


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("<", "&lt;")
