"""What `peakguard validate --html` writes: all that the page tells is gathered here."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import datetime
from typing import cast

from peakguard.cli.files import write_file
from peakguard.engines.polars.series import series_of
from peakguard.kinds.contract.about import axis_of, demand_texts, drawable, physical_columns
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.language.document import Document
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.project import find_project
from peakguard.reporters.page.document import page
from peakguard.reporters.page.subject import CodePage, Subject
from peakguard.reporters.validation import Validation
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.series import Series
from peakguard.runtime.violation import Verdict, Violation

_MOST_COLUMNS = 4


def write_page(options: argparse.Namespace, digest: str, validation: Validation, made: datetime) -> None:
    """Write the page, whole or not at all; but for `made` the same input gives the same bytes.

    Raises Refusal (PG2020) where it cannot be written.
    """
    bundle = load_bundle(find_project(options.root))
    # Names are unique: policies that declare one twice were refused.
    document = next(each for each in bundle.of_kind("contract") if each.spec.name == options.contract)
    contract = cast("Document[Contract]", document)
    series: dict[str, Series] = {}
    undrawn: dict[str, str] = {}
    for path, verdict in validation.verdicts.items():
        try:
            lines = _series(contract.spec, path, verdict)
        except PeakguardError as error:
            undrawn[path] = str(error.context["reason"])
        else:
            if lines is not None:
                series[path] = lines
    html = page(validation, _subject(contract, bundle, digest, made), series, undrawn)
    write_file(options.html, html.encode())


def _subject(document: Document[Contract], bundle: Bundle, digest: str, made: datetime) -> Subject:
    spec = document.spec
    return Subject(
        contract=spec.name,
        version=spec.version,
        origin=document.file,
        description=spec.description,
        owner=spec.owner,
        demands=demand_texts(spec),
        units={name: column.unit for name, column in spec.columns.items() if column.unit is not None},
        codes=_codes(bundle),
        digest=digest,
        made=made,
    )


def _codes(bundle: Bundle) -> dict[str, CodePage]:
    catalogs = [cast("Errors", document.spec) for document in bundle.of_kind("errors")]
    return {
        code: CodePage(entry.title, entry.cause, entry.hints, entry.recovery)
        for catalog in catalogs
        for code, entry in catalog.errors.items()
        if isinstance(entry, ActiveError)
    }


def _series(spec: Contract, path: str, verdict: Verdict) -> Series | None:
    axis = axis_of(spec)
    if axis is None or not verdict.rows:
        return None
    violations = [rule.violation for rule in verdict.rules if rule.violation is not None]
    drawn = _drawn(spec, violations, _MOST_COLUMNS if not axis.within else _MOST_COLUMNS // 2)
    faults = {violation.rule: violation.rows for violation in violations if violation.rows}
    return series_of(path, physical_columns(spec), axis, drawn, faults) if drawn else None


def _drawn(spec: Contract, violations: list[Violation], most: int) -> list[str]:
    """The columns that most violated rules read, or the one that people look at first."""
    names = drawable(spec)
    read = Counter(name for violation in violations for name in violation.reads if name in names)
    involved = sorted(read, key=lambda name: (-read[name], names.index(name)))
    return involved[:most] or names[:1]
