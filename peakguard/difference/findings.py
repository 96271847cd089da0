"""Two sides -> the difference, with what is wrong: changes without a reason, versions that stayed behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.difference.accepted import accepted
from peakguard.difference.compare import changes_between
from peakguard.difference.documents import Decoded, decode_both
from peakguard.difference.result import Bump, Change, Difference, Policy
from peakguard.difference.sides import Side
from peakguard.difference.versions import bumps, is_later
from peakguard.language.change import LEVELS, Perspective
from peakguard.language.document import Document
from peakguard.runtime.errors import PolicyError


def difference(old: Side, new: Side, perspective: Perspective = "both") -> Difference:
    """Compare two sides. Raises PolicyError (PG944) where a policy of the new one cannot be read."""
    before, after = decode_both(old, new)
    if after.hidden or any(finding.severity == "error" for finding in after.findings):
        first = after.findings[0]
        raise PolicyError(first.code, after.findings, **first.data)
    changes = changes_between(before.documents, after.documents, perspective)
    changes = [each for each in changes if not _may_be_hidden(each, before)]
    changes, unused = accepted(before.documents, after.documents, changes)
    changes.sort(key=_order)
    versions = tuple(bumps(before.documents, after.documents, changes))
    places = {_policy(each): each for each in after.documents}
    findings = [
        *before.findings,
        *(finding for change in changes for finding in _unaccepted(change, places)),
        *(finding for bump in versions for finding in _version(bump, places[bump.policy])),
        *unused,
    ]
    return Difference(old.label, new.label, perspective, tuple(changes), versions, tuple(findings))


def _policy(document: Document[Any]) -> Policy:
    return Policy(document.spec.kind, document.spec.name)


def _may_be_hidden(change: Change, before: Decoded) -> bool:
    """Whether a policy looks new only because the file that held it could not be read."""
    is_whole = change.what == "added" and not change.element
    return is_whole and any(change.policy.name in text for text in before.hidden)


def _order(change: Change) -> tuple[Any, ...]:
    return (-LEVELS.index(change.level), change.policy)


def _unaccepted(change: Change, places: dict[Policy, Document[Any]]) -> Iterator[Diagnostic]:
    if change.code is None:
        return
    yield found(
        change.code,
        _place(change, places),
        policy=str(change.policy),
        element=change.element or str(change.policy),
        change=change.words,
    )


def _place(change: Change, places: dict[Policy, Document[Any]]) -> Span:
    """Where it is written now; of what is gone, the policy that it was in, or where it was."""
    if change.new_place is not None:
        return change.new_place
    document = places.get(change.policy)
    place = document.span("name") if document is not None else change.old_place
    assert place is not None
    return place


def _version(bump: Bump, document: Document[Any]) -> Sequence[Diagnostic]:
    if bump.is_enough:
        return ()
    span = document.span("version")
    data = {"policy": str(bump.policy), "old": bump.old, "new": bump.new}
    if is_later(bump.old, bump.new):
        return (found(codes.VERSION_WENT_DOWN, span, **data),)
    code = codes.VERSION_NOT_BUMPED if bump.old == bump.new else codes.VERSION_TOO_LOW
    return (found(code, span, **data, level=bump.level, needed=bump.needed),)
