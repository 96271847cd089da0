"""Data files as sources of batches. Text formats are read as text: the contract says what a cell must be."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.engines.polars.batches import ROWS_PER_BATCH, Source, rows_per_batch
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

_TEXT = (".csv", ".tsv")
SMALL_FILES = 4 * 2**20
"""Bytes of files that are read as a whole."""


def source_of(path: str) -> Source:
    """The data of a file, of all files that a pattern with `*` matches, or of all files below a folder.

    Several files are one table, in the order of their names; `column=value` in the name of a folder is a
    column. Nothing but the schema is read yet. Raises PeakguardError (PG2003), now or while reading.
    """
    files = _files(path)
    form = PurePath(files[0]).suffix.lower()
    with _read_faults(path, files):
        scan = _scanners()[form](files)
        schema = scan.collect_schema()
        is_small = _is_small(files, form, scan)

    def read(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        with _read_faults(path, files):
            # One column tells how many rows there are, where none is asked for.
            chosen = scan.select(columns or schema.names()[:1])
            batches = chosen.collect_batches(
                chunk_size=rows_per_batch(len(columns)), maintain_order=True, lazy=True, engine="streaming"
            )
            yield from batches

    return Source(schema, read, form in _TEXT, is_small)


def is_among(output: str, path: str) -> bool:
    """Whether a file is one of those that a path, a pattern or a folder stands for."""
    return os.path.exists(output) and any(
        os.path.exists(file) and os.path.samefile(file, output) for file in _files(path)
    )


def _is_small(files: Sequence[str], form: str, scan: pl.LazyFrame) -> bool:
    if sum(os.path.getsize(file) for file in files) > SMALL_FILES:
        return False
    # A few bytes of a columnar file may stand for any number of rows, which its footer tells.
    return form in (*_TEXT, ".ndjson", ".jsonl") or scan.select(polars().len()).collect().item() <= ROWS_PER_BATCH


def _scanners() -> dict[str, Callable[[list[str]], pl.LazyFrame]]:
    library = polars()
    return {
        ".parquet": lambda files: library.scan_parquet(files, glob=False, hive_partitioning=_is_hive(files)),
        ".csv": lambda files: library.scan_csv(files, glob=False, infer_schema=False, with_column_names=_unquoted),
        ".tsv": lambda files: library.scan_csv(
            files, glob=False, infer_schema=False, separator="\t", with_column_names=_unquoted
        ),
        ".arrow": lambda files: library.scan_ipc(files, glob=False, hive_partitioning=_is_hive(files)),
        ".feather": lambda files: library.scan_ipc(files, glob=False, hive_partitioning=_is_hive(files)),
        ".ndjson": library.scan_ndjson,
        ".jsonl": library.scan_ndjson,
    }


def _unquoted(names: list[str]) -> list[str]:
    """The names of a header: Polars leaves the quotes doubled that stand inside quotes."""
    return [name.replace('""', '"') for name in names]


def _files(path: str) -> list[str]:
    known = _scanners()
    if os.path.isdir(path):
        below = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
        files = sorted(file for file in below if PurePath(file).suffix.lower() in known and not _is_hidden(file, path))
    elif glob.has_magic(path) and not os.path.exists(path):
        files = sorted(file for file in glob.glob(path, recursive=True) if os.path.isfile(file))
    else:
        files = [path]
    forms = {PurePath(file).suffix.lower() for file in files}
    if not files:
        raise _unreadable(path, "data files", "there are none")
    if len(forms) > 1:
        raise _unreadable(path, "one table", f"its files are of several forms: {', '.join(sorted(forms))}")
    (form,) = forms
    if form not in known:
        raise _unreadable(path, form or "a data file", f"its name should end in one of {', '.join(known)}")
    return files


def _is_hidden(file: str, root: str) -> bool:
    return any(part.startswith((".", "_")) for part in PurePath(os.path.relpath(file, root)).parts)


def _is_hive(files: Sequence[str]) -> bool:
    return any("=" in part for part in PurePath(files[0]).parts[:-1])


@contextmanager
def _read_faults(path: str, files: Sequence[str]) -> Iterator[None]:
    """Turns whatever reading raises into one error that names the file and the place."""
    form = PurePath(files[0]).suffix.lower()[1:]
    try:
        yield
    except (PeakguardError, GeneratorExit, KeyboardInterrupt):
        raise
    except OSError as error:
        reason = (error.strerror or str(error).partition(" (os error")[0]).lower()
        raise _unreadable(path, form, _placed(path, files, reason)) from error
    except BaseException as error:
        # Polars reports a malformed file by a dozen exception types, some of them panics, which are no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unreadable(path, form, _placed(path, files, reason)) from error


def _placed(path: str, files: Sequence[str], reason: str) -> str:
    from peakguard.engines.polars.blame import place_of_fault

    file, place = place_of_fault(files, _scanners()[PurePath(files[0]).suffix.lower()])
    where = f"{os.path.relpath(file, path)}: " if file not in {None, path} and os.path.isdir(path) else ""
    where = where or (f"{file}: " if file not in {None, path} else "")
    return f"{where}{place or reason}"


def _unreadable(path: str, form: str, reason: str) -> PeakguardError:
    error = PeakguardError(codes.DATA_UNREADABLE, format=form, reason=reason)
    error.add_note(path)
    return error
