"""Tables as the bytes of a Parquet file whose pages carry checksums, and back with every page checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

_SMALL = 50_000
"""Rows up to which one thread reads a file sooner than several."""


class DamagedFile(ValueError):
    """Bytes that are no Parquet file, or not the ones that were written."""


class Unwritable(ValueError):
    """A table that no Parquet file can hold."""


def write(table: pa.Table, compression: str = "zstd") -> memoryview:
    """The bytes of a file. Raises Unwritable."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    try:
        pq.write_table(table, sink, compression=compression, write_page_checksum=True)
    except (pa.ArrowException, ValueError, TypeError, NotImplementedError) as error:
        raise Unwritable((str(error).splitlines() or [type(error).__name__])[0]) from error
    return memoryview(sink.getvalue())


def read(
    source: bytes | memoryview | str, columns: Sequence[object] | None = None, *, checked: bool = True
) -> pa.Table:
    """The table in a file, by its path or its bytes: all columns, or some, with the index that pandas had.

    Every page that is read is compared with its checksum. Raises DamagedFile; FileNotFoundError for a path.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        given = source if isinstance(source, str) else pa.BufferReader(source)
        with pq.ParquetFile(given, page_checksum_verification=checked) as file:
            names = None if columns is None else [str(name) for name in columns]
            _check_columns(names or (), file.schema_arrow.names)
            is_large = file.metadata.num_rows > _SMALL
            table = file.read(columns=names, use_pandas_metadata=True, use_threads=is_large)
            return table if names is None else _only(table, names)
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


def _only(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The columns of these very names, for a dot in one would mean a field of a record, and the index of pandas."""
    pandas = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
    index = [name for name in pandas.get("index_columns", ()) if isinstance(name, str)]
    wanted = [place for place, name in enumerate(table.schema.names) if name in (*names, *index)]
    return table.select(wanted)


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
