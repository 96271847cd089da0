"""Whether every line of a CSV file has a field for every column: Polars fills what is missing without a word."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.engines.polars.forms import opened
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.text_faults import encoding_fault
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

_LINE = "line"


def csv_header(file: str, separator: str) -> list[str]:
    """The names of the columns. Raises PeakguardError: PG142, PG144, PG145, PG151."""
    header: list[str] = next((row for _, row in _records(file, separator)), [])
    if any("\0" in name for name in header) and (fault := encoding_fault(file)) is not None:
        raise fault
    if not header:
        raise PeakguardError(codes.DATA_EMPTY, file=file, lacking="a line with the names of the columns")
    for position, name in enumerate(header):
        if name in header[:position]:
            raise PeakguardError(codes.COLUMN_TWICE, file=file, line=1, name=name)
    return header


def check_csv(files: Sequence[str], separator: str) -> int:
    """The number of rows of files that are whole. Raises PeakguardError: PG142 to PG147, PG151."""
    first = csv_header(files[0], separator)
    for file in files[1:]:
        header = csv_header(file, separator)
        if header != first:
            raise PeakguardError(codes.COLUMNS_DIFFER, file=file, reason=_difference(header, first, files[0]))
    rows = _proven(files, separator, len(first))
    return rows if rows is not None else sum(_counted(file, separator, len(first)) for file in files)


def _difference(header: Sequence[str], first: Sequence[str], file: str) -> str:
    lost = next((name for name in first if name not in header), None)
    new = next((name for name in header if name not in first), None)
    if lost is not None:
        return f"has no column {lost}, which is in {file}"
    return f"column {new} is not in {file}" if new is not None else f"its columns are in another order than in {file}"


def _proven(files: Sequence[str], separator: str, width: int) -> int | None:
    """The number of rows, if one look at each line proves that all is well; a quote over several lines does not."""
    library = polars()
    line = library.col(_LINE)
    counts = line.str.count_matches(separator, literal=True) == width - 1
    # A single column may be empty; then so is its line.
    quoted = line.str.contains('"', literal=True)
    fits = library.when(quoted).then(line.str.contains(_quoted_line(separator, width))).otherwise(counts)
    fits &= ~line.str.contains("\0", literal=True)
    scanned: pl.LazyFrame = library.scan_lines(list(files), name=_LINE, glob=False)
    try:
        is_well, lines = scanned.select(fits.all(), library.len()).collect(engine="streaming").row(0)
    except (OSError, library.exceptions.PolarsError):
        return None
    return lines - len(files) if is_well else None


def _quoted_line(separator: str, width: int) -> str:
    sign = re.escape(separator)
    field = f'(?:"(?:[^"]|"")*"|[^"{sign}]*)'
    return f"^{field}(?:{sign}{field}){{{width - 1}}}$"


def _counted(file: str, separator: str, width: int) -> int:
    rows = -1
    for line, row in _records(file, separator):
        if len(row) != width and not (width == 1 and not row):
            raise PeakguardError(codes.ROW_RAGGED, file=file, line=line, found=len(row), expected=width)
        rows += 1
    if (fault := encoding_fault(file)) is not None:
        raise fault
    return rows


def _records(file: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on."""
    start = 1
    try:
        with io.TextIOWrapper(opened(file), encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text, delimiter=separator, strict=True)
            for row in rows:
                yield start, row
                start = rows.line_num + 1
    except UnicodeDecodeError as error:
        raise _or(encoding_fault(file), error) from error
    except csv.Error as error:
        raise PeakguardError(codes.QUOTE_OPEN, file=file, line=start, what=_what(str(error))) from error


def _what(reason: str) -> str:
    if "unexpected end" in reason:
        return "opened and never closed"
    if "limit" in reason:
        return f"opened and not closed within {csv.field_size_limit()} characters"
    return "followed by something else than the end of its field"


def _or(fault: PeakguardError | None, error: Any) -> BaseException:
    return fault if fault is not None else error
