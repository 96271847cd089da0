"""The digest of a frame is that of its content, however it is stored; where two differ first is found."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing.parametric import dataframes

from peakguard.engines.polars.canonical import digests_of_frame, frame_of, packed, unpacked
from peakguard.engines.polars.difference import difference
from peakguard.kinds.reproducibility.checkpoints import checkpoint_of

FRAME = pl.DataFrame(
    {
        "f": [1.0, None, float("nan"), -0.0],
        "s": ["x", None, "yy", ""],
        "b": [True, None, False, True],
        "d": [date(2026, 1, 1), None, None, date(1970, 1, 1)],
        "l": [[1, 2], None, [], [None, 3]],
        "r": [{"q": 1.5, "t": "z"}, None, {"q": None, "t": None}, {"q": 2.0, "t": ""}],
        "m": [Decimal("1.50"), None, Decimal(2), Decimal(3)],
        "y": [b"a", None, b"\xff", b""],
        "t": [datetime(2026, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 2, tzinfo=UTC), None],
        "c": pl.Series(["u", "v", None, "u"], dtype=pl.Categorical),
        "a": pl.Series([[1.0, 2.0], None, [3.0, 4.0], [0.0, 0.0]], dtype=pl.Array(pl.Float64, 2)),
    }
)
_ORDINARY = dataframes(min_cols=1, max_cols=3, max_size=6, allowed_dtypes=[pl.Int64, pl.Float64, pl.String, pl.Boolean])


def test_storage_does_not_count() -> None:
    digests = digests_of_frame(FRAME)
    assert digests_of_frame(pl.concat([FRAME[:1], FRAME[1:]], rechunk=False)) == digests
    assert digests_of_frame(pl.concat([FRAME, FRAME])[4:]) == digests
    assert digests_of_frame(unpacked(packed(FRAME))) == digests
    buffer = io.BytesIO()
    FRAME.drop("a").write_parquet(buffer)
    assert digests_of_frame(pl.read_parquet(buffer.getvalue())) == digests_of_frame(FRAME.drop("a"))


@pytest.mark.parametrize("column", FRAME.columns)
def test_every_kind_of_value_counts(column: str) -> None:
    reversed_ = FRAME.with_columns(FRAME[column].reverse())
    changed = [name for name, digest in digests_of_frame(FRAME).items() if digests_of_frame(reversed_)[name] != digest]
    assert changed == [column]
    without = FRAME.with_columns(pl.when(pl.int_range(pl.len()) > 0).then(pl.col(column)).alias(column))
    assert digests_of_frame(without)[column] != digests_of_frame(FRAME)[column]


def test_texts_that_join_to_one_are_told_apart() -> None:
    one, other = pl.DataFrame({"s": ["ab", "c"]}), pl.DataFrame({"s": ["a", "bc"]})
    assert digests_of_frame(one) != digests_of_frame(other)
    nested, flat = pl.DataFrame({"l": [[1], [2, 3]]}), pl.DataFrame({"l": [[1, 2], [3]]})
    assert digests_of_frame(nested) != digests_of_frame(flat)


@given(_ORDINARY, st.data())
def test_frames_differ_exactly_where_their_digests_do(frame: pl.DataFrame, data: st.DataObject) -> None:
    other = frame.sample(fraction=1.0, shuffle=True, seed=data.draw(st.integers(0, 5))) if frame.height else frame
    found = difference(frame, other)
    differ = [name for name, digest in digests_of_frame(frame).items() if digests_of_frame(other)[name] != digest]
    assert (None if found is None else found.column) == (differ[0] if differ else None)
    if found is not None:
        assert found.row is not None
        assert frame[found.column or ""][: found.row].equals(other[found.column or ""][: found.row], null_equal=True)


@pytest.mark.parametrize(
    ("other", "column", "row", "rows"),
    [
        (FRAME.with_columns(f=pl.Series([1.0, None, float("nan"), 0.0])), "f", 3, 1),
        (FRAME.with_columns(s=pl.Series(["x", "n", "yy", "?"])), "s", 1, 2),
        (FRAME.head(2), "f", None, None),
        (FRAME.rename({"b": "bb"}), "b", None, None),
        (FRAME.with_columns(pl.col("d").cast(pl.String)), "d", None, None),
    ],
)
def test_the_first_difference_is_named(other: pl.DataFrame, column: str, row: int | None, rows: int | None) -> None:
    found = difference(FRAME, other)
    assert found is not None
    assert (found.column, found.row, found.rows) == (column, row, rows)


def _forms(frame: pl.DataFrame) -> list[Any]:
    return [frame, frame.lazy(), frame.to_arrow(), frame.to_pandas(), frame.to_arrow().to_batches()[0]]


def test_frames_of_all_libraries_have_one_digest() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0], "n": [1, 2]})
    assert len({checkpoint_of("a", form).digest for form in _forms(frame)}) == 1
    assert checkpoint_of("a", pl.Series("x", [1.0])).digest == checkpoint_of("a", pd.Series([1.0], name="x")).digest


def test_an_index_of_pandas_that_holds_something_counts() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0]}, index=pd.Index(["a", "b"], name="symbol"))
    assert frame_of(frame).columns == ["symbol", "x"]
    assert checkpoint_of("a", frame).digest != checkpoint_of("a", frame.reset_index(drop=True)).digest


def test_an_empty_frame_has_a_digest() -> None:
    empty = [
        pl.DataFrame(),
        pl.DataFrame({"x": []}, schema={"x": pl.String}),
        pa.table({"x": pa.array([], pa.int64())}),
    ]
    assert len({checkpoint_of("a", each).digest for each in empty}) == 3
