"""Exact duplicates of data in no order, in bounded memory: rows are dealt to files by the hash of their key."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.key_rows import ROW, key_names, keyed, repeated
from peakguard.engines.polars.library import polars
from peakguard.runtime.rows import Rows, Segment

if TYPE_CHECKING:
    import polars as pl

ROWS_PER_PART = 2_000_000
MAX_PARTS = 256


def repeated_anywhere(frames: Iterator[pl.DataFrame], columns: Sequence[str], height: int, *, nulls: bool) -> Rows:
    """The rows whose key is that of another row. `height` is the number of rows to come.

    On disk lie the keys and numbers of all rows, for as long as this runs; in memory one part at a time.
    """
    parts = min(max(-(-height // ROWS_PER_PART), 1), MAX_PARTS)
    with tempfile.TemporaryDirectory(prefix="peakguard-") as folder:
        files = deal(frames, columns, parts, folder, nulls=nulls).values()
        return marked((repeated(polars().read_ipc_stream(file), columns)[ROW] for file in files), height)


def marked(found: Iterable[pl.Series], height: int) -> Rows:
    """Numbers of rows in no order, of `height` rows in all."""
    bitmap = bytearray((height + 7) // 8)
    for rows in found:
        for row in rows:
            bitmap[row >> 3] |= 1 << (row & 7)
    return Rows([Segment(0, sum(byte.bit_count() for byte in bitmap), None, bytes(bitmap))])


def deal(
    frames: Iterator[pl.DataFrame], columns: Sequence[str], parts: int, folder: str, *, nulls: bool
) -> dict[int, str]:
    """Files of the keys and numbers of all rows, by the remainder of the hash of the key."""
    import pyarrow as pa

    library = polars()
    part = (library.struct(key_names(columns)).hash(seed=7) % parts).cast(library.Int32).alias("__part")
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    writers: dict[int, Any] = {}
    base = 0
    try:
        for frame in frames:
            rows = keyed(frame, columns, base, nulls=nulls).with_columns(part)
            base += frame.height
            for (number,), piece in rows.partition_by("__part", as_dict=True, include_key=False).items():
                table = piece.to_arrow(compat_level=library.CompatLevel.oldest())
                if number not in writers:
                    writers[number] = pa.ipc.new_stream(
                        os.path.join(folder, str(number)), table.schema, options=options
                    )
                writers[number].write_table(table)
    finally:
        for writer in writers.values():
            writer.close()
    return {number: os.path.join(folder, str(number)) for number in writers}
