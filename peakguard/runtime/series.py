"""A table of data as lines over an axis, thinned so that no peak and no faulty row is lost: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Axis(NamedTuple):
    """What rows are drawn over: the column that orders them, and the columns that divide them into groups.

    `is_time` tells that positions are seconds since 1970 in UTC, or on the clock of a column without a zone;
    `every` is the distance that a cadence asks for.
    """

    column: str
    within: tuple[str, ...]
    is_time: bool
    every: float | None = None


class Stretch(NamedTuple):
    """Neighbouring rows drawn as one: where they start, and the least and greatest value of each column."""

    at: float
    low: Mapping[str, float | None]
    high: Mapping[str, float | None]


class Mark(NamedTuple):
    """Rows that count against a rule, drawn as one where they lie close; `row` is the first of so many `rows`."""

    rule: str
    at: float
    rows: int
    row: int
    low: Mapping[str, float | None]
    high: Mapping[str, float | None]


class Gap(NamedTuple):
    """A place where rows are missing: from the row before it to the row after it."""

    start: float
    end: float
    row: int


class Panel(NamedTuple):
    """One group: its rows from `start` to `end` of the axis; `unplaced` rows have no place on it."""

    group: Mapping[str, Any]
    rows: int
    unplaced: int
    start: float
    end: float
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    gaps: tuple[Gap, ...]


class Series(NamedTuple):
    """The panels of a table, those with faults first, and how many groups have none; `columns` are drawn."""

    axis: Axis
    columns: tuple[str, ...]
    panels: tuple[Panel, ...]
    more_groups: int
