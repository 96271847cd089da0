"""Differences between policies, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.difference.result import Bump, Change, Difference
from peakguard.reporters.report import Report
from peakguard.reporters.visible import visible

_COLOURS = {"breaking": "\x1b[1;31m", "risk": "\x1b[1;33m", "minor": "\x1b[1;36m", "patch": ""}
_RESET = "\x1b[0m"
_MOVES = {
    "tightens": "permits less",
    "loosens": "permits more",
    "both": "permits less here and more there",
    "undetermined": "cannot be compared",
    "none": "",
}
_SIDES = {"risk": "a risk for {}", "breaks": "breaks {}"}
PER_CHANGE = ("PG935", "PG936", "PG937")
"""Findings that say what their change shows anyway."""


def difference_text(found: Sequence[Difference], *, colour: bool = False) -> str:
    """The changes by policy, then what is wrong, then how many there are of each level."""
    return "\n".join(_comparison(each, colour=colour) for each in found)


def _comparison(found: Difference, *, colour: bool) -> str:
    versions = {bump.policy: bump for bump in found.bumps}
    lines = []
    for policy, changes in groupby(sorted(found.changes, key=lambda each: each.policy), key=lambda each: each.policy):
        bump = versions.get(policy)
        lines.append(visible(f"{policy}{version_words(bump) if bump is not None else ''}"))
        lines += [line for change in changes for line in _change(change, colour=colour)]
        lines.append("")
    told = [finding for finding in found.findings if finding.code not in PER_CHANGE]
    if told:
        lines.append(_findings(told, colour=colour))
    lines += [visible(line) for line in how_to_accept(found)]
    return "\n".join([*lines, visible(summary(found)), ""])


def _findings(told: Sequence[Diagnostic], *, colour: bool) -> str:
    from peakguard.reporters.text import render

    return render(Report(told, {}, files=0), colour=colour)


def how_to_accept(found: Difference) -> Iterator[str]:
    """What to write for the first change that nobody has accepted and somebody may."""
    versions = {bump.policy: bump for bump in found.bumps}
    change = next((each for each in found.changes if each.code and not each.grade.is_final), None)
    if change is None:
        return
    bump = versions.get(change.policy)
    if bump is None:  # the policy itself is gone
        yield "To accept that it is gone, say why in another policy, with the version that this one gets:"
        element = ".".join(filter(None, (str(change.policy), change.element)))
        yield f"  accept: [{{change: {element}, reason: …, version: …}}]"
    else:
        yield f"To accept a change, say why in the policy, such as {change.policy}:"
        version = bump.new if bump.is_enough else bump.needed
        yield f"  accept: [{{change: {change.element}, reason: …, version: {version}}}]"
    yield ""


def version_words(bump: Bump) -> str:
    """`: 1.2.0 → 2.0.0`, with what it should be where that is not enough."""
    wanted = "" if bump.is_enough else f", must be {bump.needed} at least"
    return f": {bump.old} → {bump.new}{wanted}" if bump.old != bump.new else f": {bump.old}{wanted}"


def _change(change: Change, *, colour: bool) -> Iterator[str]:
    level = f"{change.level:<9}"
    shown = f"{_COLOURS[change.level]}{level}{_RESET}" if colour and _COLOURS[change.level] else level
    code = f" [{change.code}]" if change.code else ""
    yield f"  {shown} {visible(change.element or 'the policy')}: {visible(change.words)}{code}"
    indent = " " * 12
    places = " ← ".join(dict.fromkeys(str(each) for each in (change.new_place, change.old_place) if each is not None))
    yield visible(f"{indent}{places}{'' if change.new_place is not None else ' (gone)'}")
    meaning = meaning_of(change)
    if meaning:
        yield f"{indent}{meaning}"
    yield from (visible(f"{indent}{each.name}: {each.old} → {each.new}") for each in change.effects)
    if change.reason is not None:
        yield visible(f"{indent}accepted: {change.reason}")


def meaning_of(change: Change) -> str:
    """What it means to either side: `permits less, breaks producers`."""
    sides = (("consumers", change.grade.consumer), ("producers", change.grade.producer))
    words = [_MOVES[change.grade.direction], *(_SIDES[what].format(who) for who, what in sides if what in _SIDES)]
    inherited = ["taken over from another policy"] if change.inherited else []
    final = ["never acceptable"] if change.grade.is_final else []
    return ", ".join(word for word in (*words, *inherited, *final) if word)


def summary(found: Difference) -> str:
    """One line: what was compared, and what came of it."""
    seen = "" if found.perspective == "both" else f", as {found.perspective}s see it"
    return f"compared {found.old} with {found.new}{seen}: {outcome(found)}"


def outcome(found: Difference) -> str:
    """How many changes there are of each level, and how much is to be done about them."""
    counts = ", ".join(f"{count} {level}" for level, count in found.summary.items() if count)
    refused = len(found.refused)
    end = f"; {refused} to accept, bump or take back" if refused else ""
    return f"{counts or 'no change of meaning'}{end}"
