"""The rows of a result as steps: under the names and types of a state, with those that show odd values known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.engines.polars.align import Aligned, align
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.odd_values import is_odd, is_whole
from peakguard.engines.polars.step_stream import FROM, Streamed, streamed
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

STEP = "__step"
"""The column with the number of each step, from 1."""


class StepRows:
    """The steps that are looked at, `all` of them and the `sound` ones, each with its number.

    `odd` says of each step and field whether it is odd, None where none is; `unread` holds the cells that could not be
    read by their row in the data, and `origins` that row for each step, where they differ. `frame` has the values of
    all steps. `streamed` is what was found of the invariants in passing.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        odd: pl.DataFrame | None,
        unread: Mapping[str, Mapping[int, Any]],
        origins: pl.Series | None,
        streamed: Streamed | None,
    ) -> None:
        self.frame = frame
        self.odd = odd
        self.unread = unread
        self.origins = origins
        self.streamed = streamed

    @cached_property
    def all(self) -> pl.DataFrame:
        """All steps."""
        library = polars()
        numbers = library.int_range(1, self.frame.height + 1, dtype=library.Int64, eager=True).alias(STEP)
        found: pl.DataFrame = self.frame.select(numbers, library.all())
        return found

    @cached_property
    def sound(self) -> pl.DataFrame:
        """Those without an odd value."""
        if self.odd is None:
            return self.all
        return self.all.filter(~self.odd.select(polars().any_horizontal(self.odd.columns)).to_series())

    @property
    def number(self) -> int:
        """How many are sound."""
        return self.frame.height if self.odd is None else self.sound.height

    @property
    def scalars(self) -> Sequence[str]:
        """The fields that are no lists."""
        nested = (polars().List, polars().Struct)
        return [name for name, kind in self.frame.schema.items() if not isinstance(kind, nested)]

    def shown(self, place: int, names: Sequence[str]) -> tuple[int, dict[str, Any]]:
        """The number of a sound step, and some of its values."""
        if self.odd is None:
            row = self.frame.row(place, named=True)
            return place + 1, {name: row[name] for name in names}
        row = self.sound.row(place, named=True)
        return int(row[STEP]), {name: row[name] for name in names}


def step_rows(
    table: Mapping[str, Any],
    data: pl.DataFrame,
    drawn: Iterator[bool],
    *,
    is_text: bool,
    is_json: bool,
    is_judged: bool = False,
) -> StepRows:
    """The steps of a frame; where all of them `is_judged`, the invariants may be looked at in passing.

    Raises PeakguardError (PG2063) where a column is missing or of another type.
    """
    state = [{**each, "is_json": is_json} for each in table["state"] if each["form"] is not None]
    aligned = align(data, {"columns": state, "coerce": True}, is_text=is_text)
    _check_columns(table["name"], state, data, aligned)
    unread = {field["name"]: _unread(aligned, field["name"]) for field in state}
    frame = aligned.frame
    if is_judged and frame.height >= FROM and not any(unread.values()) and not _chooses(table["steps"]):
        found = streamed(frame, state, table["invariants"])
        if found is not None:
            return StepRows(frame, None, unread, None, found)
    odd = None if _is_sound(state, frame, unread) else _odd_cells(state, frame, unread)
    looked_at = _looked_at(frame, table["steps"], drawn)
    if looked_at is not None:
        frame, odd = frame.filter(looked_at), odd.filter(looked_at) if odd is not None else None
    return StepRows(frame, odd, unread, looked_at.arg_true() if looked_at is not None else None, None)


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


def _chooses(steps: Mapping[str, Any]) -> bool:
    return bool(steps["on_change"]) or steps["every"] is not None or steps["sample"] is not None


def _looked_at(frame: pl.DataFrame, steps: Mapping[str, Any], drawn: Iterator[bool]) -> pl.Series | None:
    """Which rows are looked at, None for all."""
    library = polars()
    if steps["on_change"]:
        changed = library.any_horizontal(library.all().ne_missing(library.all().shift(1)))
        mask: pl.Series = frame.select(changed | (library.int_range(library.len()) == 0)).to_series()
        return mask
    if _chooses(steps):
        chosen: pl.Series = library.Series(list(islice(drawn, frame.height)), dtype=library.Boolean)
        return chosen
    return None


def _check_columns(policy: str, state: Sequence[Mapping[str, Any]], data: pl.DataFrame, aligned: Aligned) -> None:
    faults = [f"{fault.column}: {fault.reason}" for fault in aligned.faults if not fault.rows]
    kinds = data.schema
    for field in state:
        kind = kinds.get(field["name"])
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
