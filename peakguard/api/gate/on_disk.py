"""A catalogue of critical paths beside the tests and mutants that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import cast

from peakguard.api.gate.named_tests import missing
from peakguard.api.gate.proofs import Record, read_record
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.gate.model import CriticalPaths, Gate
from peakguard.language.document import Document
from peakguard.pipeline.bundle import Bundle
from peakguard.runtime.errors import PeakguardError


def on_disk(bundle: Bundle) -> Iterator[Diagnostic]:
    """Findings about rows whose test is not there, or of whose mutant nothing is recorded."""
    for found_document in bundle.of_kind("gate"):
        document = cast("Document[Gate]", found_document)
        paths = document.spec.critical_paths
        if paths is not None:
            root = os.path.abspath(bundle.project.root)
            yield from _tests(document, paths, root)
            yield from _mutants(document, paths, root)


def _tests(document: Document[Gate], paths: CriticalPaths, root: str) -> Iterator[Diagnostic]:
    for index, row in enumerate(paths.catalogue):
        problem = missing(root, row.proven_by)
        if problem is not None:
            span = document.span("critical_paths", "catalogue", index, "proven_by")
            yield found(codes.GATE_TEST_MISSING, span, test=row.proven_by, problem=problem)


def _mutants(document: Document[Gate], paths: CriticalPaths, root: str) -> Iterator[Diagnostic]:
    renew = f"`{paths.renew}` writes it. " if paths.renew is not None else ""
    try:
        record = read_record(paths.mutants, root)
    except PeakguardError as error:
        yield found(error.code, document.span("critical_paths", "mutants"), **{**error.context, "renew": renew})
        return
    yield from _unknown(document, paths, record, renew)


def _unknown(document: Document[Gate], paths: CriticalPaths, record: Record, renew: str) -> Iterator[Diagnostic]:
    for index, row in enumerate(paths.catalogue):
        if row.mutant is not None and record.find(row.mutant, row.proven_by) is None:
            span = document.span("critical_paths", "catalogue", index, "mutant")
            data = {"record": paths.mutants, "mutant": row.mutant, "test": row.proven_by, "renew": renew}
            yield found(codes.GATE_MUTANT_UNKNOWN, span, **data)
