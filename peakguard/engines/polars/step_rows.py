"""The rows of a result as steps: under the names and types of a state, with those that show odd values known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.align import Aligned, align
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.odd_values import is_odd, is_whole
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

STEP = "__step"
"""The column with the number of each step, from 1."""


class StepRows(NamedTuple):
    """The steps that are looked at, `all` of them and the `sound` ones.

    `odd` says of each step and field whether it is odd, None where none is; `unread` holds the cells that could not be
    read by their row in the data, and `origins` that row for each step, where they differ. `scalars` are no lists.
    """

    all: pl.DataFrame
    sound: pl.DataFrame
    odd: pl.DataFrame | None
    unread: Mapping[str, Mapping[int, Any]]
    origins: pl.Series | None
    scalars: Sequence[str]


def step_rows(
    table: Mapping[str, Any], data: pl.DataFrame, drawn: Iterator[bool], *, is_text: bool, is_json: bool
) -> StepRows:
    """The steps of a frame. Raises PeakguardError (PG2063) where a column is missing or of another type."""
    library = polars()
    state = [{**each, "is_json": is_json} for each in table["state"] if each["form"] is not None]
    aligned = align(data, {"columns": state, "coerce": True}, is_text=is_text)
    _check_columns(table["name"], state, data, aligned)
    unread = {field["name"]: _unread(aligned, field["name"]) for field in state}
    frame = aligned.frame
    odd = None if _is_sound(state, frame, unread) else _odd_cells(state, frame, unread)
    looked_at = _looked_at(frame, table["steps"], drawn)
    if looked_at is not None:
        frame, odd = frame.filter(looked_at), odd.filter(looked_at) if odd is not None else None
    numbers = library.int_range(1, frame.height + 1, dtype=library.Int64, eager=True).alias(STEP)
    every = frame.select(numbers, library.all())
    sound = every if odd is None else every.filter(~odd.select(library.any_horizontal(odd.columns)).to_series())
    nested = (library.List, library.Struct)
    scalars = [name for name, kind in frame.schema.items() if not isinstance(kind, nested)]
    return StepRows(every, sound, odd, unread, looked_at.arg_true() if looked_at is not None else None, scalars)


def first_of(mask: pl.Series) -> int | None:
    """The first place at which a mask is true."""
    places = mask.arg_true()
    return int(places[0]) if len(places) else None


def read_steps(path: str) -> tuple[pl.DataFrame, dict[str, bool]]:
    """The rows of a data file, and whether they are cells of text or values of JSON.

    Raises PeakguardError for a file that cannot be read.
    """
    if path.endswith(".json"):
        from peakguard.engines.polars.halts import read_halt

        return read_halt(path), {"is_text": False, "is_json": True}
    from peakguard.engines.polars.files import source_of

    source = source_of(path)
    source.check()
    empty = polars().DataFrame(schema=source.schema)
    frame: pl.DataFrame = polars().concat([empty, *source.read(source.schema.names())])
    return frame, {"is_text": source.is_text, "is_json": source.is_json}


def _is_sound(state: Sequence[Mapping[str, Any]], frame: pl.DataFrame, unread: Mapping[str, Mapping[int, Any]]) -> bool:
    """Whether no cell is odd, asked in the way that is cheapest."""
    if any(unread.values()) or not state:
        return not state
    return all(is_whole(field, frame[field["name"]]) for field in state)


def _odd_cells(
    state: Sequence[Mapping[str, Any]], frame: pl.DataFrame, unread: Mapping[str, Mapping[int, Any]]
) -> pl.DataFrame:
    """For each field whether a row shows an odd value, or a cell that could not be read."""
    masks = frame.select(is_odd(field, field["name"]).alias(field["name"]) for field in state)
    for name, cells in unread.items():
        if cells:
            masks = masks.with_columns(masks[name].scatter(list(cells), True))
    return masks


def _looked_at(frame: pl.DataFrame, steps: Mapping[str, Any], drawn: Iterator[bool]) -> pl.Series | None:
    """Which rows are looked at, None for all."""
    library = polars()
    if steps["on_change"]:
        changed = library.any_horizontal(library.all().ne_missing(library.all().shift(1)))
        mask: pl.Series = frame.select(changed | (library.int_range(library.len()) == 0)).to_series()
        return mask
    if steps["every"] is not None or steps["sample"] is not None:
        chosen: pl.Series = library.Series(list(islice(drawn, frame.height)), dtype=library.Boolean)
        return chosen
    return None


def _check_columns(policy: str, state: Sequence[Mapping[str, Any]], data: pl.DataFrame, aligned: Aligned) -> None:
    faults = [f"{fault.column}: {fault.reason}" for fault in aligned.faults if not fault.rows]
    for field in state:
        kind = data.schema.get(field["name"])
        if isinstance(kind, polars().Datetime) and str(field["form"]).startswith("datetime"):
            is_naive = kind.time_zone is None
            if is_naive != ("," not in field["form"]):
                faults.append(f"{field['name']}: {'without' if is_naive else 'with'} a zone, expected {field['form']}")
    if faults:
        raise PeakguardError(codes.STEPS_MISFIT, policy=policy, problem="; ".join(faults))


def _unread(aligned: Aligned, name: str) -> dict[int, Any]:
    """The cells of a column that could not be read, by row."""
    found = [fault for fault in aligned.faults if fault.column == name and fault.rows]
    return {row: value for fault in found for row, value in zip(fault.rows, fault.values, strict=False)}
