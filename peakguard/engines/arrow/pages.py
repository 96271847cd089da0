"""Tables as the bytes of a Parquet file whose pages carry checksums, and back with every page checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_SMALL = 50_000
"""Rows up to which one thread reads a file sooner than several."""


class DamagedFile(ValueError):
    """Bytes that are no Parquet file, or not the ones that were written."""


def write(table: pa.Table, compression: str = "zstd") -> memoryview:
    """The bytes of a file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=compression, write_page_checksum=True)
    return memoryview(sink.getvalue())


def read(source: bytes | memoryview | str, columns: Sequence[str] | None = None, *, checked: bool = True) -> pa.Table:
    """The table in a file, by its path or its bytes: all columns, or some, with the index that pandas had.

    Every page that is read is compared with its checksum. Raises DamagedFile; FileNotFoundError for a path.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        given = source if isinstance(source, str) else pa.BufferReader(source)
        with pq.ParquetFile(given, page_checksum_verification=checked) as file:
            if columns is not None:
                _check_columns(columns, file.schema_arrow.names)
            is_large = file.metadata.num_rows > _SMALL
            return file.read(columns=columns, use_pandas_metadata=True, use_threads=is_large)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, UnknownColumn):
            raise
        raise DamagedFile((str(error).splitlines() or ["it cannot be read"])[0]) from error


class UnknownColumn(ValueError):
    """A column that the file does not have: its name, and those that it has."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no column {name!r}")
        self.name = name
        self.known = tuple(known)


def _check_columns(columns: Sequence[str], known: Sequence[str]) -> None:
    for name in columns:
        if name not in known:
            raise UnknownColumn(name, known)


def shape(source: bytes | memoryview | str) -> dict[str, Any]:
    """Rows, and the names of columns with their types, from the footer. Raises DamagedFile."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        given = source if isinstance(source, str) else pa.BufferReader(source)
        with pq.ParquetFile(given) as file:
            schema = file.schema_arrow
            return {"rows": file.metadata.num_rows, "columns": {field.name: str(field.type) for field in schema}}
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise DamagedFile((str(error).splitlines() or ["it cannot be read"])[0]) from error
