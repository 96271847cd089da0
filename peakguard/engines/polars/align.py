"""A frame as the contract names it: columns found and renamed, text read, types settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.wording import message
from peakguard.engines.polars.durations import read_duration
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import has_bytes, holds, is_guess, is_in_json, misfit, shown, to_dtype

if TYPE_CHECKING:
    import polars as pl


class Fault(NamedTuple):
    """A column that is not as declared; `rows` are those whose value could not be read, `values` what is written."""

    id: str
    column: str
    error: str | None
    reason: str
    rows: Sequence[int]
    values: tuple[Any, ...]


class Note(NamedTuple):
    """What was done to a column without being a fault: it has a default, or another type was converted."""

    id: str
    column: str
    text: str


class Aligned(NamedTuple):
    """The frame under the names of the contract; columns that could not be settled are missing from it.

    `arranged` are the declared columns in the order in which the data have them.
    """

    frame: pl.DataFrame
    faults: tuple[Fault, ...]
    extra: tuple[pl.Series, ...]
    absent: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    arranged: tuple[str, ...] = ()


def align(frame: pl.DataFrame, plan: Mapping[str, Any], *, is_text: bool) -> Aligned:
    """Settle every column of a plan. `absent` gives the reason for each column that rules cannot use."""
    series: list[pl.Series] = []
    faults: list[Fault] = []
    absent: dict[str, str] = {}
    taken: dict[str, str] = {}
    twins: set[str] = set()
    notes: list[Note] = []
    for column in plan["columns"]:
        present = [name for name in dict.fromkeys(column["names"]) if name in frame.columns]
        if len(present) > 1:
            # Which of them is meant nobody can know, so none of them is looked at.
            faults.append(_ambiguous(column, present))
            absent[column["name"]] = f"column {column['name']} is in the data as {' and as '.join(present)}"
            twins.update(present)
            continue
        physical = present[0] if present else None
        if physical is None and column["default"] is not None:
            series.append(_default(column, frame.height))
            notes.append(_note(column, "default", f"not in the data; every row has the default {column['default'][0]}"))
            continue
        if physical is None:
            absent[column["name"]] = f"column {column['name']} is not in the data"
            if column["required"]:
                faults.append(_fault(column, "required", f"no column {' or '.join(column['names'])}"))
            continue
        taken[physical] = column["name"]
        settled, fault = _settle(frame[physical], column, is_text=is_text, coerce=plan["coerce"])
        if fault is not None:
            faults.append(fault)
        if settled is None:
            absent[column["name"]] = f"column {column['name']} is not {shown(column['type'])}"
        else:
            series.append(settled.alias(column["name"]))
            was = frame[physical].dtype
            if settled.dtype != was and not (is_text and was == polars().String()) and not _is_json(was, column):
                notes.append(_note(column, "coerced", f"{was} in the data, read as {shown(column['type'])}"))
    extra = tuple(series for series in frame if series.name not in taken and series.name not in twins)
    arranged = tuple(taken[name] for name in frame.columns if name in taken)
    return Aligned(polars().DataFrame(series), tuple(faults), extra, absent, tuple(notes), arranged)


def _default(column: Mapping[str, Any], height: int) -> pl.Series:
    """The default of a column, which the plan holds as a list of one value, for every row."""
    wanted = to_dtype(column["type"], column["values"])
    written = polars().Series(column["name"], column["default"])
    is_told = written.dtype == polars().String()
    read = read_text(written, wanted, column["parse"]) if is_told else written.cast(wanted)
    assert read is not None
    made: pl.Series = read.new_from_index(0, height)
    return made


def _note(column: Mapping[str, Any], what: str, text: str) -> Note:
    return Note(f"columns.{column['name']}.{what}", column["name"], text)


def _settle(
    values: pl.Series, column: Mapping[str, Any], *, is_text: bool, coerce: bool
) -> tuple[pl.Series | None, Fault | None]:
    wanted = to_dtype(column["type"], column["values"])
    if holds(values.dtype, wanted):
        return values, None
    if has_bytes(wanted) and (is_text or column.get("is_json", False)):
        reason = message(codes.BYTES_IN_TEXT, {"column": column["name"]})
        return None, _fault(column, "type", reason)._replace(error=codes.BYTES_IN_TEXT)
    is_written = values.dtype == polars().String() and (is_text or column["parse"] is not None)
    is_written = is_written or _is_json(values.dtype, column)
    if not is_written and not coerce:
        return None, _fault(column, "type", misfit(values.dtype, column["type"]))
    return _converted(values, column, wanted)


def _is_json(actual: pl.DataType, column: Mapping[str, Any]) -> bool:
    return column.get("is_json", False) and is_in_json(actual, to_dtype(column["type"], column["values"]))


def _converted(
    values: pl.Series, column: Mapping[str, Any], wanted: pl.DataType
) -> tuple[pl.Series | None, Fault | None]:
    """Cell by cell: what cannot be read is a fault of its row and counts as missing from then on."""
    read = _read(values, column, wanted)
    if read is None:
        return None, _fault(column, "type", misfit(values.dtype, column["type"]))
    bad = (read.is_null() & values.is_not_null()).arg_true().to_list()
    if not bad:
        return read, None
    reason = f"not {shown(column['type'])}"
    written = tuple(values.gather(bad))
    return read, Fault(f"columns.{column['name']}.type", column["name"], column["error"], reason, tuple(bad), written)


def _read(values: pl.Series, column: Mapping[str, Any], wanted: pl.DataType) -> pl.Series | None:
    library = polars()
    if is_guess(values.dtype, wanted):
        return None
    if values.dtype == library.String():
        return read_text(values, wanted, column["parse"])
    try:
        read: pl.Series = values.cast(wanted, strict=False)
        back = read.cast(values.dtype, strict=False)
    except library.exceptions.PolarsError:
        return None
    # Only what can be taken back unchanged was converted without loss.
    lost = back.ne_missing(values) & values.is_not_null()
    return read.set(lost, None) if lost.any() else read


def read_text(values: pl.Series, wanted: pl.DataType, form: str | None) -> pl.Series | None:
    """Text as values of a type, null where it is none; `form` says how dates and times are written.

    None where text cannot be that type at all.
    """
    library = polars()
    if isinstance(wanted, library.Date):
        return values.str.to_date(form, strict=False)
    if isinstance(wanted, library.Datetime):
        return values.str.to_datetime(form, time_unit=wanted.time_unit, time_zone=wanted.time_zone, strict=False)
    if isinstance(wanted, library.Boolean):
        words = {"true": True, "false": False}
        return values.str.to_lowercase().replace_strict(words, default=None, return_dtype=wanted)
    if isinstance(wanted, library.Duration):
        return read_duration(values, wanted)
    try:
        return values.cast(wanted, strict=False)
    except library.exceptions.PolarsError:
        return None


def _ambiguous(column: Mapping[str, Any], present: Sequence[str]) -> Fault:
    reason = message(codes.COLUMN_AMBIGUOUS, {"column": column["name"], "names": " and ".join(present)})
    return Fault(f"columns.{column['name']}.aliases", column["name"], codes.COLUMN_AMBIGUOUS, reason, (), ())


def _fault(column: Mapping[str, Any], demand: str, reason: str) -> Fault:
    return Fault(f"columns.{column['name']}.{demand}", column["name"], column["error"], reason, (), ())
