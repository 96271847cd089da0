"""Runs generated Python over rows as the reference reads them, for comparison with other back ends."""

from collections.abc import Callable, Sequence
from typing import Any

from peakguard.expression.emit.scalar import emit, is_ordered
from peakguard.expression.reference.interpreter import Row, groups
from peakguard.expression.typed import Typed, walk
from peakguard.runtime.scalar import load_ordered, load_scalar


def run(root: Typed, rows: Sequence[Row], within: Sequence[str] = ()) -> list[Any]:
    """The value for each row; every group has a state of its own, and its rows come in order."""
    names = list(dict.fromkeys(node.value for node in walk(root) if node.op == "column"))
    text = emit(root, names)
    if not is_ordered(root):
        return _each(load_scalar(text), names, rows)
    start, step = load_ordered(text)
    results: list[Any] = [None] * len(rows)
    for positions in groups(rows, within):
        state = start()
        for position in positions:
            results[position] = step(state, *(rows[position][name] for name in names))
    return results


def _each(rule: Callable[..., Any], names: Sequence[str], rows: Sequence[Row]) -> list[Any]:
    return [rule(*(row[name] for name in names)) for row in rows]
