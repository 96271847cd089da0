"""What was found out about targets -> findings at the places where the scenarios name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.chaos.model import Chaos
from peakguard.language.document import Document
from peakguard.language.facts import Facts


def resolve(
    documents: Iterable[Document[Chaos]], _: Facts, examined: Iterable[Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    """Findings of faults whose targets the program does not have."""
    rows = {row["key"]: row for row in examined}
    for document in documents:
        for scenario, each in document.spec.scenarios.items():
            for name, fault in each.faults.items():
                row = rows.get(f"chaos {document.spec.name} {scenario} {name}")
                if row is not None and fault.target is not None:
                    span = document.span("scenarios", scenario, "faults", name, "target")
                    data = {"fault": name, "target": fault.target, "problem": row["problem"]}
                    yield found(codes.FAULT_TARGET_MISSING, span, **data)
