"""Batches into a file, whole or not at all; its name says the form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import bytes_in
from peakguard.runtime.digest import digest_of_file
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import replacing
from peakguard.runtime.violation import Output

if TYPE_CHECKING:
    import polars as pl


def check_form(path: str) -> None:
    """Raises PeakguardError (PG2021) for a name of no known form."""
    if PurePath(path).suffix.lower() not in _SINKS:
        raise PeakguardError(codes.OUTPUT_FORM_UNKNOWN, output=path, forms=", ".join(_SINKS))


def write_batches(batches: Iterator[pl.DataFrame], path: str, role: str) -> Output:
    """Write batches of one schema, of which there is at least one, to a file; memory holds one batch.

    Raises PeakguardError (PG2021) for a name of no known form, (PG2022) where the form cannot hold the rows, and
    (PG2020) where the file cannot be written.
    """
    check_form(path)
    sink = _SINKS[PurePath(path).suffix.lower()]
    first = next(batches)
    _check_bytes(first.schema, path)
    counted = _Counted(first, batches)
    try:
        with replacing(path) as temporary:
            sink(counted.scan(), temporary)
            digest = digest_of_file(temporary)
    except (OSError, polars().exceptions.ComputeError) as error:
        raise _unwritten(path, error) from error
    return Output(role, path, counted.rows, digest)


def _check_bytes(schema: Mapping[str, Any], path: str) -> None:
    """Polars writes bytes into CSV as the text that they may not be, and panics over them in NDJSON."""
    held = bytes_in(schema)
    if held is not None and PurePath(path).suffix.lower() in _TEXTS:
        raise PeakguardError(codes.OUTPUT_CANNOT_HOLD, output=path, reason=f"column {held} holds bytes")


def _unwritten(path: str, error: Exception) -> PeakguardError:
    """Polars reports a full disk as it does what a form cannot hold; the words of the system tell them apart."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    said, is_of_system, _ = text.partition(" (os error")
    if isinstance(error, OSError) or is_of_system:
        reason = (getattr(error, "strerror", None) or said.rpartition(": ")[2]).lower()
        return PeakguardError(codes.OUTPUT_UNWRITABLE, output=path, reason=reason)
    return PeakguardError(codes.OUTPUT_CANNOT_HOLD, output=path, reason=text)


class _Counted:
    """Batches as a query, which asks for them one at a time."""

    def __init__(self, first: pl.DataFrame, rest: Iterator[pl.DataFrame]) -> None:
        self.rows = 0
        self._first = first
        self._rest = rest

    def scan(self) -> pl.LazyFrame:
        from polars.io.plugins import register_io_source

        return register_io_source(self._read, schema=self._first.schema)

    def _read(self, *_: Any) -> Iterator[pl.DataFrame]:
        for batch in (self._first, *()):
            self.rows += batch.height
            yield batch
        for batch in self._rest:
            self.rows += batch.height
            yield batch


def is_text(path: str) -> bool:
    """Whether the form of a file has no lists."""
    return PurePath(path).suffix.lower() in (".csv", ".tsv")


_TEXTS = (".csv", ".tsv", ".ndjson", ".jsonl")
_SINKS: dict[str, Callable[[pl.LazyFrame, str], Any]] = {
    ".parquet": lambda frame, path: frame.sink_parquet(path),
    ".csv": lambda frame, path: frame.sink_csv(path),
    ".tsv": lambda frame, path: frame.sink_csv(path, separator="\t"),
    ".ndjson": lambda frame, path: frame.sink_ndjson(path),
    ".jsonl": lambda frame, path: frame.sink_ndjson(path),
    ".arrow": lambda frame, path: frame.sink_ipc(path),
    ".feather": lambda frame, path: frame.sink_ipc(path),
}
