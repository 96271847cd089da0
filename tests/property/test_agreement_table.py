"""Every back end and the reference agree on every operation with every kind of operand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl
import pytest

from peakguard.engines.polars.rows import canonical_rows
from peakguard.expression.emit.polars import emit
from peakguard.expression.reference.interpreter import Row, evaluate
from peakguard.expression.typed import Typed
from tests.property import duckdb_backend, scalar_backend
from tests.property.expressions import ROW_TYPES
from tests.property.nasty import frame, rows
from tests.property.table import table
from tests.property.test_expression_agreement import assert_same, typed

DATA = duckdb_backend.storable(frame(21, 120))
READ = rows(DATA)
TABLES = {ordered: table(ordered=ordered) for ordered in (False, True)}
Roots = Mapping[str, Typed]
Values = Mapping[str, Sequence[Any]]


@cache
def expected(kind: str, ordered: bool, within: tuple[str, ...]) -> tuple[Roots, Values]:
    """The expressions of one part of the table, and what the reference makes of them."""
    found = {text: typed(text) for text in TABLES[ordered][kind]}
    roots = {text: root for text, root in found.items() if root is not None}
    return roots, {text: evaluate(root, READ, within) for text, root in roots.items()}


def in_polars(roots: Roots, within: Sequence[str], data: pl.DataFrame, read: Sequence[Row]) -> Values:
    made = [
        eval(emit(root, {}, within), {"pl": pl, "__builtins__": {}}).alias(str(place))
        for place, root in enumerate(roots.values())
    ]
    found = canonical_rows(data.select(made))
    return {text: [row[str(place)] for row in found] for place, text in enumerate(roots)}


def in_python(roots: Roots, within: Sequence[str], data: pl.DataFrame, read: Sequence[Row]) -> Values:
    return {text: scalar_backend.run(root, read, within) for text, root in roots.items()}


def in_sql(roots: Roots, within: Sequence[str], data: pl.DataFrame, read: Sequence[Row]) -> Values:
    return {text: duckdb_backend.run(root, data, within) for text, root in roots.items()}


BACKENDS: dict[str, Callable[[Roots, Sequence[str], pl.DataFrame, Sequence[Row]], Values]] = {
    "polars": in_polars,
    "python": in_python,
    "sql": in_sql,
}
PARTS = [(False, ()), (True, ()), (True, ("group",))]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("ordered", "within"), PARTS, ids=["row", "ordered", "groups"])
@pytest.mark.parametrize("kind", ROW_TYPES)
def test_a_back_end_agrees_with_the_table(backend: str, kind: str, ordered: bool, within: tuple[str, ...]) -> None:
    roots, ours = expected(kind, ordered, within)
    theirs = BACKENDS[backend](roots, within, DATA, READ)
    for text, values in ours.items():
        assert_same(text, list(values), list(theirs[text]), backend)


def test_the_table_is_large_enough() -> None:
    counted = sum(len(texts) for tables in TABLES.values() for texts in tables.values())
    assert counted * DATA.height > 600_000
