"""Rows of files in pieces: each once and in order, and no more of them are read ahead than of two pieces."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from time import sleep
from typing import Any

import polars as pl
import pytest

from peakguard.engines.polars import batches
from peakguard.engines.polars.batches import BATCHES_PER_PIECE, in_pieces

BATCH = 1000
"""Rows of a batch of a query that looks back."""
PIECE = BATCHES_PER_PIECE * BATCH


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many queries have begun, one for each element."""
    found: list[int] = []
    made = batches._batches

    def counted(*given: Any, **named: Any) -> Iterator[pl.DataFrame]:
        found.append(len(found))
        return made(*given, **named)

    monkeypatch.setattr(batches, "rows_per_batch", lambda _: 2 * BATCH)
    monkeypatch.setattr(batches._Pace, "is_of_reader", False)
    monkeypatch.setattr(batches, "_batches", counted)
    return found


def looking_back(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns((pl.col("n") - pl.col("n").shift(1)).alias("step"))


@pytest.mark.parametrize("height", [0, 1, BATCH, PIECE, PIECE + 1, 3 * PIECE - 1, 3 * PIECE])
def test_every_row_comes_once_and_in_order(begun: list[int], height: int) -> None:
    rows = pl.DataFrame({"n": range(height)}, schema={"n": pl.Int64})
    found = list(in_pieces(rows.lazy(), height, 1, looking_back))
    assert all(0 < batch.height <= BATCH for batch in found)
    numbers = [each for batch in found for each in batch["n"]]
    assert numbers == list(range(height))
    steps = [each for batch in found for each in batch["step"]]
    assert steps == [None if place % PIECE == 0 else 1 for place in range(height)]
    assert len(begun) == -(-height // PIECE)


def test_the_next_piece_begins_when_one_nears_its_end(begun: list[int]) -> None:
    rows = pl.DataFrame({"n": range(5 * PIECE)})
    taken = 0
    for batch in in_pieces(rows.lazy(), rows.height, 1, looking_back):
        taken += batch.height
        assert len(begun) <= 1 + (taken + BATCH) // PIECE


def test_pieces_grow_longer_while_reading_takes_the_time(begun: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to a bound, and they are short again as soon as rows have to wait."""
    paces = iter([True, True, True, False, True, True])
    monkeypatch.setattr(batches._Pace, "is_of_reader", property(lambda _: next(paces)))
    rows = pl.DataFrame({"n": range(14 * PIECE)})
    found = pl.concat(in_pieces(rows.lazy(), rows.height, 1, looking_back))
    assert found["n"].to_list() == rows["n"].to_list()
    begins = [0, 1, 3, 6, 9, 10, 12]
    assert found["step"].is_null().arg_true().to_list() == [place * PIECE for place in begins]
    assert len(begun) == len(begins)


@pytest.mark.parametrize(("waited", "worked", "is_of_reader"), [(0.03, 0.001, True), (0.0, 0.01, False)])
def test_who_waits_for_whom_is_seen_by_the_clock(waited: float, worked: float, *, is_of_reader: bool) -> None:
    pace = batches._Pace()

    def read() -> Iterator[pl.DataFrame]:
        for _ in range(3):
            sleep(waited)
            yield pl.DataFrame()

    for _ in pace.of(read()):
        sleep(worked)
    assert pace.is_of_reader == is_of_reader


@pytest.mark.usefixtures("begun")
def test_what_is_stored_in_large_parts_is_not_cut_finer() -> None:
    rows = pl.DataFrame({"n": range(3 * PIECE)})
    found = pl.concat(in_pieces(rows.lazy(), rows.height, 1, looking_back, least=2 * PIECE))
    assert found["n"].to_list() == rows["n"].to_list()
    assert found["step"].is_null().arg_true().to_list() == [0, 2 * PIECE]


@pytest.mark.usefixtures("begun")
def test_rows_that_are_missing_end_nothing_early() -> None:
    rows = pl.DataFrame({"n": range(PIECE + 10)})
    assert sum(batch.height for batch in in_pieces(rows.lazy(), 3 * PIECE, 1, looking_back)) == PIECE + 10


@pytest.mark.slow
def test_memory_is_bounded_where_rows_are_read_faster_than_judged() -> None:
    """Interleaved symbols are judged slowly; before there were pieces, 20 M rows took 1.2 GiB and 60 M rows 2.7."""
    benchmark = [sys.executable, "-m", "tests.benchmarks.contracts.large", "--rows", "20000000"]
    subprocess.run([*benchmark, "--layout", "interleaved"], check=True, timeout=300)
