"""All documents of a project with all findings: what documents are rendered from."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.language.document import Document
from peakguard.language.facts import Fact
from peakguard.language.header import Policy
from peakguard.pipeline.analyse import analyse_all
from peakguard.pipeline.check import check_project
from peakguard.pipeline.project import Project
from peakguard.pipeline.read import Entry, read_project


class Bundle(NamedTuple):
    """The decoded policies of a project in the order of their files, their facts, and every finding."""

    project: Project
    entries: tuple[Entry, ...]
    documents: tuple[Document[Policy], ...]
    facts: tuple[Fact, ...]
    findings: tuple[Diagnostic, ...]

    def of_kind(self, kind: str) -> Iterator[Document[Policy]]:
        """The documents of one kind."""
        return (document for document in self.documents if document.spec.kind == kind)


def load_bundle(project: Project) -> Bundle:
    """Read, decode and check a project."""
    entries = read_project(project)
    analysed = analyse_all(entries)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    outcome = check_project(project, entries, [each.unit for each in analysed], today)
    return Bundle(
        project,
        tuple(entries),
        tuple(each.document for each in analysed if each.document is not None),
        tuple(fact for each in analysed for fact in each.unit.facts),
        outcome.findings,
    )
