"""Which file of a table cannot be read, and where in it. Slow and thorough: it runs only after a fault."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.engines.polars.arrow_file import arrow_rows
from peakguard.engines.polars.csv_lines import check_csv
from peakguard.engines.polars.find_files import Files, of_system
from peakguard.engines.polars.forms import Form, opened, scan
from peakguard.engines.polars.json_lines import check_json
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl


def fault_of(files: Files, error: BaseException) -> PeakguardError:
    """What reading raised, as one error that names the file and the place."""
    if (changed := files.changed()) is not None:
        return PeakguardError(codes.DATA_CHANGED, file=changed[0], what=changed[1])
    try:
        found = _text_fault(files) or _columns_fault(files) or _damage(files)
    except PeakguardError as fault:
        return fault
    if found is not None:
        return found
    if len(files.names) == 1:
        return damaged(files.names[0], files.form, error)
    reason = str(error).partition("\n")[0] or type(error).__name__
    return PeakguardError(codes.DATA_UNREADABLE, format=files.form.suffix[1:], reason=reason)


def damaged(file: str, form: Form, error: BaseException) -> PeakguardError:
    """A file that cannot be read for a reason that its reader gives."""
    if isinstance(error, PermissionError):
        return of_system(error, file)
    reason = str(error).partition("\n")[0] or type(error).__name__
    return PeakguardError(codes.DATA_DAMAGED, file=file, format=form.suffix[1:], reason=reason)


def is_fault(error: BaseException) -> bool:
    """Polars reports a malformed file by a dozen types, some of them panics, which are no Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _text_fault(files: Files) -> PeakguardError | None:
    """Raises what it finds; the rest are archives that cannot be unpacked."""
    for file in files.names:
        try:
            if files.form.is_zipped:
                with opened(file) as binary:
                    while binary.read(2**20):
                        pass
        except (OSError, EOFError, ValueError) as error:
            return damaged(file, files.form, error)
        except Exception as error:  # noqa: BLE001 # zlib.error, which has no name without its module
            return damaged(file, files.form, error)
    if files.form.separator is not None:
        check_csv(files.names, files.form.separator)
    if files.form.is_json:
        check_json(files.names)
    return None


def _columns_fault(files: Files) -> PeakguardError | None:
    first: pl.Schema | None = None
    for file in files.names:
        if (fault := _magic_fault(file, files.form)) is not None:
            return fault
        try:
            if files.form.is_arrow:
                arrow_rows(file)
            schema = scan([file], files.form).collect_schema()
        except BaseException as error:
            if not is_fault(error):
                raise
            return damaged(file, files.form, error)
        first = first or schema
        if not files.form.is_json and (changed := _change(first, schema)) is not None:
            reason = f"{changed} in {os.path.basename(files.names[0])}"
            return PeakguardError(codes.COLUMNS_DIFFER, file=file, reason=reason)
    return None


def _magic_fault(file: str, form: Form) -> PeakguardError | None:
    if form.magic is None:
        return None
    size = len(form.magic)
    with open(file, "rb") as binary:
        head = binary.read(size)
        binary.seek(max(os.path.getsize(file) - size, 0))
        tail = binary.read(size)
    word = form.magic.decode()
    if head != form.magic:
        return damaged(file, form, ValueError(f"it does not begin with {word}, as every {form.name} file does"))
    if tail != form.magic:
        return damaged(
            file, form, ValueError(f"it does not end with {word}: its end, which says what is where, is missing")
        )
    return None


def _change(first: pl.Schema, schema: pl.Schema) -> str | None:
    for name, dtype in first.items():
        if name not in schema:
            return f"has no column {name}, which is"
        if schema[name] != dtype:
            return f"column {name} is {schema[name]}, but {dtype}"
    added = next((name for name in schema if name not in first), None)
    return f"column {added} is here, but not" if added is not None else None


def _damage(files: Files) -> PeakguardError | None:
    """The first file, and in it the first column, that cannot be read alone."""
    for file in files.names:
        scanned = scan([file], files.form)
        for name in scanned.collect_schema():
            try:
                scanned.select(name).collect(engine="streaming")
            except BaseException as error:
                if not is_fault(error):
                    raise
                reason = str(error).partition("\n")[0] or type(error).__name__
                return damaged(file, files.form, ValueError(f"column {name}: {reason}"))
    return None
