"""Row numbers held compactly are the numbers that went in."""

from __future__ import annotations

import pickle

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.engines.polars.expressions import segment_of
from peakguard.runtime.rows import Rows

MASKS = st.lists(st.lists(st.booleans(), max_size=70), max_size=4)


def rows_of(masks: list[list[bool]], skip: int) -> tuple[Rows, tuple[int, ...]]:
    """The true places of all masks one after another, of which the first `skip` of each are sliced away."""
    segments, expected, base = [], [], 0
    for mask in masks:
        part = pl.Series(mask, dtype=pl.Boolean)[skip:]
        segments.append(segment_of(part, base))
        expected += [base + place for place, bit in enumerate(mask[skip:]) if bit]
        base += len(part)
    return Rows(segments), tuple(expected)


@given(masks=MASKS, skip=st.integers(0, 9), sparse=st.booleans())
def test_what_goes_in_comes_out(masks: list[list[bool]], skip: int, sparse: bool) -> None:
    if sparse:
        masks = [[bit for bit in mask for bit in (bit, *[False] * 40)] for mask in masks]
    rows, expected = rows_of(masks, skip)
    assert tuple(rows) == expected
    assert rows == expected
    assert expected == rows
    assert len(rows) == len(expected)
    assert hash(rows) == hash(expected)
    assert pickle.loads(pickle.dumps(rows)) == expected
    for place in range(-len(expected), len(expected)):
        assert rows[place] == expected[place]
    assert rows[1:3] == expected[1:3]
    assert rows[:2] == expected[:2]


@given(numbers=st.sets(st.integers(0, 10_000)))
def test_of_holds_any_ascending_numbers(numbers: set[int]) -> None:
    assert Rows.of(sorted(numbers)) == tuple(sorted(numbers))


def test_other_rows_are_not_equal() -> None:
    assert Rows.of([1, 2]) != (1, 3)
    assert Rows.of([1, 2]) != (1, 2, 3)
    assert Rows.of([1]) != "1"
    with pytest.raises(IndexError):
        Rows.of([1])[1]


def test_every_row_of_a_large_file_costs_a_bit_each() -> None:
    segment = segment_of(pl.repeat(value=True, n=80_000, dtype=pl.Boolean, eager=True), 0)
    assert segment.bitmap is not None
    assert len(segment.bitmap) == 10_000
