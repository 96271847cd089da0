"""The content of a frame apart from its storage: chunks, dictionaries, what lies under nulls, and payloads of NaN."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.frames import to_polars
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl


def is_frame(value: Any) -> bool:
    """Whether a value is a table or a column of Polars, pandas or Arrow; imports none of them."""
    library, _, _ = type(value).__module__.partition(".")
    kinds = ("DataFrame", "LazyFrame", "Series", "Table", "RecordBatch", "RecordBatchReader")
    return library in ("polars", "pandas", "pyarrow") and type(value).__name__ in kinds


def frame_of(value: Any) -> pl.DataFrame:
    """The frame in Polars; an index of pandas that is more than a count of rows becomes columns."""
    if type(value).__name__ == "Series":
        value = value.to_frame()
    if type(value).__module__.partition(".")[0] == "pandas" and type(value.index).__name__ != "RangeIndex":
        value = value.reset_index()
    return to_polars(value)[0]


def digests_of_frame(frame: pl.DataFrame) -> dict[str, str]:
    """64 hexadecimal digits for each column: its type, the order of its rows, its values; 0.0 and -0.0 are two."""
    return {column.name: _digest_of(column) for column in frame}


def packed(frame: pl.DataFrame) -> bytes:
    """The frame as bytes, to be kept."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpacked(data: bytes) -> pl.DataFrame:
    """The frame that was packed."""
    frame: pl.DataFrame = polars().read_ipc(io.BytesIO(data))
    return frame


def frame_of_file(path: str, data: bytes) -> pl.DataFrame | None:
    """The frame in the bytes of a Parquet or Arrow file; None where they cannot be read."""
    try:
        library = polars()
        read = library.read_parquet if path.endswith(".parquet") else library.read_ipc
        frame: pl.DataFrame = read(io.BytesIO(data))
    except Exception:  # noqa: BLE001 # a file of any origin: its bytes are compared then
        return None
    return frame


def _digest_of(column: pl.Series) -> str:
    digest = hashlib.sha256(f"{len(column)} {column.dtype!r}\0".encode())
    _add(digest, column.rechunk())
    return digest.hexdigest()


def _add(digest: Any, column: pl.Series) -> None:
    """The values of a column, as Arrow lays them out, without what Arrow leaves to chance."""
    library = polars()
    dtype = column.dtype
    if column.null_count():
        _add_buffer(digest, column.is_null().cast(library.UInt8))
    if isinstance(dtype, library.List | library.Array):
        lists = column if isinstance(dtype, library.List) else column.arr.to_list()
        _add_buffer(digest, lists.list.len().fill_null(0).cast(library.UInt32))
        _add(digest, lists.filter(lists.list.len() > 0).explode().rechunk())
    elif isinstance(dtype, library.Struct):
        for field in column.struct.fields:
            _add(digest, column.struct.field(field).rechunk())
    elif dtype == library.Null:
        digest.update(b"%d" % len(column))
    else:
        _add_buffer(digest, _plain(column))


def _plain(column: pl.Series) -> pl.Series:
    """A column of numbers, texts or bytes with the same values and no nulls."""
    library = polars()
    dtype = column.dtype
    if dtype.is_float():
        return column.fill_nan(float("nan")).fill_null(0.0)
    if dtype == library.Boolean:
        return column.fill_null(value=False).cast(library.UInt8)
    if dtype.is_temporal():
        return column.to_physical().fill_null(0)
    if dtype.is_integer() and dtype != library.Int128:
        return column.fill_null(0)
    if dtype == library.Binary:
        return column.bin.encode("hex").fill_null("")
    return column.cast(library.String).fill_null("")


def _add_buffer(digest: Any, column: pl.Series) -> None:
    array = column.rechunk().to_arrow()
    width = 8 * getattr(array.type, "byte_width", 0) if array.type.num_buffers == 2 else 0
    if width:
        digest.update(memoryview(array.buffers()[1])[array.offset * width // 8 :][: len(array) * width // 8])
        return
    _add_buffer(digest, column.str.len_bytes().cast(polars().UInt32))
    digest.update((column.str.join("").item() or "").encode() if len(column) else b"")
