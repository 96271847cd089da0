"""The rows against a constraint are those that pandera and dataframely name, on random data; where not, it says why."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.kinds.contract.runtime import Contract

pytestmark = pytest.mark.slow
MANY = settings(max_examples=150, deadline=None, derandomize=True)
NUMBERS = st.sampled_from([None, -1, 0, 1, 2, 3, 2**53 + 1])
FLOATS = st.sampled_from([None, -0.0, 0.0, 0.5, 1.0, 2.0, math.inf, -math.inf, math.nan])
TEXTS = st.sampled_from([None, "", "a", "ab", "abc", "Äb", "𝒳", "a\n", "A1"])


class Shared(NamedTuple):
    """A constraint as each tool writes it; `pandera` and `dataframely` give the column of their schema."""

    id: str
    ours: str
    values: st.SearchStrategy[Any]
    dtype: Any
    pandera: Callable[[Any], Any]
    dataframely: Callable[[Any], Any]


def bound(name: str, relation: str, check: str, option: str, dtype: Any, values: Any) -> Shared:
    kind = "int64" if dtype == pl.Int64 else "float64"
    finite = "" if kind == "int64" else ", finite: false"
    column = {"int64": "Int64", "float64": "Float64"}[kind]
    extra = {} if kind == "int64" else {"allow_inf": True, "allow_nan": True}
    return Shared(
        f"columns.c.{name}",
        f"{{type: {kind}, nullable: true, {relation}: 1{finite}}}",
        values,
        dtype,
        lambda pa: pa.Column(dtype, getattr(pa.Check, check)(1), nullable=True),
        lambda dy: getattr(dy, column)(nullable=True, **{option: 1}, **extra),
    )


SHARED = [
    *(
        bound(name, name, check, option, dtype, values)
        for dtype, values in ((pl.Int64, NUMBERS), (pl.Float64, FLOATS))
        for name, check, option in (
            ("gt", "gt", "min_exclusive"),
            ("ge", "ge", "min"),
            ("lt", "lt", "max_exclusive"),
            ("le", "le", "max"),
        )
    ),
    Shared(
        "columns.c.values",
        "{type: string, nullable: true, values: [a, ab]}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.isin(["a", "ab"]), nullable=True),
        lambda dy: dy.String(nullable=True, check=lambda column: column.is_in(["a", "ab"])),
    ),
    Shared(
        "columns.c.matches",
        "{type: string, nullable: true, matches: '[a-z]+'}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.str_matches(r"^[a-z]+$"), nullable=True),
        lambda dy: dy.String(nullable=True, regex=r"^[a-z]+$"),
    ),
    Shared(
        "columns.c.min_length",
        "{type: string, nullable: true, min_length: 2}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.str_length(min_value=2), nullable=True),
        lambda dy: dy.String(nullable=True, min_length=2),
    ),
    Shared(
        "columns.c.max_length",
        "{type: string, nullable: true, max_length: 2}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.str_length(max_value=2), nullable=True),
        lambda dy: dy.String(nullable=True, max_length=2),
    ),
    Shared(
        "columns.c.not_in",
        "{type: string, nullable: true, not_in: [a, Äb]}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.notin(["a", "Äb"]), nullable=True),
        lambda dy: dy.String(nullable=True, check=lambda column: ~column.is_in(["a", "Äb"])),
    ),
    Shared(
        "columns.c.not_in",
        "{type: int64, nullable: true, not_in: [0, 2]}",
        NUMBERS,
        pl.Int64,
        lambda pa: pa.Column(pl.Int64, pa.Check.notin([0, 2]), nullable=True),
        lambda dy: dy.Int64(nullable=True, check=lambda column: ~column.is_in([0, 2])),
    ),
    Shared(
        "columns.c.starts_with",
        "{type: string, nullable: true, starts_with: a}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.str_startswith("a"), nullable=True),
        lambda dy: dy.String(nullable=True, regex=r"^a"),
    ),
    Shared(
        "columns.c.ends_with",
        "{type: string, nullable: true, ends_with: b}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.str_endswith("b"), nullable=True),
        lambda dy: dy.String(nullable=True, regex=r"b$"),
    ),
    Shared(
        "columns.c.contains",
        "{type: string, nullable: true, contains: b}",
        TEXTS,
        pl.String,
        lambda pa: pa.Column(str, pa.Check.str_contains("b"), nullable=True),
        lambda dy: dy.String(nullable=True, regex="b"),
    ),
    Shared(
        "columns.c.multiple_of",
        "{type: int64, nullable: true, multiple_of: 3}",
        NUMBERS,
        pl.Int64,
        lambda pa: pa.Column(
            pl.Int64, pa.Check(lambda data: data.lazyframe.select(pl.col("c") % 3 == 0)), nullable=True
        ),
        lambda dy: dy.Int64(nullable=True, check=lambda column: column % 3 == 0),
    ),
    Shared(
        "columns.c.not_null",
        "{type: int64}",
        NUMBERS,
        pl.Int64,
        lambda pa: pa.Column(pl.Int64),
        lambda dy: dy.Int64(nullable=False),
    ),
    Shared(
        "columns.c.unique",
        "{type: int64, unique: true}",
        NUMBERS.filter(lambda value: value is not None),
        pl.Int64,
        lambda pa: pa.Column(pl.Int64, unique=True, report_duplicates="all"),
        lambda dy: dy.Int64(nullable=False, unique=True),
    ),
]


@cache
def contract(column: str) -> Contract:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        text = f"peakguard: 1\nkind: contract\nname: it\nversion: 1.0.0\ncolumns:\n  row: int64\n  c: {column}\n"
        (Path(folder) / "contracts" / "it.yaml").write_text(text)
        return peakguard.load(folder).contract("it")


def ours(shared: Shared, frame: pl.DataFrame) -> set[int]:
    return {row for each in contract(shared.ours).inspect(frame).violations for row in each.rows}


def by_pandera(shared: Shared, frame: pl.DataFrame) -> set[int]:
    import pandera.polars as pa

    schema = pa.DataFrameSchema({"row": pa.Column(pl.Int64), "c": shared.pandera(pa)})
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return set(error.failure_cases["index"].to_list())
    return set()


def by_dataframely(shared: Shared, frame: pl.DataFrame) -> set[int]:
    import dataframely as dy

    schema = type("It", (dy.Schema,), {"row": dy.Int64(nullable=False), "c": shared.dataframely(dy)})
    _, failure = schema.filter(frame)  # type: ignore[attr-defined] # a schema made by hand
    return set(failure.invalid()["row"].to_list())


def is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


@pytest.mark.parametrize("shared", SHARED, ids=lambda each: f"{each.id} {each.dtype}")
@MANY
@given(data=st.data())
def test_the_same_rows_are_named(shared: Shared, data: st.DataObject) -> None:
    values = data.draw(st.lists(shared.values, min_size=1, max_size=8))
    frame = pl.DataFrame({"row": range(len(values)), "c": values}, {"row": pl.Int64, "c": shared.dtype})
    mine = ours(shared, frame)
    # To Polars, and so to both of them, NaN is the largest number; to IEEE 754 and to us no comparison with it holds.
    nan = {row for row, value in enumerate(values) if is_nan(value)}
    assert nan <= mine
    is_lower = shared.id.endswith(("gt", "ge"))
    expected = mine - nan if is_lower else mine
    assert by_dataframely(shared, frame) == (in_bytes(shared, values) if "length" in shared.id else expected)
    assert by_pandera(shared, frame) == expected


def in_bytes(shared: Shared, values: list[str | None]) -> set[int]:
    """dataframely counts the bytes of UTF-8 where pandera and we count characters."""
    lengths = {row: len(value.encode()) for row, value in enumerate(values) if value is not None}
    is_least = shared.id.endswith("min_length")
    return {row for row, length in lengths.items() if (length < 2 if is_least else length > 2)}


@MANY
@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_a_rule_between_columns_names_the_same_rows(rows: list[tuple[int | None, int | None]]) -> None:
    import dataframely as dy
    import pandera.polars as pa

    frame = pl.DataFrame(rows, {"a": pl.Int64, "b": pl.Int64}, orient="row").with_row_index("row")
    frame = frame.with_columns(pl.col("row").cast(pl.Int64))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        text = (
            "peakguard: 1\nkind: contract\nname: it\nversion: 1.0.0\ncolumns:\n  row: int64\n"
            "  a: {type: int64, nullable: true}\n  b: {type: int64, nullable: true}\n"
            "rules: {r: {expr: a <= b, on_null: pass}}\n"
        )
        (Path(folder) / "contracts" / "it.yaml").write_text(text)
        verdict = peakguard.load(folder).contract("it").inspect(frame)
    mine = {row for each in verdict.violations for row in each.rows}
    members = {name: dy.Int64(nullable=name != "row") for name in ("row", "a", "b")}
    rule = dy.rule()(lambda _: (pl.col("a") <= pl.col("b")).fill_null(value=True))
    _, failure = type("It", (dy.Schema,), {**members, "r": rule}).filter(frame)  # type: ignore[attr-defined] # by hand
    assert set(failure.invalid()["row"].to_list()) == mine
    check = pa.Check(lambda data: data.lazyframe.select((pl.col("a") <= pl.col("b")).fill_null(value=True)))
    columns = {name: pa.Column(pl.Int64, nullable=True) for name in ("row", "a", "b")}
    try:
        pa.DataFrameSchema(columns, checks=check).validate(frame, lazy=True)
        named = set()
    except pa.errors.SchemaErrors as error:
        named = set(error.failure_cases["index"].to_list())
    assert named == mine


@MANY
@given(rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=8))
def test_a_repeated_key_names_the_same_rows(rows: list[tuple[int, int]]) -> None:
    import dataframely as dy

    frame = pl.DataFrame(rows, {"a": pl.Int64, "b": pl.Int64}, orient="row").with_row_index("row")
    frame = frame.with_columns(pl.col("row").cast(pl.Int64))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        text = (
            "peakguard: 1\nkind: contract\nname: it\nversion: 1.0.0\n"
            "columns: {row: int64, a: int64, b: int64}\nkey: [a, b]\n"
        )
        (Path(folder) / "contracts" / "it.yaml").write_text(text)
        verdict = peakguard.load(folder).contract("it").inspect(frame)
    mine = {row for each in verdict.violations for row in each.rows}
    members = {"row": dy.Int64(nullable=False), "a": dy.Int64(primary_key=True), "b": dy.Int64(primary_key=True)}
    _, failure = type("It", (dy.Schema,), members).filter(frame)  # type: ignore[attr-defined] # by hand
    assert set(failure.invalid()["row"].to_list()) == mine
