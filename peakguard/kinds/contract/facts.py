"""What others may know of a contract."""

from collections.abc import Iterator
from typing import Any

from peakguard.kinds.contract.about import demand_texts
from peakguard.kinds.contract.demands import demands
from peakguard.kinds.contract.float_sums import float_sums
from peakguard.kinds.contract.model import Contract, ForeignKey
from peakguard.language.document import Document


def known_of(document: Document[Contract]) -> dict[str, Any]:
    """The columns with their types, which of them identify a row, the references with where they are written, the
    rules whose sums depend on the order of rows, and the ids of all that can be broken."""
    spec = document.spec
    return {
        "columns": {name: column.shape for name, column in spec.columns.items()},
        "key": list(spec.key),
        "unique": [name for name, column in spec.columns.items() if column.unique],
        # What a frame can break beside what a file can.
        "rules": list(dict.fromkeys([*_rules(spec), *demand_texts(spec), "extra_columns", "column_order"])),
        "sums": float_sums(spec),
        "references": [_reference(document, name, foreign) for name, foreign in spec.references.items()],
    }


def _reference(document: Document[Contract], name: str, foreign: ForeignKey) -> dict[str, Any]:
    """`pairs` are columns of ours, each with the column there and with the place where that is written."""
    place = list(document.span("references", name, "column"))
    also = [[own, theirs, list(document.span("references", name, "also", own))] for own, theirs in foreign.also.items()]
    return {"contract": foreign.contract, "pairs": [[name, foreign.column, place], *also]}


def _rules(spec: Contract) -> Iterator[str]:
    """The ids under which reports name what a contract demands, but for data it refers to and functions it calls."""
    yield from (demand.id for demand in demands(spec))
    for name, column in spec.columns.items():
        yield f"columns.{name}.type"
        yield from [f"columns.{name}.required"] if column.required else []
        yield from [f"columns.{name}.unique"] if column.unique else []
    for key in ("key", "order", "cadence", "freshness", "rows"):
        if getattr(spec, key):
            yield key
    yield from ["extra_columns"] if spec.extra_columns == "forbid" else []
    yield from ["column_order"] if spec.column_order == "declared" else []
