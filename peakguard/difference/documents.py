"""The files of both sides as decoded policies; what is the same on both sides is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.difference.sides import Side
from peakguard.language.document import Document
from peakguard.pipeline.analyse import Analysed, analyse_all
from peakguard.pipeline.read import Entry


class Decoded(NamedTuple):
    """The policies of one side that could be read, and what is wrong with the others.

    `hidden` are the texts of files that could not.
    """

    documents: list[Document[Any]]
    findings: list[Diagnostic]
    hidden: list[str]


def decode_both(old: Side, new: Side) -> tuple[Decoded, Decoded]:
    """The policies of both sides in files that differ, with those that others build on."""
    unchanged = {(entry.file, entry.data) for entry in old.entries} & {
        (entry.file, entry.data) for entry in new.entries
    }
    # What a contract takes over from another changes with it, in a file that did not.
    builds = any(b"extends" in entry.data for side in (old, new) for entry in side.entries)
    skipped = {each for each in unchanged if not (builds and b"contract" in each[1])}
    return _decoded(old, skipped, codes.OLD_NOT_READ), _decoded(new, skipped, codes.NEW_NOT_READ)


def _decoded(side: Side, skipped: set[tuple[str, bytes]], code: str) -> Decoded:
    entries = [entry for entry in side.entries if entry.is_policy and (entry.file, entry.data) not in skipped]
    analysed = [each for each in analyse_all(entries) if _is_meant(each.unit.file, side.part)]
    documents = [each.document for each in analysed if each.document is not None]
    findings = [finding for each in analysed for finding in _told(each, code)]
    findings += [_unread(entry, code) for entry in side.entries if not entry.is_policy and entry.finding is not None]
    texts = {entry.file: entry.data.decode("utf-8", "replace") for entry in entries}
    return Decoded(documents, findings, [texts[each.unit.file] for each in analysed if each.document is None])


def _is_meant(file: str, part: str | None) -> bool:
    return part is None or file == part or file.startswith(f"{part}/")


def _told(each: Analysed, code: str) -> Sequence[Diagnostic]:
    """One finding for a file with errors: that it is compared as far as it can be read, or not at all."""
    silenced = {silence.code for silence in each.unit.silences}  # whether still in time is the business of `check`
    errors = [one for one in each.unit.findings if one.severity == ERROR and one.code not in silenced]
    if not errors:
        return ()
    first = errors[0]
    found_codes = ", ".join(dict.fromkeys(finding.code for finding in errors))
    outcome = "is not compared" if each.document is None else "is compared as far as it can be read"
    return (found(code, first.span, codes=found_codes, first=first.message, outcome=outcome),)


def _unread(entry: Entry, code: str) -> Diagnostic:
    assert entry.finding is not None
    data = {"codes": entry.finding.code, "first": entry.finding.message, "outcome": "is not compared"}
    return found(code, Span.whole(entry.file), **data)
