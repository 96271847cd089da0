"""What rows, or steps, are to each other: distinct, in order, of one group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from peakguard.api.rule_testing.missing.prover.cells import Cell, Untranslatable, both, either, equal, less, opposite
from peakguard.api.rule_testing.missing.prover.translation import Row
from peakguard.kinds.contract.model import Contract


def unique(spec: Contract) -> list[Sequence[str]]:
    """The columns that together, or alone, tell rows apart."""
    alone = [(name,) for name, column in spec.columns.items() if column.unique]
    return [*alone, *([spec.key] if spec.key else [])]


def distinct(names: Sequence[str], rows: Sequence[Row]) -> Any:
    """That no two rows have the same values under these names."""
    pairs = [(one, other) for number, one in enumerate(rows) for other in rows[:number]]
    return both(*(either(*(opposite(equal(_cell(a, name), _cell(b, name))) for name in names)) for a, b in pairs))


def in_order(spec: Contract, rows: Sequence[Row]) -> Any:
    """That rows rise as a contract asks."""
    assert spec.order is not None
    name = spec.order.by
    return both(*(less(_cell(before, name), _cell(after, name)) for before, after in pairwise(rows)))


def same(rows: Sequence[Row], name: str) -> Any:
    """That all rows have one value under a name."""
    cells = [_cell(row, name) for row in rows]
    return both(*(equal(cells[0], each) for each in cells[1:]), *(opposite(each.null) for each in cells))


def _cell(row: Row, name: str) -> Cell:
    found = row.get(name)
    if not isinstance(found, Cell):
        raise Untranslatable(name)
    return found
