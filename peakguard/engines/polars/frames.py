"""Frames of other libraries in, and out again as what they were."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.engines.polars.batches import ROWS_PER_BATCH, Source, in_batches, rows_per_batch
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl


def to_polars(frame: Any, names: Sequence[str] = ()) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], Any]]:
    """The frame in Polars, and the way back. Raises PeakguardError (PG2006) for what is no frame.

    An index of pandas becomes columns where `names` asks for them; a stream comes back as an Arrow table
    or, where that is not at hand, as a Polars frame.
    """
    library = polars()
    if isinstance(frame, library.DataFrame):
        return frame, lambda result: result
    if isinstance(frame, library.LazyFrame):
        return frame.collect(), lambda result: result.lazy()
    # Who passes a foreign frame has imported its library; asking for it must not.
    pandas, arrow = sys.modules.get("pandas"), sys.modules.get("pyarrow")
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        index = [name for name in frame.index.names if name in names and name not in frame.columns]
        frame = frame.reset_index(level=index) if index else frame
        return library.from_pandas(frame), lambda result: result.to_pandas()
    if arrow is not None and isinstance(frame, arrow.Table):
        return library.from_arrow(frame), lambda result: result.to_arrow()
    if hasattr(frame, "__arrow_c_stream__"):
        is_arrow = arrow is not None and isinstance(frame, arrow.RecordBatchReader)
        return library.DataFrame(frame), lambda result: result.to_arrow() if is_arrow else result
    raise PeakguardError(codes.UNKNOWN_FRAME, type=type(frame).__name__)


def needs_no_way_back(frame: Any, data: pl.DataFrame, aligned: pl.DataFrame) -> bool:
    """Whether a frame may go on as the very one: no column was converted, renamed, left out or moved.

    What is read or converted has another type then. A stream has been read, and a query may give other rows again.
    """
    pandas, arrow = sys.modules.get("pandas"), sys.modules.get("pyarrow")
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        names, kinds = list(frame.columns), [str(kind) for kind in frame.dtypes]
    elif arrow is not None and isinstance(frame, arrow.Table):
        names, kinds = frame.column_names, [str(field.type) for field in frame.schema]
    else:
        return False
    if list(aligned.schema.items()) != list(data.schema.items()) or names != data.columns:
        return False
    return all(_is_held_as(kind, held) for kind, held in zip(kinds, aligned.dtypes, strict=True))


def _is_held_as(kind: str, held: pl.DataType) -> bool:
    """Whether columns of a foreign type always hold what Polars reads from this one: objects may be anything."""
    library = polars()
    if kind == "object":
        return isinstance(held, library.String)
    if kind == "category" or kind.startswith("dictionary"):
        return isinstance(held, library.Categorical | library.Enum)
    return not kind.startswith("date64")


def rows_of(frame: Any, kept: pl.Series) -> Any:
    """The rows of a frame of pandas or Arrow at which a mask is true, with all else that it has."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        return frame[kept.to_numpy()]
    return frame.filter(kept.to_arrow())


@contextmanager
def opened(frame: Any, names: Sequence[str]) -> Iterator[pl.DataFrame | Source]:
    """The frame as one in memory or, where it comes as a stream, as a source that can be read more than once."""
    if isinstance(frame, polars().LazyFrame):
        # A query may give its rows in another order the second time, so its result is kept.
        batches = frame.collect_batches(chunk_size=ROWS_PER_BATCH, maintain_order=True, lazy=True, engine="streaming")
        schema = frame.collect_schema()
        with _kept(iter(batches), schema) as source:
            yield source
    elif (reader := _reader(frame)) is not None:
        library = polars()
        schema = library.DataFrame(reader.schema.empty_table()).schema
        with _kept((library.DataFrame(batch) for batch in reader), schema) as source:
            yield source
    else:
        yield to_polars(frame, names)[0]


def _reader(frame: Any) -> Any:
    """A stream of Arrow batches that is no table in memory, None for anything else."""
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and isinstance(frame, arrow.RecordBatchReader):
        return frame
    held = [sys.modules.get("pandas"), arrow, polars()]
    kinds = [(library, kind) for library in held for kind in ("DataFrame", "Table", "RecordBatch")]
    if any(isinstance(frame, getattr(library, kind)) for library, kind in kinds if hasattr(library, kind)):
        return None
    if hasattr(frame, "__arrow_c_stream__"):
        import pyarrow as pa

        return pa.RecordBatchReader.from_stream(frame)
    return None


@contextmanager
def _kept(batches: Iterator[pl.DataFrame], schema: pl.Schema) -> Iterator[pl.DataFrame | Source]:
    from peakguard.engines.polars.spool import kept

    with kept(batches, schema) as source:
        yield source


def source_of(frame: pl.DataFrame) -> Source:
    """A frame in memory as a source of batches that share its memory."""

    def read(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        chosen = frame.select(columns or frame.columns[:1])
        return chosen.iter_slices(rows_per_batch(len(columns)))

    def query(columns: int, made: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Iterator[pl.DataFrame]:
        return in_batches(made(frame.lazy()), columns)

    return Source(frame.schema, read, is_text=False, query=query)
