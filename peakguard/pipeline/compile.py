"""The compile stage: documents -> PolicySet; refused while any error stands."""

from __future__ import annotations

from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR
from peakguard.language.registry import part
from peakguard.pipeline.analyse import analyse_all
from peakguard.pipeline.check import check_project
from peakguard.pipeline.project import Project
from peakguard.pipeline.read import Entry
from peakguard.runtime.errors import PolicyError


def compile_project(project: Project, entries: list[Entry], today: str) -> dict[str, dict[str, Any]]:
    """The tables of all policies, by kind and name. Raises PolicyError where the check finds errors."""
    analysed = analyse_all(entries)
    outcome = check_project(project, entries, [each.unit for each in analysed], today)
    errors = [finding for finding in outcome.findings if finding.severity == ERROR]
    if errors:
        first = f"{errors[0].span}: {errors[0].message}"
        raise PolicyError(codes.POLICIES_REFUSED, outcome.findings, count=len(errors), first=first)
    tables: dict[str, dict[str, Any]] = {}
    for _, document in analysed:
        compiler = part(document.spec.kind, "compile") if document is not None else None
        if document is not None and compiler is not None:
            table = compiler.compile_document(document)
            tables.setdefault(document.spec.kind, {})[document.spec.name] = table
    return tables
