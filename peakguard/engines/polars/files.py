"""Data files to frames. Text formats are read as text: the contract says what a cell must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl


class Loaded(NamedTuple):
    """A frame, and whether all its values are text that still has to be read."""

    frame: pl.DataFrame
    is_text: bool


def load(path: str) -> Loaded:
    """The data of a file. Raises PeakguardError (PG2003) where it cannot be read."""
    suffix = PurePath(path).suffix.lower()
    readers: dict[str, Callable[[str], pl.DataFrame]] = {
        ".parquet": lambda file: polars().read_parquet(file),
        ".csv": lambda file: polars().read_csv(file, infer_schema=False),
        ".tsv": lambda file: polars().read_csv(file, infer_schema=False, separator="\t"),
        ".arrow": lambda file: polars().read_ipc(file),
        ".feather": lambda file: polars().read_ipc(file),
        ".ndjson": lambda file: polars().read_ndjson(file),
        ".jsonl": lambda file: polars().read_ndjson(file),
    }
    if suffix not in readers:
        known = ", ".join(readers)
        raise _unreadable(path, suffix or "a data file", f"its name should end in one of {known}")
    try:
        return Loaded(readers[suffix](path), suffix in (".csv", ".tsv"))
    except PeakguardError:
        raise
    except OSError as error:
        raise _unreadable(path, suffix[1:], (error.strerror or str(error)).lower()) from error
    except Exception as error:
        # Polars reports a malformed file by a dozen exception types, some of them panics.
        raise _unreadable(
            path, suffix[1:], str(error).splitlines()[0] if str(error) else type(error).__name__
        ) from error


def _unreadable(path: str, form: str, reason: str) -> PeakguardError:
    error = PeakguardError(codes.DATA_UNREADABLE, format=form, reason=reason)
    error.add_note(path)
    return error
