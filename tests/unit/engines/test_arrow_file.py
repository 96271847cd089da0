"""What an Arrow file says of itself is what its writer wrote, or a fault."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather

from peakguard.engines.polars.arrow_file import ArrowFault, arrow_rows
from peakguard.engines.polars.flatbuffer import root

ROWS = 203


def frame() -> pl.DataFrame:
    """Every kind of column that Polars writes, with missing values."""
    numbers = range(ROWS)
    return pl.DataFrame(
        {
            "int": numbers,
            "bool": [n % 3 == 0 for n in numbers],
            "text": [f"longer than what a view holds {n}" if n % 7 else None for n in numbers],
            "decimal": [Decimal(n) for n in numbers],
            "list": [[n, None] if n % 3 else [] for n in numbers],
            "record": [{"x": n, "y": str(n)} for n in numbers],
            "bytes": [b"k" * n if n < 40 else None for n in numbers],
            "nothing": [None] * ROWS,
        },
        strict=False,
    ).with_columns(
        category=pl.col("text").cast(pl.Categorical),
        enum=pl.lit("a").cast(pl.Enum(["a", "b"])),
        day=pl.lit("2026-01-01").str.to_date(),
        pair=pl.col("int").reshape((-1, 1)),
    )


def by_polars(path: Path) -> Iterator[int]:
    for data in (frame(), frame().head(0), frame().head(1), frame()[3:100], frame().filter(pl.col("bool"))):
        for compression in ("uncompressed", "lz4", "zstd"):
            kinds: list[dict[str, Any]] = [{}, {"record_batch_size": 50}, {"compat_level": pl.CompatLevel.oldest()}]
            for options in kinds:
                data.write_ipc(path, compression=compression, **options)
                yield data.height
        data.lazy().sink_ipc(path)
        yield data.height


def by_pyarrow(path: Path) -> Iterator[int]:
    level = pl.CompatLevel.oldest()
    tables = [frame().drop("pair").to_arrow(compat_level=level), frame().drop("pair").to_arrow(), foreign()]
    for whole in tables:
        for table in (whole, whole.slice(1, 50)):
            for compression in (None, "lz4", "zstd"):
                for is_old in (False, True):
                    options = pa.ipc.IpcWriteOptions(
                        compression=compression, unify_dictionaries=True, use_legacy_format=is_old
                    )
                    with pa.ipc.new_file(str(path), table.schema, options=options) as writer:
                        writer.write_table(table, max_chunksize=33)
                    yield table.num_rows
    feather.write_feather(tables[0], str(path), chunksize=50)
    yield tables[0].num_rows


def foreign() -> pa.Table:
    """Types that Polars does not write."""
    return pa.table(
        {
            "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int8())),
            "fixed": pa.array([b"abcd", None], pa.binary(4)),
            "small": pa.array(["a", None], pa.string()),
            "large": pa.array([[1], [2]], pa.large_list(pa.int8())),
            "view": pa.array([[1], None], pa.list_view(pa.int8())),
            "pair": pa.array([[1, 2], None], pa.list_(pa.int32(), 2)),
            "runs": pa.array([1, 1], pa.run_end_encoded(pa.int32(), pa.int64())),
            "span": pa.array([None, (1, 2, 3)], pa.month_day_nano_interval()),
        }
    )


@pytest.mark.parametrize("write", [by_polars, by_pyarrow])
def test_what_writers_write_is_found_sound(tmp_path: Path, write: Any) -> None:
    for rows in write(tmp_path / "a.arrow"):
        assert arrow_rows(str(tmp_path / "a.arrow")) == rows


@pytest.mark.parametrize("part", ["footer", "head"])
def test_every_bit_shows_or_does_no_harm(tmp_path: Path, part: str) -> None:
    """A flip in the footer or in the head of a batch is a fault, or changes neither the schema nor any value."""
    path = tmp_path / "a.arrow"
    data = pl.DataFrame({"a": range(ROWS), "b": [str(n) for n in range(ROWS)], "c": [n % 2 == 0 for n in range(ROWS)]})
    data.write_ipc(path, record_batch_size=150)
    whole = path.read_bytes()
    table = pa.ipc.open_file(str(path)).read_all()
    end = len(whole) - 10 - int.from_bytes(whole[-10:-6], "little")
    offset, length, _ = root(whole[end:]).structs(3, "qi4xq")[0]
    places = range(end, len(whole)) if part == "footer" else range(offset, offset + length)
    harmless = 0
    for place in places:
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            path.write_bytes(flipped)
            try:
                rows = arrow_rows(str(path))
                read = pa.ipc.open_file(str(path)).read_all()  # verifies a head as a flatbuffer, which we do not
            except (ArrowFault, pa.ArrowException, OSError):
                continue
            assert (rows, read) == (ROWS, table), (place, bit)
            harmless += 1
    assert harmless < len(places) * 8 / 2


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_a_batch_that_the_footer_does_not_name_is_missed(tmp_path: Path, dropped: int) -> None:
    """The parts stand end to end, so a hole between them is what was lost."""
    path = tmp_path / "a.arrow"
    pl.DataFrame({"a": range(300)}).write_ipc(path, record_batch_size=100)
    data = bytearray(path.read_bytes())
    ends = len(data) - 10 - int.from_bytes(data[-10:-6], "little")
    places = [
        data.index(offset.to_bytes(8, "little"), ends) for offset, _, _ in root(bytes(data[ends:])).structs(3, "qi4xq")
    ]
    kept = data[places[dropped - 1] : places[dropped - 1] + 24]
    data[places[dropped] : places[dropped] + 24] = kept  # one batch is named twice, another one not at all
    path.write_bytes(data)
    with pytest.raises(ArrowFault):
        arrow_rows(str(path))
