"""What others may know of a contract."""

from typing import Any

from peakguard.kinds.contract.model import Contract
from peakguard.language.document import Document


def known_of(document: Document[Contract]) -> dict[str, Any]:
    """The columns with their types, and the references with where they are written."""
    spec = document.spec
    return {
        "columns": {name: column.shape for name, column in spec.columns.items()},
        "references": [
            [name, foreign.contract, foreign.column, list(document.span("references", name, "column"))]
            for name, foreign in spec.references.items()
        ],
    }
