"""Walks the typed IR over rows. A group is evaluated by itself: ordered operations see its rows in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.expression.reference.aggregate import AGGREGATE
from peakguard.expression.reference.each import EACH
from peakguard.expression.reference.ordered import ORDERED
from peakguard.expression.reference.row import apply
from peakguard.expression.typed import Typed

Row = Mapping[str, Any]


def evaluate(node: Typed, rows: Sequence[Row], within: Sequence[str] = ()) -> list[Any]:
    """The value for each row, in the order of the rows; ordered functions stay within their group."""
    results: list[Any] = [None] * len(rows)
    for positions in groups(rows, within):
        for position, value in zip(positions, column(node, [rows[each] for each in positions]), strict=True):
            results[position] = value
    return results


def evaluate_dataset(node: Typed, rows: Sequence[Row], within: Sequence[str] = ()) -> list[Any]:
    """The value for each group, in the order in which groups first appear; without `within` one value."""
    if not within:
        return [single(node, rows)]
    return [single(node, [rows[each] for each in positions]) for positions in groups(rows, within)]


def groups(rows: Sequence[Row], within: Sequence[str]) -> list[list[int]]:
    """The positions of the rows of each group; nulls are equal, NaNs are equal, zero has no sign."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for position, row in enumerate(rows):
        key = tuple("NaN" if row[name] != row[name] else row[name] for name in within)
        found.setdefault(key, []).append(position)
    return list(found.values())


def column(node: Typed, rows: Sequence[Row]) -> list[Any]:
    """The value for each row of one group."""
    if node.op == "literal":
        return [node.value] * len(rows)
    if node.op in ("column", "item"):
        return [row[node.value] for row in rows]
    if node.op in EACH:
        return [_over_list(node, row) for row in rows]
    if node.op in AGGREGATE:
        return [single(node, rows)] * len(rows)
    args = [column(arg, rows) for arg in node.args]
    if node.op in ORDERED:
        return ORDERED[node.op](node, *args)
    return [apply(node, values) for values in zip(*args, strict=True)]


def _over_list(node: Typed, row: Row) -> Any:
    """The value of a generator for one row: each item of the list stands beside the row's columns."""
    source, element, *conditions = node.args
    items = column(source, [row])[0]
    if items is None:
        return None
    rows = [{**row, node.value: item} for item in items]
    kept = [column(condition, rows) for condition in conditions] or [[True] * len(rows)]
    return EACH[node.op](node, column(element, rows), kept[0])


def single(node: Typed, rows: Sequence[Row]) -> Any:
    """The one value that a dataset expression has for all rows."""
    if node.op == "literal":
        return node.value
    if node.op in AGGREGATE:
        if node.op == "count" and not node.args:
            return len(rows)
        return AGGREGATE[node.op](node, [each for each in column(node.args[0], rows) if each is not None])
    return apply(node, [single(arg, rows) for arg in node.args])
