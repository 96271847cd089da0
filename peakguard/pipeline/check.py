"""The whole check of a project: every file on its own, then all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.pipeline.project import Project
from peakguard.pipeline.read import Entry
from peakguard.pipeline.unit import Silence, Unit


class Outcome(NamedTuple):
    """The result of a check: sorted findings, how many were silenced, and whether today's date decided any."""

    findings: tuple[Diagnostic, ...]
    suppressed: int
    dated: bool


def check_project(project: Project, entries: Sequence[Entry], units: Sequence[Unit], today: str) -> Outcome:
    """Findings of all files and between them. `units` are the analysed policies among the entries.

    `today` is an ISO date; suppressions expire after theirs.
    """
    findings = [*project.findings, *_check_presence(project, entries)]
    findings += [finding for unit in units for finding in unit.findings]
    findings += _between(entries, units)
    kept, suppressed = _apply_silences(findings, units, today)
    # Two policies that extend a third may find the same fault in it.
    once = {_order(finding): finding for finding in kept}
    ordered = tuple(finding for _, finding in sorted(once.items(), key=lambda each: each[0]))
    return Outcome(ordered, suppressed, any(unit.dated for unit in units))


def _check_presence(project: Project, entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    if any(entry.is_policy for entry in entries) or project.findings:
        return
    folders = ", ".join(folder.shown for folder in project.folders) or "policies, contracts"
    yield found(codes.NO_POLICIES, Span.whole(project.root), folders=folders)


def _between(entries: Sequence[Entry], units: Sequence[Unit]) -> Iterator[Diagnostic]:
    from peakguard.crosschecks import crosschecks
    from peakguard.language.facts import Facts
    from peakguard.language.registry import kind_names, part
    from peakguard.pipeline.analyse import to_source
    from peakguard.pipeline.resolve import resolve

    data = {entry.file: entry.data for entry in entries}
    hidden = [data[unit.file].decode("utf-8", "replace") for unit in units if unit.broken]
    facts = Facts((fact for unit in units for fact in unit.facts), hidden)
    yield from resolve(facts, (reference for unit in units for reference in unit.references))
    attachments: dict[str, Any] = {}
    for entry in entries:
        if not entry.is_policy:
            source, findings = to_source(entry)
            yield from findings
            if source is not None:
                attachments[entry.file] = source
    # A lock file may outlive the last policy of its kind.
    present = kind_names() if attachments else [kind for kind in kind_names() if facts.names(kind)]
    for kind in present:
        checks = part(kind, "check")
        if checks is not None and hasattr(checks, "check_together"):
            yield from checks.check_together(facts, attachments)
    for crosscheck in crosschecks():
        yield from crosscheck(facts)


def _apply_silences(findings: Iterable[Diagnostic], units: Sequence[Unit], today: str) -> tuple[list[Diagnostic], int]:
    silences = {(unit.file, silence.code): silence for unit in units for silence in unit.silences}
    used: set[tuple[str, str]] = set()
    kept: list[Diagnostic] = []
    suppressed = 0
    for finding in findings:
        key = (finding.span.file, finding.code)
        if key in silences:
            used.add(key)
        if key in silences and silences[key].until >= today:
            suppressed += 1
        else:
            kept.append(finding)
    kept += [finding for key, silence in silences.items() for finding in _judge(silence, key in used, today)]
    return kept, suppressed


def _judge(silence: Silence, is_used: bool, today: str) -> Iterator[Diagnostic]:
    if silence.until < today:
        yield found(codes.SUPPRESSION_EXPIRED, silence.span, code=silence.code, until=silence.until)
    elif not is_used:
        yield found(codes.SUPPRESSION_UNUSED, silence.span, code=silence.code)


def _order(finding: Diagnostic) -> tuple[Any, ...]:
    return (*finding.span, finding.code, *sorted((key, str(value)) for key, value in finding.data.items()))
