"""Which version a policy must have after its changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from peakguard.difference.result import Bump, Change, Policy
from peakguard.language.change import LEVELS, Level
from peakguard.language.document import Document

Parsed = tuple[tuple[int, int, int], tuple[tuple[bool, Any], ...]]


def parsed(version: str) -> Parsed:
    """A checked semantic version in a form that sorts: a pre-release comes before its release."""
    core, _, pre = version.partition("-")
    major, minor, patch = map(int, core.split("."))
    parts = tuple((not part.isdigit(), int(part) if part.isdigit() else part) for part in pre.split(".")) if pre else ()
    return (major, minor, patch), parts


def is_later(version: str, other: str) -> bool:
    """Whether a version comes after another, as semantic versioning orders them."""
    (core, pre), (other_core, other_pre) = parsed(version), parsed(other)
    if core != other_core:
        return core > other_core
    if not pre or not other_pre:
        return bool(other_pre) and not pre
    return pre > other_pre


def needed(old: str, level: Level) -> str:
    """The least version after a change of that level.

    Before 1.0.0 the second number stands for what breaks, as Cargo has it. A pre-release promises nothing yet, so
    any later version will do.
    """
    (major, minor, patch), pre = parsed(old)
    if pre:
        return f"{major}.{minor}.{patch}"
    if level == "breaking":
        return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"
    if level in ("minor", "risk") and major:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def is_enough(old: str, new: str, level: Level) -> bool:
    """Whether the new version is at least what a change of that level needs."""
    if not is_later(new, old):
        return False
    _, pre = parsed(old)
    # A pre-release of the version that is needed is on the way to it.
    return bool(pre) or parsed(new)[0] >= parsed(needed(old, level))[0]


def bumps(old: Iterable[Document[Any]], new: Iterable[Document[Any]], changes: Iterable[Change]) -> Iterator[Bump]:
    """The versions of all policies that changed, or whose version went down."""
    levels: dict[Policy, Level] = {}
    for change in changes:
        levels[change.policy] = max(levels.get(change.policy, "patch"), change.level, key=LEVELS.index)
    before = {Policy(each.spec.kind, each.spec.name): each.spec.version for each in old}
    for document in new:
        policy = Policy(document.spec.kind, document.spec.name)
        was, now = before.get(policy), document.spec.version
        if was is None or (policy not in levels and (was == now or is_later(now, was))):
            continue
        level = levels.get(policy, "patch")
        yield Bump(policy, was, now, level, needed(was, level), policy in levels and is_enough(was, now, level))
