"""One input through the whole of `check`, and what must hold of the outcome whatever the input is."""

from __future__ import annotations

import json
from typing import NamedTuple

from peakguard.diagnostics.catalog import CATALOG
from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.pipeline.analyse import analyse_all, to_source
from peakguard.pipeline.check import Outcome, check_project
from peakguard.pipeline.project import Project
from peakguard.pipeline.read import Entry
from peakguard.pipeline.unit import Unit
from peakguard.reporters import REPORTERS, report
from peakguard.reporters.report import Report
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source
from tests.fuzz.grammar import Files, project

_PROJECT = Project("/project", (), (), b"")
_TODAY = "2026-11-24"


class Trial(NamedTuple):
    """What an input showed: whether a file of it could be parsed, and the codes that were found."""

    parsed: bool
    codes: frozenset[str]


def run(seed: int) -> Trial:
    """Check the input of a seed. Raises AssertionError, or whatever is raised, where peakguard is at fault."""
    files = project(seed)
    entries = [Entry(name, data) for name, data in sorted(files.items())]
    outcome = _check(entries)
    for finding in outcome.findings:
        _judge(finding, files)
    if seed % 50 == 0:
        _judge_whole(entries, outcome)
    return Trial(any(map(_is_parsed, entries)), frozenset(finding.code for finding in outcome.findings))


def _check(entries: list[Entry]) -> Outcome:
    units = [each.unit for each in analyse_all(entries)]
    kept = [Unit.from_json(unit.file, json.loads(json.dumps(unit.to_json()))) for unit in units]
    assert kept == units
    return check_project(_PROJECT, entries, units, _TODAY)


def _judge(finding: Diagnostic, files: Files) -> None:
    assert finding.code in CATALOG
    assert finding.message
    assert isinstance(finding.hint, str)
    json.dumps(dict(finding.data))
    span = finding.span
    assert span.file in files
    if span.line:
        source = Source(span.file, files[span.file].decode("utf-8", "replace"))
        assert 1 <= span.line <= span.end_line <= len(source.line_starts), span
        assert 1 <= span.column <= len(source.line(span.line)) + 2, span
        assert (span.line, span.column) <= (span.end_line, span.end_column), span


def _judge_whole(entries: list[Entry], outcome: Outcome) -> None:
    assert _check(entries) == outcome
    texts = {entry.file: entry.data.decode("utf-8", "replace") for entry in entries}
    for form in REPORTERS:
        report(form, Report(outcome.findings, texts, files=len(entries)))


def _is_parsed(entry: Entry) -> bool:
    source, _ = to_source(entry)
    return entry.is_policy and source is not None and parse(source)[0] is not None
