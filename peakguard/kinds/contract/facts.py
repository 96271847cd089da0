"""What others may know of a contract."""

from typing import Any

from peakguard.kinds.contract.about import demand_texts
from peakguard.kinds.contract.float_sums import float_sums
from peakguard.kinds.contract.model import Contract, ForeignKey
from peakguard.language.document import Document


def known_of(document: Document[Contract]) -> dict[str, Any]:
    """The columns with their types, which of them identify a row, the references with where they are written, the
    ids of all rules, and the rules whose sums depend on the order of rows."""
    spec = document.spec
    return {
        "columns": {name: column.shape for name, column in spec.columns.items()},
        "key": list(spec.key),
        "unique": [name for name, column in spec.columns.items() if column.unique],
        "rules": [*demand_texts(spec), "extra_columns", "column_order"],
        "sums": float_sums(spec),
        "references": [_reference(document, name, foreign) for name, foreign in spec.references.items()],
    }


def _reference(document: Document[Contract], name: str, foreign: ForeignKey) -> dict[str, Any]:
    """`pairs` are columns of ours, each with the column there and with the place where that is written."""
    place = list(document.span("references", name, "column"))
    also = [[own, theirs, list(document.span("references", name, "also", own))] for own, theirs in foreign.also.items()]
    return {"contract": foreign.contract, "pairs": [[name, foreign.column, place], *also]}
