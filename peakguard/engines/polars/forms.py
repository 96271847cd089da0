"""The forms that data files have, told by their names, and how each is scanned."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, NamedTuple

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_JSON = (".ndjson", ".jsonl")
_ARROW = (".arrow", ".feather")
_ZIPPED = ".gz"
KNOWN = (".parquet", *_SEPARATORS, *_ARROW, *_JSON, *(f"{form}{_ZIPPED}" for form in (*_SEPARATORS, *_JSON)))


class Form(NamedTuple):
    """What the name of a file says of it; `suffix` is one of KNOWN."""

    suffix: str

    @property
    def name(self) -> str:
        return self.suffix.removesuffix(_ZIPPED)[1:]

    @property
    def is_zipped(self) -> bool:
        return self.suffix.endswith(_ZIPPED)

    @property
    def separator(self) -> str | None:
        """Of the fields of a line; None where there are none."""
        return _SEPARATORS.get(self.suffix.removesuffix(_ZIPPED))

    @property
    def is_json(self) -> bool:
        return self.suffix.removesuffix(_ZIPPED) in _JSON

    @property
    def is_arrow(self) -> bool:
        return self.suffix in _ARROW

    @property
    def magic(self) -> bytes | None:
        """What a whole file begins with, and ends with."""
        return {"parquet": b"PAR1", "arrow": b"ARROW1", "feather": b"ARROW1"}.get(self.name)


def form_of(file: str) -> Form | None:
    """None where the name does not say."""
    suffixes = [suffix.lower() for suffix in PurePath(file).suffixes]
    suffix = "".join(suffixes[-2:]) if suffixes and suffixes[-1] == _ZIPPED else "".join(suffixes[-1:])
    return Form(suffix) if suffix in KNOWN else None


def opened(file: str) -> IO[bytes]:
    """The bytes of a text file, out of its gzip if it is in one."""
    return gzip.open(file, "rb") if file.lower().endswith(_ZIPPED) else open(file, "rb")  # type: ignore[return-value] # a reader of bytes


def scan(files: Sequence[str], form: Form, schema: pl.Schema | None = None) -> pl.LazyFrame:
    """All files as one table; a schema is needed for JSON only, where there is none in the file."""
    library = polars()
    scanned: pl.LazyFrame
    if form.separator is not None:
        scanned = library.scan_csv(
            list(files), glob=False, infer_schema=False, separator=form.separator, with_column_names=_unquoted
        )
    elif form.is_json:
        scanned = library.scan_ndjson(_uris(files), schema=schema, infer_schema_length=None)
    elif form.name == "parquet":
        scanned = library.scan_parquet(list(files), glob=False, hive_partitioning=_is_hive(files))
    else:
        scanned = library.scan_ipc(_uris(files), glob=False, hive_partitioning=_is_hive(files))
    return scanned


def _unquoted(names: list[str]) -> list[str]:
    """The names of a header: Polars leaves the quotes doubled that stand inside quotes."""
    return [name.replace('""', '"') for name in names]


def _uris(files: Sequence[str]) -> list[str]:
    """Read, not mapped into memory: a mapped file that shrinks would end the process (SIGBUS)."""
    return [Path(os.path.abspath(file)).as_uri() for file in files]


def _is_hive(files: Sequence[str]) -> bool:
    return any("=" in part for part in PurePath(files[0]).parts[:-1])
