"""Streams that can be read once, kept so that they can be read again: in memory while small, else on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.batches import ROWS_PER_BATCH, Source
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

SMALL = 2 * ROWS_PER_BATCH
"""A stream of at most this many rows is held in memory."""


@contextmanager
def kept(batches: Iterator[pl.DataFrame], schema: pl.Schema) -> Iterator[pl.DataFrame | Source]:
    """All batches as one frame or, if they are many, as a source over a temporary file."""
    held: list[pl.DataFrame] = [polars().DataFrame(schema=schema)]
    height = 0
    for batch in batches:
        held.append(batch)
        height += batch.height
        if height > SMALL:
            break
    else:
        yield polars().concat(held)
        return
    with tempfile.TemporaryDirectory(prefix="peakguard-") as folder:
        path = os.path.join(folder, "stream.arrow")
        _write(path, [*held], batches)
        held.clear()
        from peakguard.engines.polars.files import source_of

        yield source_of(path)


def _write(path: str, held: Sequence[pl.DataFrame], rest: Iterator[pl.DataFrame]) -> None:
    import pyarrow as pa

    options = pa.ipc.IpcWriteOptions(compression="lz4")
    schema = held[0].to_arrow().schema
    with pa.ipc.new_file(path, schema, options=options) as writer:
        for batch in _chain(held, rest):
            writer.write_table(batch.to_arrow().cast(schema), max_chunksize=ROWS_PER_BATCH)


def _chain(held: Sequence[pl.DataFrame], rest: Iterator[pl.DataFrame]) -> Iterator[Any]:
    yield from held
    yield from rest
