"""The entry of a changelog that follows from a difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from peakguard.difference.result import Change, Difference
from peakguard.reporters.difference import meaning_of
from peakguard.reporters.verdict_markdown import code, words


def changelog(found: Difference) -> str:
    """A section for each policy, the worst changes first; what people only read is left out."""
    versions = {bump.policy: bump.new for bump in found.bumps}
    changes = sorted((each for each in found.changes if each.level != "patch"), key=lambda each: each.policy)
    sections = []
    for policy, told in groupby(changes, key=lambda each: each.policy):
        version = f" {versions[policy]}" if policy in versions else ""
        sections.append(
            "".join(f"{line}\n" for line in (f"### {words(str(policy))}{words(version)}\n", *map(_entry, told)))
        )
    return "\n".join(sections)


def _entry(change: Change) -> str:
    return "".join(_words(change))


def _words(change: Change) -> Iterator[str]:
    yield f"- **{change.level}** {code(change.element) if change.element else 'the policy'}: {words(change.words)}"
    meaning = meaning_of(change)
    if meaning:
        yield f" ({words(meaning)})"
    yield from (f"; {words(f'{each.name} {each.old} → {each.new}')}" for each in change.effects)
    if change.reason is not None:
        yield f". {words(change.reason)}"
