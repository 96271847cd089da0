"""A case is a folder that is a project of its own: `policies/…`, and for invalid ones `expected.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.language.document import Document
from peakguard.language.header import Policy
from peakguard.pipeline.analyse import analyse_all
from peakguard.pipeline.check import check_project
from peakguard.pipeline.project import find_project
from peakguard.pipeline.read import read_project

REPOSITORY = Path(__file__).resolve().parents[2]
TODAY = "2026-11-24"
_FOLDERS = ("peakguard/kinds/*/cases", "tests/conformance/cases/*")


def cases(verdict: str) -> list[Path]:
    """The folders of all `valid` or `invalid` cases, sorted."""
    return sorted(case for pattern in _FOLDERS for case in REPOSITORY.glob(f"{pattern}/{verdict}/*") if case.is_dir())


def name_of(case: Path) -> str:
    """A short id for a test: `contract/unknown-column`."""
    return f"{case.parents[1].name if case.parents[1].name != 'cases' else case.parents[2].name}/{case.name}"


def run(case: Path) -> tuple[list[Document[Policy]], list[Diagnostic]]:
    """The decoded documents of a case, in the order of their files, and every finding."""
    project = find_project(str(case))
    entries = read_project(project)
    analysed = analyse_all(entries)
    outcome = check_project(project, entries, [each.unit for each in analysed], TODAY)
    documents = [each.document for each in analysed if each.document is not None]
    return documents, list(outcome.findings)


UNKNOWN_KIND, UNKNOWN_CODE = "PG203", "PG223"


def as_json(finding: Diagnostic) -> dict[str, Any]:
    """A finding as it is written in `expected.json`: everything but the wording."""
    span = finding.span
    data: dict[str, Any] = json.loads(json.dumps(dict(finding.data)))
    if finding.code == UNKNOWN_KIND:
        del data["known"]  # a new kind is no business of these cases
    if finding.code == UNKNOWN_CODE:
        del data["suggestion"]  # nor is a new code
    return {
        "code": finding.code,
        "slug": finding.slug,
        "severity": finding.severity,
        "file": span.file,
        "place": [span.line, span.column, span.end_line, span.end_column],
        "data": data,
    }


def expected(case: Path) -> list[dict[str, Any]]:
    """What `expected.json` of an invalid case says."""
    found: list[dict[str, Any]] = json.loads((case / "expected.json").read_text())
    return found


def policies(case: Path) -> Iterator[Path]:
    """The policy files of a case."""
    return (path for path in sorted(case.rglob("*")) if path.suffix in (".yaml", ".yml", ".toml") and path.is_file())
