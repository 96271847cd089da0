"""Differences between policies as Markdown that fits a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.difference.result import Change, Difference
from peakguard.reporters.difference import PER_CHANGE, how_to_accept, meaning_of, outcome
from peakguard.reporters.verdict_markdown import MOST_CHARACTERS, code, words
from peakguard.reporters.visible import visible

_MARKS = {"breaking": "💥", "risk": "⚠️", "minor": "➕", "patch": "📝"}
_HEAD = "| | change | | meaning |\n|---|---|---|---|"
_FOLDED = ("minor", "patch")


def difference_markdown(found: Sequence[Difference]) -> str:
    """What is to be done, a table for each level (harmless ones folded), and the versions."""
    blocks = ["## peakguard diff\n", *(block for each in found for block in _comparison(each))]
    shown, room = [], MOST_CHARACTERS
    for index, block in enumerate(blocks):
        room -= len(block) + 1
        if room < 0:
            shown.append(f"… and {len(blocks) - index} more parts, which did not fit here.\n")
            break
        shown.append(block)
    return "\n".join(shown)


def _comparison(found: Difference) -> Iterator[str]:
    yield f"{'❌' if found.refused else '✅'} **{outcome(found)}**\n"
    yield f"{words(found.old)} → {words(found.new)}{_seen(found)}\n"
    told = [finding for finding in found.findings if finding.code not in PER_CHANGE]
    if told:
        lines = (f"- {finding.code} {code(str(finding.span))}: {words(finding.message)}" for finding in told)
        yield "\n".join(lines) + "\n"
    for level in ("breaking", "risk", "minor", "patch"):
        changes = [each for each in found.changes if each.level == level]
        if changes:
            yield from _level(level, changes)
    if found.bumps:
        yield from _versions(found)
    help = [line for line in how_to_accept(found) if line]
    if help:
        yield f"{words(help[0])}\n\n```yaml\n{visible(help[1].strip())}\n```\n"


def _seen(found: Difference) -> str:
    return "" if found.perspective == "both" else f", as {found.perspective}s see it"


def _level(level: str, changes: Sequence[Change]) -> Iterator[str]:
    """In pieces of a few rows, so that a long table ends where there is no more room."""
    head = f"{_MARKS[level]} {level} ({len(changes)})"
    if level in _FOLDED:
        rows = "\n".join(_row(change) for change in changes[:_MOST_FOLDED])
        more = len(changes) - _MOST_FOLDED
        rest = f"\n\n… and {more} more." if more > 0 else ""
        yield f"<details><summary>{head}</summary>\n\n{_HEAD}\n{rows}{rest}\n\n</details>\n"
        return
    yield f"### {head}\n\n{_HEAD}"
    yield from (_row(change) for change in changes)
    yield ""


_MOST_FOLDED = 50


def _row(change: Change) -> str:
    place = change.new_place or change.old_place
    parts = [
        ("✅" if change.reason is not None else "❌") if change.level in ("breaking", "risk") else "",
        f"{words(str(change.policy))} {code(change.element) if change.element else ''}<br>{code(str(place))}",
        words(change.words),
        "<br>".join(_meaning(change)),
    ]
    return f"| {' | '.join(parts)} |"


def _meaning(change: Change) -> Iterator[str]:
    meaning = meaning_of(change)
    if meaning:
        yield words(meaning)
    yield from (words(f"{each.name}: {each.old} → {each.new}") for each in change.effects)
    if change.reason is not None:
        yield f"accepted: {words(change.reason)}"


def _versions(found: Difference) -> Iterator[str]:
    rows = [
        f"| {'✅' if each.is_enough else '❌'} | {words(str(each.policy))} | {words(each.old)} | {words(each.new)} "
        f"| {words(each.needed)} ({each.level}) |"
        for each in found.bumps
    ]
    yield "### versions\n\n| | policy | was | is | must be |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
