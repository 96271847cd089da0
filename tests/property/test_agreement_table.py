"""Every back end and the reference agree on every operation with every kind of operand."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl
import pytest

from peakguard.engines.polars.rows import canonical_rows
from peakguard.expression.check import check
from peakguard.expression.emit.polars import emit
from peakguard.expression.grammar import parse
from peakguard.expression.reference.interpreter import Row, evaluate
from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed
from peakguard.expression.types import FLOAT64, INT64, Column
from tests.property import duckdb_backend, scalar_backend
from tests.property.expressions import ROW_TYPES
from tests.property.nasty import frame, rows
from tests.property.table import table
from tests.property.test_expression_agreement import assert_same, typed, within_tolerance

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


SUMS_OF_LISTS = [
    "{f}(p.px for p in legs)",
    "{f}(p.px for p in legs if p.px > 1)",
    "{f}(p.fee_n for p in legs_n)",
    "{f}(m for m in marks)",
    "{f}(m for m in marks if m > 1)",
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("function", ["sum", "mean"])
@pytest.mark.parametrize("form", SUMS_OF_LISTS)
def test_a_back_end_agrees_on_sums_of_lists(backend: str, function: str, form: str) -> None:
    text = form.format(f=function)
    root, gross = typed(text), typed(form.replace(" for", ") for", 1).replace("{f}(", "sum(abs(", 1))
    assert root is not None
    assert gross is not None
    ours, sizes = evaluate(root, READ, ()), evaluate(gross, READ, ())
    theirs = BACKENDS[backend]({text: root}, (), DATA, READ)[text]
    for our, their, size in zip(ours, theirs, sizes, strict=True):
        assert within_tolerance(our, their, 1e-12 * size if size is not None else 0.0), (text, our, their)
    assert {0.0 if function == "sum" else None} & set(ours)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("constant", [1, -1, 2, 3, -3, 7, -10, 2**31, 2**62, 2**63 - 1, -(2**63) + 1])
@pytest.mark.parametrize("form", ["n * {c}", "{c} * n", "n + {c}", "n - {c}", "{c} - n"])
def test_a_back_end_knows_the_last_integer_that_fits(backend: str, constant: int, form: str) -> None:
    text = form.format(c=f"({constant})" if constant < 0 else constant)
    ends = (-(2**63), 2**63 - 1)
    edges = {end // constant + step for end in ends for step in range(-2, 3)}
    edges |= {end + moved + step for end in ends for moved in (-constant, constant) for step in (-1, 0, 1)}
    data = pl.DataFrame({"n": sorted(each for each in edges if -(2**63) <= each < 2**63)}, schema={"n": pl.Int64})
    node, _ = parse(text)
    assert node is not None
    found, _ = check(node, Scope(columns={"n": Column(INT64)}, ordered=False), want=None)
    assert found is not None
    read = canonical_rows(data)
    ours = evaluate(found.root, read, ())
    theirs = BACKENDS[backend]({text: found.root}, (), data, read)[text]
    assert_same(text, list(ours), list(theirs), backend)


DIVISORS = pl.Series([-0.0, 0.0, 49.0, 3.0, 1e-320, math.inf, -math.inf, None])
DIVIDENDS = pl.Series([1.0, -1.0, 0.0, -0.0, 49.0, 0.1, math.inf, None])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("finite", [True, False])
@pytest.mark.parametrize("scalar", ["neither", "a", "b", "both"])
@pytest.mark.parametrize("text", ["a / b", "49 / b", "a / 49", "a / (1 / b)"])
def test_a_back_end_divides_alike_whether_a_column_holds_one_value(
    backend: str, scalar: str, finite: bool, text: str
) -> None:
    columns = {name: Column(FLOAT64, nullable=True, finite=finite) for name in "ab"}
    node, _ = parse(text)
    assert node is not None
    found, _ = check(node, Scope(columns=columns, ordered=False), want=None)
    assert found is not None
    whole = pl.DataFrame({"a": DIVIDENDS}).join(pl.DataFrame({"b": DIVISORS}), how="cross")
    kept = whole.filter(pl.all_horizontal(pl.all().is_finite() | pl.all().is_null())) if finite else whole
    fixed = {"neither": [], "both": ["a", "b"]}.get(scalar, [scalar])
    # By their text, for the two zeros are one to Polars.
    chosen = {repr(row): row for row in kept.select(fixed).rows()} if fixed else {"": ()}
    for values in chosen.values():
        # Polars stores a literal as one value for all rows, and computes with it in other ways.
        data = kept.with_columns(
            pl.lit(value, pl.Float64).alias(name) for name, value in zip(fixed, values, strict=True)
        )
        read = canonical_rows(data)
        ours = evaluate(found.root, read, ())
        theirs = BACKENDS[backend]({text: found.root}, (), data, read)[text]
        assert_same(text, list(ours), list(theirs), f"{backend} {fixed} {values}")
