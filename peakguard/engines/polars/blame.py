"""Which file of a table cannot be read, and where in it. Slow and thorough: it runs only after a fault."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_SCHEMAS = 10_000


def place_of_fault(files: Sequence[str], scan: Callable[[list[str]], pl.LazyFrame]) -> tuple[str | None, str | None]:
    """The file at fault and what is wrong there; None for what cannot be found out."""
    gone = next((file for file in files if not os.path.exists(file)), None)
    if gone is not None:
        return gone, "no such file or directory"
    first: pl.Schema | None = None
    for file in files[:_SCHEMAS]:
        try:
            schema = scan([file]).collect_schema()
        except (OSError, polars().exceptions.PolarsError):
            return file, None
        first = first or schema
        if (changed := _change(first, schema)) is not None:
            return file, f"{changed} in {os.path.basename(files[0])}"
    if PurePath(files[0]).suffix.lower() in {".csv", ".tsv"}:
        return _text_fault(files)
    return (files[0], None) if len(files) == 1 else (None, None)


def _change(first: pl.Schema, schema: pl.Schema) -> str | None:
    for name, dtype in first.items():
        if name not in schema:
            return f"has no column {name}, which is"
        if schema[name] != dtype:
            return f"column {name} is {schema[name]}, but {dtype}"
    added = next((name for name in schema if name not in first), None)
    return f"column {added} is here, but not" if added is not None else None


def _text_fault(files: Sequence[str]) -> tuple[str | None, str | None]:
    for file in files:
        separator = "\t" if file.lower().endswith(".tsv") else ","
        try:
            with open(file, encoding="utf-8", newline="") as text:
                rows = csv.reader(text, delimiter=separator)
                header = next(rows, [])
                for row in rows:
                    if len(row) > len(header):
                        return file, f"line {rows.line_num}: {len(row)} fields, where the header has {len(header)}"
        except UnicodeDecodeError:
            return file, _encoding_fault(file)
        except (OSError, csv.Error):
            return file, None
    return (files[0], None) if len(files) == 1 else (None, None)


def _encoding_fault(file: str) -> str | None:
    with open(file, "rb") as binary:
        for number, line in enumerate(binary, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"line {number}: byte 0x{line[error.start]:02x} is not UTF-8"
    return None
