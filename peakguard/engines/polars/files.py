"""Data files as sources of batches. Text formats are read as text: the contract says what a cell must be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.engines.polars.arrow_file import arrow_batches
from peakguard.engines.polars.batches import ROWS_PER_BATCH, Source, in_batches, in_pieces
from peakguard.engines.polars.csv_lines import check_csv, csv_header
from peakguard.engines.polars.find_files import Files, find_files
from peakguard.engines.polars.forms import scan
from peakguard.engines.polars.json_lines import check_json, json_schema
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

SMALL_FILES = 4 * 2**20
"""Bytes of files that are read as a whole."""


def source_of(path: str) -> Source:
    """The data of a file, of all files that a pattern with `*` matches, or of all files below a folder.

    Several files are one table, in the order of their names; `column=value` in the name of a folder is a
    column. Nothing but the schema is read yet; of JSON, which has none, every line tells it.
    Raises PeakguardError (PG140 to PG153), now, by `check`, or while reading.
    """
    files = find_files(path)
    whole: list[int] = []
    with read_faults(files):
        stored = [rows for file in files.names for rows in arrow_batches(file)] if files.form.is_arrow else [0]
        scanned = scan_of(files)
        schema = scanned.collect_schema()
        if files.form.is_arrow:
            whole.append(sum(stored))
        elif files.form.name == "parquet":
            whole.append(int(scanned.select(polars().len()).collect().item()))
        is_small = _is_small(files, whole)
    told = whole if schema else ()  # rows of a table without columns cannot be read

    def check() -> None:
        with read_faults(files):
            if files.form.separator is not None:
                whole.append(check_csv(files.names, files.form.separator))
            elif files.form.is_json:
                whole.append(check_json(files.names))

    def read(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        # One column tells how many rows there are, where none is asked for.
        chosen = scanned.select(columns or schema.names()[:1])
        return _counted(files, in_batches(chosen, len(columns)), told)

    def query(columns: int, made: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Iterator[pl.DataFrame]:
        return _counted(files, in_pieces(scanned, whole[-1], columns, made, least=max(stored, default=0)), told)

    def rows() -> int | None:
        return whole[-1] if whole else None

    is_text = files.form.separator is not None
    told_by = files.names if files.form.name == "parquet" else ()
    if files.form.magic is None:  # text is read from its beginning, so it cannot be had in pieces
        return Source(schema, read, is_text, is_small, check, files.form.is_json, rows)
    return Source(schema, read, is_text, is_small, check, files.form.is_json, rows, told_by, query)


def _counted(files: Files, batches: Iterator[pl.DataFrame], whole: Sequence[int]) -> Iterator[pl.DataFrame]:
    """Batches, and whether they are all of the rows that `whole` says there are, once it is known."""
    height = 0
    with read_faults(files):
        for batch in batches:
            height += batch.height
            yield batch
        _nothing_lost(files, height, whole)


def scan_of(files: Files) -> pl.LazyFrame:
    """All files as one query."""
    if files.form.separator is not None:
        csv_header(files.names[0], files.form.separator)
    schema = json_schema(files.names, files.form) if files.form.is_json else None
    return scan(files.names, files.form, schema)


def _nothing_lost(files: Files, height: int, whole: Sequence[int]) -> None:
    if (changed := files.changed()) is not None:
        raise PeakguardError(codes.DATA_CHANGED, file=changed[0], what=changed[1])
    if whole and height != whole[-1]:
        # Polars may lose a panic of one of its threads, and end as if there were no more rows.
        hint = "; are its lines ended by carriage returns?" if files.form.magic is None else ""
        reason = f"{whole[-1]} rows are written, but {height} can be read{hint}"
        raise PeakguardError(codes.DATA_DAMAGED, file=files.names[0], format=files.form.suffix[1:], reason=reason)


def _is_small(files: Files, whole: Sequence[int]) -> bool:
    if files.size > SMALL_FILES or files.form.is_zipped:
        return False
    # A few bytes of a columnar file may stand for any number of rows, which it tells.
    return files.form.magic is None or whole[-1] <= ROWS_PER_BATCH


def is_among(output: str, path: str) -> bool:
    """Whether a file is one of those that a path, a pattern or a folder stands for."""
    return os.path.exists(output) and any(os.path.samefile(file, output) for file in find_files(path).names)


@contextmanager
def read_faults(files: Files) -> Iterator[None]:
    """Turns whatever reading raises into one error that names the file and the place."""
    from peakguard.engines.polars.blame import fault_of, is_fault

    try:
        yield
    except (PeakguardError, GeneratorExit, KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        raise fault_of(files, error) from error
