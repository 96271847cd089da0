"""Polars and the reference agree on every operation with every kind of operand."""

import polars as pl
import pytest

from peakguard.expression.emit.polars import emit
from peakguard.expression.reference.interpreter import evaluate
from peakguard.expression.typed import Typed
from tests.property.expressions import ROW_TYPES
from tests.property.nasty import frame, rows
from tests.property.table import table
from tests.property.test_expression_agreement import assert_same, typed

DATA = frame(21, 120)
READ = rows(DATA)
TABLES = {ordered: table(ordered=ordered) for ordered in (False, True)}


def expressions(kind: str, *, ordered: bool) -> dict[str, Typed]:
    found = {text: typed(text) for text in TABLES[ordered][kind]}
    return {text: root for text, root in found.items() if root is not None}


@pytest.mark.parametrize("within", [(), ("group",)], ids=["whole", "groups"])
@pytest.mark.parametrize("ordered", [False, True], ids=["row", "ordered"])
@pytest.mark.parametrize("kind", ROW_TYPES)
def test_polars_agrees_with_the_table(kind: str, ordered: bool, within: tuple[str, ...]) -> None:
    if within and not ordered:
        return
    roots = expressions(kind, ordered=ordered)
    emitted = {text: emit(root, {}, within) for text, root in roots.items()}
    made = [eval(each, {"pl": pl, "__builtins__": {}}).alias(text) for text, each in emitted.items()]
    result = DATA.select(made)
    times = [name for name, kind in result.schema.items() if kind in (pl.Datetime, pl.Duration)]
    result = result.with_columns(pl.col(times).cast(pl.Int64))
    for text, root in roots.items():
        assert_same(text, evaluate(root, READ, within), result[text].to_list(), emitted[text])


def test_the_table_is_large_enough() -> None:
    counted = sum(len(texts) for tables in TABLES.values() for texts in tables.values())
    assert counted * DATA.height > 250_000
